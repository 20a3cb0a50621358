import { expect, test } from 'vitest';
import { authorization, parseAuthorization } from '../../source/microk8s/authorization.ts';
import { microk8sFiles } from '../../source/microk8s/node.ts';
import { inState } from '../conformance/states.ts';
import { microk8s } from './world.ts';

const configz = `${microk8s} kubectl get --raw /api/v1/nodes/ks-1/proxy/configz`;
const restart = 'snap restart microk8s.daemon-kubelite';

test('rbac that was enabled while an agent was down is in the arguments alone, also after it says "enabled", until a restart', async () => {
  const { world } = await inState('agent down, rbac failed, node removed', '1.34');
  const read = async () =>
    parseAuthorization((await (await world.host('ks-1')).run(authorization, { sudo: true })).stdout);
  expect(await read()).toEqual({ told: 'RBAC,Node', open: true });
  expect((await world.run('ks-1', `${microk8s} enable rbac`)).code).toBe(0);
  expect(await read()).toEqual({ told: 'RBAC,Node', open: true });
  await world.run('ks-1', restart);
  await world.pass(20_000);
  expect(await read()).toEqual({ told: 'RBAC,Node', open: false });
});

test('a kubelet that was told of the domain while another agent was down runs without it until a restart', async () => {
  const { world } = await inState('agent down', '1.34');
  const host = await world.host('ks-1');
  const path = `${microk8sFiles.arguments}/kubelet`;
  const domain = async () => JSON.parse((await world.run('ks-1', configz)).stdout).kubeletconfig.clusterDomain;
  const restart = async () => {
    await world.run('ks-1', 'snap restart microk8s.daemon-kubelite');
    await world.pass(20_000);
  };
  await host.writeFile({ path, content: ((await host.readFile(path)) ?? '').replace(/--cluster-domain.*\n/, '') });
  await restart();
  expect((await world.run('ks-1', `${microk8s} enable dns`)).code).toBe(1);
  expect(await host.readFile(path)).toContain('--cluster-domain=cluster.local');
  expect(await domain()).toBe('');
  await restart();
  expect(await domain()).toBe('cluster.local');
});
