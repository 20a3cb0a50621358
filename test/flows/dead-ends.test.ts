import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { home, Rehearsal } from './program.ts';

/** The healthy scenario with one fault of MicroK8s or of the power. */
async function withFault(fault: object): Promise<Rehearsal> {
  const healthy = parse(await readFile(join(home, 'templates/rehearsal/healthy.yaml'), 'utf8'));
  const first = await Rehearsal.begin();
  const scenario = join(first.root, 'scenario.yaml');
  await writeFile(scenario, stringify({ ...healthy, faults: [fault] }));
  return Rehearsal.begin(scenario);
}

it('goes on after MetalLB was enabled half way: its pool is made although MicroK8s calls it enabled', async () => {
  const rehearsal = await withFault({
    node: 'ks-1',
    command: 'microk8s enable',
    from: 3,
    does: { kind: 'power', afterSeconds: 5, backAfterSeconds: 60 },
  });
  expect((await rehearsal.run('init', '--yes')).code).toBe(4);
  // Until the node is back, resume fails for that reason alone.
  await expect.poll(async () => (await rehearsal.run('resume', '--yes')).code, { interval: 1000 }).toBe(0);
  const { stdout } = await rehearsal.run('status', '--json');
  expect(JSON.parse(stdout)).toMatchObject({ verdict: 'ok' });
});

it('does not call a join undone while the node still takes itself for a member, and undoes it the next time', async () => {
  const rehearsal = await withFault({
    node: 'ks-3',
    command: 'microk8s leave',
    does: { kind: 'end', code: 1, stderr: 'microk8s is not running, try microk8s start' },
  });
  expect((await rehearsal.run('init', '--yes')).code).toBe(0);
  const first = await rehearsal.undo();
  expect(first.code).toBe(4);
  expect(first.stdout).toMatch(/Join ks-3 as a manager: could not be undone.*ks-3 still takes itself for a member/);
  expect((await rehearsal.undo()).code).toBe(0);
});
