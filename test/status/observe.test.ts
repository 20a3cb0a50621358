import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { systemClock } from '../../source/host/clock.ts';
import type { Host } from '../../source/host/host.ts';
import { observe } from '../../source/status/observe.ts';
import { items, nodes, status, workloads } from '../plan/cluster-words.ts';
import { type Answers, fakeWorld } from '../plan/fake-world.ts';
import { product, siteOf } from '../plan/sample.ts';

const M = '/snap/bin/microk8s';
const site = siteOf({ managers: 3 });
const clock = { ...systemClock, now: () => 0 };

const refused = { code: 1, stderr: 'The connection to the server 127.0.0.1:16443 was refused' };
const answers: Answers = {
  [`${M} kubectl get`]: items([]),
  [`${M} kubectl get nodes`]: ({ node }) =>
    node === 'ks-3' ? nodes('ks-3') : nodes('ks-1', 'ks-2', { name: 'ks-3', ready: false }),
  [`${M} kubectl get deployments`]: workloads(
    { kind: 'Deployment', name: 'web', wanted: 1, ready: 1, release: 'kloudspot' },
    { kind: 'Deployment', name: 'other', wanted: 1, ready: 0 },
  ),
  [`${M} kubectl get servicel2statuses`]: { code: 1, stderr: "error: the server doesn't have a resource type" },
  [`${M} status`]: status('10.0.4.21', '10.0.4.22', '10.0.4.23'),
  [`${M} helm3 list`]:
    '[{"name":"kloudspot","namespace":"kloudspot","revision":"7","status":"deployed","chart":"kloudspot-0.1.0"}]',
};

test('asks the manager that knows the whole site, not one that runs alone', async () => {
  const { context } = fakeWorld({ site, product, answers });
  const seen = await observe({ site, product, clock, round: 100, open: context.look });
  expect(seen.through).not.toBe('ks-3');
  expect(seen.nodes?.map(({ name, ready }) => [name, ready])).toEqual([
    ['ks-1', true],
    ['ks-2', true],
    ['ks-3', false],
  ]);
  expect(seen.workloads?.map(({ name }) => name)).toEqual(['web']);
  expect(seen.release?.revision).toBe(7);
  expect(seen.addressHolder).toBeUndefined();
});

test.each([
  [
    'are not there',
    { code: 1, stderr: `error: the server doesn't have a resource type "cstorpoolinstances"` },
    '',
    [],
    'none',
  ],
  ['were not told', refused, refused, undefined, undefined],
] as const)('pools and the certificate of the ingress that %s', async (_, pools, secret, seenPools, certificate) => {
  const { context } = fakeWorld({
    site,
    product,
    answers: {
      ...answers,
      [`${M} kubectl get cstorpoolinstances`]: pools,
      [`${M} kubectl get secrets`]: secret,
    },
  });
  const seen = await observe({ site, product, clock, round: 100, open: context.look });
  expect(seen.through).toBeDefined();
  expect(seen.pools).toEqual(seenPools);
  expect(seen.ingressCertificate).toBe(certificate);
});

test('machines that are dead or worse are seen as such', async () => {
  const { context } = fakeWorld({ site, product, answers, away: (node) => node === 'ks-1' });
  const never = new Promise<Host>(() => undefined);
  const seen = await observe({
    site,
    product,
    clock,
    round: 100,
    open: (node) => (node === 'ks-3' ? never : context.look(node)),
  });
  expect(seen.through).toBe('ks-2');
  expect(seen.reached.map(({ answers: reached }) => reached)).toEqual([false, true, false]);
});

test('a machine is late by the clock of its world: the work of a busy machine does not make it dead in a rehearsal', async () => {
  const { context } = fakeWorld({ site, product, answers });
  const standing = { ...clock, sleep: () => new Promise<void>(() => undefined) };
  const open = (node: string) => wait(700).then(() => context.look(node));
  const seen = await observe({ site, product, clock: standing, round: 100, open });
  expect(seen.reached).toEqual(['ks-1', 'ks-2', 'ks-3'].map((node) => ({ node, answers: true, said: '' })));
  expect(seen.through).toBe('ks-1');
});

test('a stopped manager and a worker that answer with exit code 0 are not an API', async () => {
  const words = 'microk8s is not running, try microk8s start\n';
  const { context } = fakeWorld({ site, product, answers: { [M]: words } });
  const seen = await observe({ site, product, clock, round: 100, open: context.look });
  expect(seen.through).toBeUndefined();
  expect(seen.silent[0]?.said).toMatch(/not running/);
});

test('who acts on what the API tells waits longer for it than for a machine that is dead', async () => {
  const { context } = fakeWorld({ site, product, answers });
  const asked: number[] = [];
  const open = async (node: string) => {
    if (node === 'ks-2') return new Promise<Host>(() => undefined);
    const host = await context.look(node);
    const run: typeof host.run = (command, options) => {
      if ('text' in command || command[1] === 'kubectl') asked.push(options?.deadline ?? 0);
      return host.run(command, options);
    };
    return { ...host, run };
  };
  const seen = await observe({ site, product, clock, round: 100, patience: 30_000, open });
  expect(seen.reached.map(({ answers: reached }) => reached)).toEqual([true, false, true]);
  expect(seen.through).toBe('ks-1');
  expect(asked).toContain(30_000);
});
