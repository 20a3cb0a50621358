import { expect, test } from 'vitest';
import { lookAtLiving } from '../../source/app/plan-living.ts';
import { HostFault } from '../../source/host/host-fault.ts';
import { filesUnder } from '../../source/site/files.ts';
import { items, nodes, status } from '../plan/cluster-words.ts';
import { type Answers, fakeWorld } from '../plan/fake-world.ts';
import { cluster, factsOf, product, siteOf } from '../plan/sample.ts';

const M = '/snap/bin/microk8s';
const shape = { managers: 3 };
const site = siteOf(shape);
const facts = factsOf(shape, () => cluster());
const unknownKind = (kind: string) => ({ code: 1, stderr: `error: the server doesn't have a resource type "${kind}"` });
const whole: Answers = {
  [`${M} kubectl get`]: items([]),
  [`${M} kubectl get nodes`]: nodes('ks-1', 'ks-2', 'ks-3'),
  [`${M} kubectl get cstorpoolinstances`]: unknownKind('cstorpoolinstances'),
  [`${M} kubectl get cstorvolumereplicas`]: unknownKind('cstorvolumereplicas'),
  [`${M} status`]: status('10.0.4.21', '10.0.4.22', '10.0.4.23'),
};

/** No node tells this in time. */
const late = () => {
  throw new HostFault('deadline', 'ks-1', { what: 'A command on ks-1 did not end within 60 s.' });
};

const nothing = async () => undefined;
const noKeys = {
  knownHosts: '/nowhere/known_hosts',
  isPinned: async () => true,
  offeredHostKeys: async () => [],
  pin: nothing,
  trustHostKeys: nothing,
  close: nothing,
};

function look(answers: Answers) {
  const { context, hosts } = fakeWorld({ site, product, answers: { ...whole, ...answers } });
  return lookAtLiving(
    { site, product, world: { ...noKeys, hosts, clock: context.clock } },
    facts,
    filesUnder('/nowhere'),
  );
}

test('a cluster without pools of shared volumes tells that it has none', async () => {
  const { cluster: seen, standing } = await look({});
  expect(seen).toMatchObject({ pools: [], copies: [], locals: [] });
  expect(seen?.members).toHaveLength(3);
  expect(standing?.claims).toEqual([]);
});

const refusing = () => ({ code: 1, stderr: 'Error from server (Timeout): the server was unable to return a response' });

test.each([
  ['status', 'the members of its datastore'],
  ['kubectl get persistentvolumes', 'its volumes'],
  ['kubectl get pods', 'its pods'],
  ['kubectl get cstorpoolinstances', 'its storage pools'],
  ['kubectl get cstorvolumereplicas', 'the copies of its shared volumes'],
  ['kubectl get services', 'its services'],
  ['kubectl get storageclasses', "the product's claims and its storage classes"],
])('silence about %s is never taken for nothing: what a plan refuses is judged by it', async (asked, what) => {
  for (const silence of [late, refusing])
    await expect(look({ [`${M} ${asked}`]: silence })).rejects.toMatchObject({
      message: `The cluster answers, but does not tell ${what}.`,
      exitCode: 4,
      unchanged: true,
      next: [expect.stringContaining('kloudspot status')],
    });
});

test('a manager whose MicroK8s is not ready and lists no member has not told them', async () => {
  const starting = 'microk8s:\n  running: False\nhigh-availability:\n  enabled: True\n  nodes:\n';
  await expect(look({ [`${M} status`]: starting })).rejects.toThrow('does not tell the members of its datastore');
});

test('claims that one manager does not tell in time are asked of the next', async () => {
  const slow = ({ node }: { node: string }) => (node === 'ks-1' ? late() : items([]));
  expect((await look({ [`${M} kubectl get storageclasses`]: slow })).standing?.claims).toEqual([]);
});
