import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { home, Rehearsal } from './program.ts';

it('volumes grow on the running product, and what Kubernetes never does is refused before anything changes', async () => {
  const rehearsal = await Rehearsal.built();

  const grown = await rehearsal.run('storage grow', 'kafka', '4', '--yes');
  expect(grown.stderr).toBe('');
  expect(grown.stdout).toMatch(/Grow Kafka distributed messaging to 4 GB \(3 claims\): done/);
  expect(grown.code).toBe(0);

  // The pool below has 27 GB: its logical volumes and the pools on them grow first.
  const pooled = await rehearsal.run('update', '--yes', '--set', 'storage.volumes.streamState=30');
  expect(pooled.stdout).toMatch(/Grow logical volume ubuntu-vg\/shared from 27 to 53 GB/);
  expect(pooled.stdout).toMatch(/Grow the pool on 3 nodes: done/);
  expect(pooled.code).toBe(0);

  const again = await rehearsal.run('plan', '--brief');
  expect(again.stdout).not.toMatch(/Grow /);
  expect((await rehearsal.run('status')).code).toBe(0);

  const runs = await rehearsal.runs();
  for (const [verb, ...words] of [
    ['storage grow', 'kafka', '1'],
    ['storage grow', 'kafka', '4'],
    ['update', '--set', 'storage.volumes.kafka=1'],
    ['storage grow', 'nosuch', '5'],
    ['storage grow', 'kafka', '-1'],
    ['storage grow', 'kafka'],
  ]) {
    const { code, stderr } = await rehearsal.run(verb ?? '', '--yes', ...words);
    expect([words.join(' '), code], stderr).toEqual([words.join(' '), 2]);
  }
  expect(await rehearsal.runs()).toEqual(runs);
});

it('a volume of 20 GB that was made by hand, as the guide says, is grown to what the pool needs', async () => {
  const rehearsal = await Rehearsal.begin();
  const scenario = join(rehearsal.root, 'template.yaml');
  const healthy = await readFile(join(home, 'templates/rehearsal/healthy.yaml'), 'utf8');
  const made = 'volumes: [{ group: ubuntu-vg, name: shared, sizeGiB: 20 }]';
  await writeFile(scenario, healthy.replaceAll(/^( +)hostname: .*$/gm, `$&\n$1${made}`));
  const { code, stdout, stderr } = await rehearsal.run('init', '--yes', `--rehearse=${scenario}`);
  expect(stdout.match(/Grow logical volume ubuntu-vg\/shared from 20 to 27 GB: done/g)).toHaveLength(3);
  expect(code, stderr).toBe(0);
});
