import { expect, test } from 'vitest';
import { bench, install, installTrack, items, joinCluster, microk8s } from './world.ts';

test('drain moves what can move and leaves daemon sets; a node that is not known is refused', async () => {
  const world = await bench();
  await install(world, 'ks-1', 'ks-3');
  await joinCluster(world, 'ks-1', '10.0.4.21', 'ks-3', '--worker');
  await world.run('ks-1', `${microk8s} enable dns`);
  await world.run('ks-1', `${microk8s} kubectl scale deployment coredns -n kube-system --replicas=2`);
  await world.pass(60_000);
  const on = async (node: string) =>
    (await items(world, 'ks-1', 'pods -A')).filter(({ spec }) => (spec as { nodeName?: string }).nodeName === node);
  expect((await on('ks-3')).map(({ metadata }) => metadata.name).join()).toContain('coredns');

  const refused = await world.run('ks-1', `${microk8s} kubectl drain ks-3`);
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('DaemonSet-managed Pods') });
  const drained = await world.run('ks-1', `${microk8s} kubectl drain ks-3 --ignore-daemonsets --timeout=120s`);
  expect(drained).toMatchObject({ code: 0, stdout: expect.stringContaining('node/ks-3 drained') });
  expect((await on('ks-3')).every(({ metadata }) => metadata.ownerReferences?.[0]?.kind === 'DaemonSet')).toBe(true);
  expect(await world.run('ks-1', `${microk8s} kubectl drain ks-9`)).toMatchObject({ code: 1 });
});

test('a refresh brings another track, its addons only after an update of their copies, and revert the one before', async () => {
  const world = await bench();
  await installTrack(world, '1.34', 'ks-1');
  const addons = async () => (await world.run('ks-1', `${microk8s} status --format yaml`)).stdout;
  const snap = async () => (await world.run('ks-1', 'snap list microk8s')).stdout;
  await world.run('ks-1', 'snap refresh --hold microk8s');
  expect((await world.run('ks-1', 'snap refresh microk8s --channel=1.35/stable')).code).toBe(0);
  await world.pass(60_000);
  expect(await snap()).toMatch(/v1\.35\.1 .*1\.35\/stable .*held/);
  const [node] = await items(world, 'ks-1', 'nodes');
  expect(JSON.stringify(node)).toContain('v1.35.1');
  expect(await addons()).not.toContain('This addon is deprecated');
  expect((await world.run('ks-1', `${microk8s} addons repo update core`)).code).toBe(0);
  expect(await addons()).toContain('This addon is deprecated');
  expect((await world.run('ks-1', 'snap revert microk8s')).code).toBe(0);
  expect(await snap()).toContain('1.34/stable');
  expect(await world.run('ks-1', 'snap refresh microk8s --channel=1.99/stable')).toMatchObject({ code: 1 });
});

test('what a backup of the datastore holds comes back', async () => {
  const world = await bench();
  await install(world, 'ks-1');
  const label = (value: string) =>
    world.run(
      'ks-1',
      `${microk8s} kubectl patch configmap coredns -n kube-system --type merge -p {"metadata":{"labels":{"a":"${value}"}}}`,
    );
  await label('before');
  const file = '/var/lib/kloudspot/b.tar.gz';
  expect((await world.run('ks-1', `${microk8s} dbctl backup -o ${file}`)).stdout).toContain(`The backup is: ${file}`);
  await label('after');
  expect((await world.run('ks-1', `${microk8s} dbctl restore ${file}`)).code).toBe(0);
  const maps = await items(world, 'ks-1', 'configmaps -n kube-system');
  expect(maps.find(({ metadata }) => metadata.name === 'coredns')?.metadata.labels).toEqual({ a: 'before' });
  expect((await world.run('ks-1', `${microk8s} dbctl restore /nowhere.tar.gz`)).code).toBe(1);
  await world.run('ks-1', `${microk8s} stop`);
  expect(await world.run('ks-1', `${microk8s} dbctl backup`)).toMatchObject({ code: 10 });
});
