import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { onMachines } from './machine.ts';
import { type JournalLine, Rehearsal } from './program.ts';

const moved = [
  '--address',
  'ks-1=10.8.0.21/24,ks-2=10.8.0.22/24',
  '--address',
  'ks-3=10.8.0.23/24',
  '--set',
  'network.gateway=10.8.0.1',
  '--set',
  'network.virtualAddress=10.8.0.30',
];

/** A site file at its usual place, with no cluster yet. */
async function staged(): Promise<{ rehearsal: Rehearsal; file: string }> {
  const rehearsal = await Rehearsal.begin();
  const file = await rehearsal.siteFile();
  return { rehearsal, file };
}

const nodes = ['ks-1', 'ks-2', 'ks-3'];
const known = ['10.0.4.21', '10.0.4.87', '10.0.4.23', '10.8.0.21', '10.8.0.22', '10.8.0.23'];

/** The addresses that the machines have, wherever they answer. `before`: something that happens to them first. */
const addresses = (rehearsal: Rehearsal, before?: 'reboot') =>
  onMachines(rehearsal, async (world) => {
    const shown = async (node: string, place: number) => {
      const target = { node, addresses: known.filter((_, index) => index % nodes.length === place) };
      await world.pin(await world.offeredHostKeys(target));
      const host = await world.hosts.get(target);
      if (before === undefined) return (await host.run(['ip', '-4', '-o', 'address', 'show'])).stdout;
      await host.run(['systemctl', 'reboot'], { sudo: true });
      await world.pass(200_000);
      await world.hosts.forget(node);
      return (await (await world.hosts.get(target)).run(['ip', '-4', '-o', 'address', 'show'])).stdout;
    };
    const all = await Promise.all(nodes.map(shown));
    return all.map((text) => /inet (10\.\S+)/.exec(text)?.[1]);
  });

const changed = (lines: readonly JournalLine[]) =>
  lines.filter(({ type, outcome }) => type === 'step-done' && outcome === 'changed').map(({ step }) => step);

test('all nodes change their addresses together, and nothing else; again there is nothing to do', async () => {
  const { rehearsal, file } = await staged();
  const flags = ['--site', file, '--yes'];
  const done = await rehearsal.run('relocate', ...moved, ...flags);
  expect(done.code, done.stdout + done.stderr).toBe(0);
  expect(await addresses(rehearsal)).toEqual(['10.8.0.21/24', '10.8.0.22/24', '10.8.0.23/24']);
  const steps = changed(await rehearsal.journal());
  expect(steps.filter((step) => step?.startsWith('network@'))).toHaveLength(3);
  expect(steps.filter((step) => !/^(network|hosts-file)@/.test(step ?? ''))).toEqual([]);
  expect(await readFile(file, 'utf8')).toContain('10.8.0.30');

  const again = await rehearsal.run('relocate', ...flags);
  expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('Every node has the address') });
  expect(await rehearsal.runs()).toHaveLength(1);
});

test('a run that is killed between two nodes is resumed, and undo gives every node its old address', async () => {
  const { rehearsal, file } = await staged();
  const before = await addresses(rehearsal);
  const running = rehearsal.start('relocate', ...moved, '--site', file, '--yes');
  const first = (line: JournalLine) => line.type === 'step-done' && line.step === 'network@ks-1';
  await expect.poll(async () => (await rehearsal.journal().catch(() => [])).some(first), { interval: 5 }).toBe(true);
  const begun = (await rehearsal.journal()).find(({ type }) => type === 'run-started');
  process.kill(Number(begun?.['process']), 'SIGKILL');
  await running;
  const resumed = await rehearsal.run('resume', '--yes', '--take-over');
  expect(resumed.code, resumed.stdout + resumed.stderr).toBe(0);
  expect(await addresses(rehearsal)).toEqual(['10.8.0.21/24', '10.8.0.22/24', '10.8.0.23/24']);
  const undone = await rehearsal.run('undo', '--yes');
  expect(undone.code, undone.stdout + undone.stderr).toBe(0);
  expect(await addresses(rehearsal)).toEqual(before);
});

test('at the next boot: nothing changes before it, and every node has its address after it', async () => {
  const { rehearsal, file } = await staged();
  const before = await addresses(rehearsal);
  const done = await rehearsal.run('relocate', ...moved, '--at-next-boot', '--site', file, '--yes');
  expect(done.code, done.stdout + done.stderr).toBe(0);
  expect(done.stdout).toContain('every node takes its new address at its next boot');
  expect(await addresses(rehearsal)).toEqual(before);
  expect(await addresses(rehearsal, 'reboot')).toEqual(['10.8.0.21/24', '10.8.0.22/24', '10.8.0.23/24']);
});

test('a node that is not there, and an address that the site cannot have, are refused in words', async () => {
  const { rehearsal, file } = await staged();
  const unknown = await rehearsal.run('relocate', '--address', 'ks-4=10.8.0.24/24', '--site', file, '--yes');
  expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining('has no node ks-4') });
  const wrong = await rehearsal.run('relocate', '--address', 'ks-1=10.8.0.0/24', '--site', file, '--yes');
  expect(wrong.code).toBe(2);
  expect(wrong.stderr).toContain('10.8.0.0');
  expect(await rehearsal.runs()).toEqual([]);
});

test('on a running cluster it is refused before the new addresses are judged', async () => {
  const rehearsal = await Rehearsal.built();
  // With these the virtual address would be outside of the network of the first node.
  const refused = await rehearsal.run('relocate', '--address', 'ks-1=10.8.0.21/24', '--yes');
  expect(refused).toMatchObject({ code: 6, stderr: expect.stringContaining('can no longer change') });
  expect(refused.stdout + refused.stderr).not.toMatch(/10\.8\.0\.21/);
});
