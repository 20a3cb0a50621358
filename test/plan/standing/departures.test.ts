import { describe, expect, it, test } from 'vitest';
import { Fault } from '../../../source/errors/fault.ts';
import { type Departure, departures, strangersAmong } from '../../../source/plan/standing/changes.ts';
import { leaveParts } from '../../../source/plan/standing/leave-table.ts';
import { refuseDepartures, refuseStrangers } from '../../../source/plan/standing/refusals.ts';
import type { StandingCluster } from '../../../source/plan/standing/standing.ts';
import type { EngineName } from '../../../source/storage/engines/engines.ts';
import { cluster, factsOf, siteOf } from '../sample.ts';
import { standingOf } from './a-cluster.ts';

/** As `stop` leaves it: no pod uses a volume. */
const stopped = (standing: StandingCluster): StandingCluster => ({
  ...standing,
  locals: standing.locals.map((volume) => ({ ...volume, pod: undefined, ready: false })),
});

const leaving = (part: Partial<Departure>): Departure => ({
  node: 'ks-3',
  address: '10.0.4.23',
  role: 'manager',
  alive: true,
  why: 'leaves',
  becomes: undefined,
  ...part,
});

describe('role × alive or dead × engine → ordered parts', () => {
  const rows: readonly (readonly [Departure['role'], 'alive' | 'dead', EngineName, string])[] = [
    ['manager', 'alive', 'cstor', 'pool drain volumes member'],
    ['manager', 'alive', 'existing', 'drain volumes member'],
    ['manager', 'dead', 'cstor', 'member pool volumes'],
    ['manager', 'dead', 'existing', 'member volumes'],
    ['worker', 'alive', 'cstor', 'pool drain volumes member'],
    ['worker', 'alive', 'existing', 'drain volumes member'],
    ['worker', 'dead', 'cstor', 'member pool volumes'],
    ['worker', 'dead', 'existing', 'member volumes'],
  ];
  it.each(rows)('%s, %s, %s', (role, life, engine, parts) => {
    expect(leaveParts(leaving({ role, alive: life === 'alive' }), engine).join(' ')).toBe(parts);
  });
  it('a node that joins again in another role keeps its volumes', () => {
    expect(leaveParts(leaving({ why: 'role', becomes: 'worker' }), 'cstor').join(' ')).toBe('drain member');
  });
});

describe('who leaves', () => {
  const shape = { managers: 3, workers: 1 };
  const facts = factsOf(shape, (node) => cluster({ worker: node === 'kw-1' }));
  const standing = standingOf({ managers: 3, workers: 1 });
  const without = (name: string) => siteOf(shape).nodes.filter((node) => node.name !== name);

  it('no one, where site and cluster agree', () => {
    expect(departures({ site: siteOf(shape), facts, standing })).toEqual([]);
  });
  it('a node that the site does not name: by itself where it is reached, by its address where it is dead', () => {
    const alive = departures({ site: { nodes: without('ks-3') }, facts, standing });
    expect(alive).toEqual([leaving({})]);
    const dead = new Map([...facts].filter(([name]) => name !== 'ks-3'));
    expect(departures({ site: { nodes: without('ks-3') }, facts: dead, standing })).toEqual([
      leaving({ alive: false }),
    ]);
  });
  it('a node whose role changes, and comes back', () => {
    const nodes = siteOf(shape).nodes.map((node) =>
      node.name === 'kw-1' ? { ...node, role: 'manager' as const } : node,
    );
    expect(departures({ site: { nodes }, facts, standing })).toMatchObject([
      { node: 'kw-1', role: 'worker', alive: true, why: 'role', becomes: 'manager' },
    ]);
  });
  it('a node whose machine was installed again', () => {
    const empty = factsOf(shape, (node) => (node === 'ks-2' ? {} : cluster({ worker: node === 'kw-1' })));
    expect(departures({ site: siteOf(shape), facts: empty, standing })).toMatchObject([
      { node: 'ks-2', alive: false, why: 'reinstalled', becomes: 'manager' },
    ]);
  });
  it('a member of the datastore without a Node, by its address', () => {
    const members = [...standing.members, { address: '10.0.4.99', role: 'spare' as const }];
    expect(departures({ site: siteOf(shape), facts, standing: { ...standing, members } })).toMatchObject([
      { node: '10.0.4.99', address: '10.0.4.99', alive: false },
    ]);
  });
  it('no machine that still considers itself a member, although its Node was deleted: its join brings it back', () => {
    const nodes = standing.nodes.filter(({ name }) => name !== 'ks-3');
    const [own = ''] = (facts.get('ks-3')?.network?.interfaces ?? []).flatMap(({ addresses }) =>
      addresses.map(({ address }) => address),
    );
    const members = standing.members.map((one) => (one.address === '10.0.4.23' ? { ...one, address: own } : one));
    const there = { site: siteOf(shape), standing: { ...standing, nodes, members } };
    expect(departures({ ...there, facts })).toEqual([]);
    const off = new Map([...facts].filter(([name]) => name !== 'ks-3'));
    expect(departures({ ...there, facts: off })).toMatchObject([{ node: own, alive: false }]);
  });
  it('no one, where managers have another address among the members: two networks', () => {
    const members = standing.members.map(({ role }, at) => ({ address: `192.168.0.${at}`, role }));
    expect(departures({ site: siteOf(shape), facts, standing: { ...standing, members } })).toEqual([]);
  });
});

describe('members that no site has named', () => {
  const facts = factsOf({ managers: 3 }, () => cluster());
  const site = { nodes: siteOf({ managers: 3 }).nodes.filter(({ name }) => name !== 'ks-3') };
  const refusalOf = (standing: StandingCluster): string => {
    try {
      refuseStrangers(strangersAmong(departures({ site, facts, standing }), standing));
      return 'not refused';
    } catch (error) {
      return error instanceof Fault ? [error.message, ...(error.next ?? [])].join(' ') : String(error);
    }
  };
  const lost = standingOf({ managers: 3, lost: ['ks-3'] });
  const byHand = { ...lost, named: new Set<string>() };

  it('are refused with how they stay and how they go', () => {
    expect(refusalOf(byHand)).toBe(
      'ks-3 is a member of the cluster, and site.yaml does not name it. To keep ks-3, name it in site.yaml under nodes, with the login of the others: name: ks-3, reach: 10.0.4.23, role: manager. To take ks-3 out of the cluster: kloudspot node remove ks-3',
    );
  });
  it('are refused without a Node, by their address', () => {
    const members = [...byHand.members, { address: '10.0.4.99', role: 'spare' as const }];
    const named = new Set(['ks-3']);
    expect(refusalOf({ ...byHand, members, named })).toMatch(/^10\.0\.4\.99 is .* kloudspot node remove 10\.0\.4\.99$/);
  });
  it('leave where an earlier run named them', () => expect(refusalOf(lost)).toBe('not refused'));
});

describe('each refusal, with the message that the operator gets', () => {
  const facts = factsOf({ managers: 3 }, () => cluster());
  const refusal = (leave: readonly Departure[], standing = standingOf({ managers: 3 }), seen = facts): string => {
    try {
      refuseDepartures({ departures: leave, standing, facts: seen });
      return 'not refused';
    } catch (error) {
      return error instanceof Fault ? [error.message, error.why, ...(error.next ?? [])].join(' ') : String(error);
    }
  };
  const dead = leaving({ alive: false });
  const others = (name: string) => new Map([...facts].filter(([node]) => node !== name));

  test.each([
    ['a manager of three leaves', [leaving({})], undefined, undefined, 'not refused'],
    [
      'ready, and not reached',
      [dead],
      undefined,
      others('ks-3'),
      'ks-3 is to be removed and is ready in the cluster, but cannot be reached from here. A running node has to leave the cluster itself',
    ],
    [
      'ready, not reached, and to stay',
      [dead],
      undefined,
      others('ks-3'),
      'To keep ks-3, name it in site.yaml under nodes, with the login of the others: name: ks-3, reach: 10.0.4.23, role: manager. Fix the access',
    ],
    ['a dead one of three', [dead], standingOf({ managers: 3, lost: ['ks-3'] }), others('ks-3'), 'not refused'],
    [
      'a living manager while another is dead',
      [leaving({ node: 'ks-2', address: '10.0.4.22' })],
      standingOf({ managers: 3, lost: ['ks-3'] }),
      undefined,
      'Without ks-2 the datastore would lose its quorum. Of the 2 voting members that remain only 1 is ready; more than half must be.',
    ],
    [
      'the dead one first, then the living one',
      [leaving({ node: 'ks-2', address: '10.0.4.22' }), dead],
      standingOf({ managers: 3, lost: ['ks-3'] }),
      others('ks-3'),
      'not refused',
    ],
    [
      'all of them',
      [1, 2, 3].map((at) => leaving({ node: `ks-${at}`, address: `10.0.4.2${at}` })),
      undefined,
      undefined,
      'Without ks-3 the datastore would lose its quorum. It is the last member that votes: the datastore would have none left.',
    ],
    [
      'the only instance of a database',
      [leaving({})],
      standingOf({ managers: 3, locals: { 'data-mongo-0': 'ks-3' } }),
      undefined,
      'ks-3 holds the only copy of data-mongo-0 that can be used. The volume is on this node alone, and no other instance of its service is ready on a node that stays.',
    ],
    [
      'a volume of a product that is stopped',
      [leaving({})],
      stopped(standingOf({ managers: 3, locals: { 'data-mongo-0': 'ks-3', 'data-mongo-1': 'ks-1' } })),
      undefined,
      'no service with a volume of its own runs: the product is stopped. kloudspot start  starts the product again.',
    ],
    [
      'an instance of three',
      [leaving({})],
      standingOf({ managers: 3, locals: { 'data-mongo-0': 'ks-3', 'data-mongo-1': 'ks-1' } }),
      undefined,
      'not refused',
    ],
    [
      'the other instances are on a node that is lost',
      [leaving({})],
      standingOf({ managers: 3, lost: ['ks-1'], locals: { 'data-mongo-0': 'ks-3', 'data-mongo-1': 'ks-1' } }),
      undefined,
      'Without ks-3 the datastore would lose its quorum.',
    ],
    [
      'the only healthy copy of a shared volume',
      [leaving({})],
      standingOf({ managers: 3, copies: { 'ks-1': false, 'ks-3': true } }),
      undefined,
      'The pool of ks-3 holds the only healthy copy of shared volume pvc-1.',
    ],
  ] as const)('%s', (_, leave, standing, seen, text) => expect(refusal(leave, standing, seen)).toContain(text));
});
