import { expect, it } from 'vitest';
import { Rehearsal } from './program.ts';

it('volumes grow on the running product, and what Kubernetes never does is refused before anything changes', async () => {
  const rehearsal = await Rehearsal.begin();
  expect((await rehearsal.run('init', '--yes')).code).toBe(0);

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
