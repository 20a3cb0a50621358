import { describe, expect, test } from 'vitest';
import { planAddonMetallb } from '../../source/plan/steps/addon-metallb.ts';
import { items, workloads } from './cluster-words.ts';
import { carryThrough, fakeWorld, kindOf } from './fake-world.ts';
import { product, siteOf } from './sample.ts';

const site = siteOf({ managers: 3 });
const kubectl = (rest: string) => `/snap/bin/microk8s kubectl ${rest}`;
const step = (holdsVirtual: boolean) =>
  planAddonMetallb({
    seed: 'ks-1',
    virtualAddress: holdsVirtual ? '10.20.0.40' : '10.0.4.30',
    workload: { addresses: ['10.20.0.50', '10.20.0.51'], interfaces: ['eno2', 'ens4'], holdsVirtual },
  });

const poolOf = (name: string, ...addresses: readonly string[]) => ({
  metadata: { name },
  spec: { addresses: addresses.map((address) => `${address}/32`) },
});
const announcementOf = (name: string, spec: object) => ({ metadata: { name }, spec });
const parts = workloads(
  { kind: 'Deployment', name: 'controller', wanted: 1, ready: 1 },
  { kind: 'DaemonSet', name: 'speaker', wanted: 3, ready: 3 },
);
const pools = [poolOf('default-addresspool', '10.0.4.30'), poolOf('workload', '10.20.0.50', '10.20.0.51')];
const second = announcementOf('workload', { ipAddressPools: ['workload'], interfaces: ['eno2', 'ens4'] });
const first = announcementOf('default-advertise-all-pools', { ipAddressPools: ['default-addresspool'] });

const worldOf = (
  found: { readonly pools: readonly object[]; readonly announcements: readonly object[] },
  applied: () => unknown = () => undefined,
) =>
  fakeWorld({
    site,
    product,
    answers: {
      [kubectl('get deployments')]: parts,
      [kubectl('apply')]: () => {
        applied();
        return undefined;
      },
      [kubectl('get ipaddresspools')]: () => items(found.pools),
      [kubectl('get l2advertisements')]: () => items(found.announcements),
    },
  });

async function stateOf(found: Parameters<typeof worldOf>[0], holdsVirtual = false) {
  const planned = step(holdsVirtual);
  const kind = kindOf(planned);
  return kind.state(worldOf(found).context, kind.parameters.parse(planned.parameters), planned);
}

describe('MetalLB in a second network, as the cluster has it', () => {
  test('it has its addresses, and answers for them by the interfaces of that network alone', async () => {
    expect(await stateOf({ pools, announcements: [first, second] })).toEqual({
      ok: true,
      observed: 'it assigns 10.0.4.30, 10.20.0.50, 10.20.0.51',
    });
  });

  const open = announcementOf('default-advertise-all-pools', {});
  const elsewhere = announcementOf('workload', { ipAddressPools: ['workload'], interfaces: ['eno1', 'ens4'] });
  const everywhere = announcementOf('workload', { ipAddressPools: ['workload'] });
  test.each([
    [
      'an address is missing',
      { pools: pools.slice(0, 1), announcements: [first, second] },
      'it has no 10.20.0.50, 10.20.0.51',
    ],
    ['nothing announces them', { pools, announcements: [first] }, 'it does not answer by eno2, ens4 alone'],
    [
      'another interface answers',
      { pools, announcements: [first, elsewhere] },
      'it does not answer by eno2, ens4 alone',
    ],
    [
      'every interface answers',
      { pools, announcements: [first, everywhere] },
      'it does not answer by eno2, ens4 alone',
    ],
    [
      'an announcement without pools answers for all',
      { pools, announcements: [open, second] },
      'it does not answer by eno2, ens4 alone',
    ],
  ])('%s: seen', async (_, found, observed) => {
    expect(await stateOf(found)).toEqual({ ok: false, observed });
  });

  test('a virtual address in it is announced there alone, too', async () => {
    const inside = [poolOf('default-addresspool', '10.20.0.40'), ...pools.slice(1)];
    expect(await stateOf({ pools: inside, announcements: [first, second] }, true)).toMatchObject({ ok: false });
    const there = announcementOf('default-advertise-all-pools', {
      ipAddressPools: ['default-addresspool'],
      interfaces: ['eno2', 'ens4'],
    });
    expect(await stateOf({ pools: inside, announcements: [there, second] }, true)).toMatchObject({ ok: true });
  });

  test('what is missing is applied, and looked at again', async () => {
    const found = { pools: pools.slice(0, 1), announcements: [open] };
    const world = worldOf(found, () => Object.assign(found, { pools, announcements: [first, second] }));
    expect(await carryThrough(world.context, step(false))).toMatchObject({
      before: { ok: false },
      after: { ok: true },
    });
  });
});
