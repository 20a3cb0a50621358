import { expect, test } from 'vitest';
import { type Bench, bench, install, joinCluster, microk8s } from './world.ts';

const members = '/var/snap/microk8s/current/var/kubernetes/backend/cluster.yaml';

/** A role for each address, as `microk8s status` says it on a node. */
const roles = async (world: Bench, node: string) =>
  Object.fromEntries(
    [
      ...(await world.run(node, `${microk8s} status --format yaml`)).stdout.matchAll(
        /address: (\S+):19001\n\s+role: (\w+)/g,
      ),
    ].map(([, address, role]) => [address, role]),
  );

async function managers(...others: readonly string[]): Promise<Bench> {
  const world = await bench();
  await install(world, 'ks-1', ...others);
  for (const node of others) await joinCluster(world, 'ks-1', '10.0.4.21', node);
  await world.pass(60_000);
  return world;
}

test('of two managers the one that stops as asked hands its vote over, and the API answers on; one that loses power takes it away', async () => {
  const world = await managers('ks-2');
  expect(await roles(world, 'ks-1')).toEqual({ '10.0.4.21': 'voter', '10.0.4.87': 'spare' });
  await world.run('ks-1', `${microk8s} stop`);
  expect(await roles(world, 'ks-2')).toEqual({ '10.0.4.21': 'spare', '10.0.4.87': 'voter' });
  expect((await world.run('ks-2', `${microk8s} kubectl get nodes`)).code).toBe(0);
  await world.run('ks-1', `${microk8s} start`);
  await world.pass(60_000);
  await world.setPower('ks-2', false);
  await world.pass(60_000);
  expect((await world.run('ks-1', `${microk8s} kubectl get nodes`)).code).not.toBe(0);
});

test('a first manager that stops before it has written down who joined finds no other member again', async () => {
  const world = await bench();
  await install(world, 'ks-1', 'ks-2');
  // The datastore has taken ks-2 in by then.
  await world.run('ks-1', 'systemd-run --on-active=36 systemctl reboot');
  await joinCluster(world, 'ks-1', '10.0.4.21', 'ks-2');
  await world.pass(300_000);
  await world.hosts.forget('ks-1');
  const list = (await (await world.host('ks-1')).readFile(members)) ?? '';
  expect(list).toMatch(/^- Address: 10\.0\.4\.21:19001\n {2}Role: 0\n$/);
  expect((await world.run('ks-1', `${microk8s} kubectl get nodes`)).code).not.toBe(0);
  expect((await world.run('ks-2', `${microk8s} kubectl get nodes -o json`)).stdout).toContain('NodeStatusUnknown');
});

test('once one of three managers has left, one of the two that remain votes', async () => {
  const world = await managers('ks-2', 'ks-3');
  expect(Object.values(await roles(world, 'ks-1'))).toEqual(['voter', 'voter', 'voter']);
  await world.run('ks-3', `${microk8s} leave`);
  await world.run('ks-1', `${microk8s} remove-node ks-3`);
  await world.pass(31_000);
  expect(Object.values(await roles(world, 'ks-1')).toSorted()).toEqual(['spare', 'voter']);
});
