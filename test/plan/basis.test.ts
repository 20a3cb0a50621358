import { describe, expect, test } from 'vitest';
import type { NodeFacts } from '../../source/facts/facts.ts';
import { drift } from '../../source/plan/document/basis.ts';
import { cluster, factsOf, makePlan, product, siteOf } from './sample.ts';

const shape = { managers: 3 };
const plan = makePlan({ purpose: 'init', site: siteOf(shape), product, facts: factsOf(shape), now: new Date(0) });

const onSecond = (change: Partial<NodeFacts>) => factsOf(shape, (node) => (node === 'ks-2' ? change : {}));
const named = (hostname: string) => ({ identity: { hostname, machineId: 'machine-1' } });
const interfaces = (...names: string[]) => {
  const network = factsOf(shape).get('ks-2')?.network;
  if (!network) throw new Error('no network');
  const [first] = network.interfaces;
  const extra = names.map((name) => ({
    name,
    mac: '',
    mtu: 1450,
    up: true,
    kind: 'vxlan',
    addresses: [{ address: '10.1.3.0', prefix: 32, dynamic: false }],
  }));
  return { network: { ...network, interfaces: [...(first ? [first] : []), ...extra] } };
};

describe('drift', () => {
  test.each<[string, ReadonlyMap<string, NodeFacts>, string[], string[]]>([
    ['nothing changed', factsOf(shape), [], []],
    ['a node was renamed', onSecond(named('other')), [], ['hostname']],
    ['this run renamed it', onSecond(named('ks-2')), ['hostname@ks-2'], []],
    ['this run renamed another', onSecond(named('other')), ['hostname@ks-1'], ['hostname']],
    [
      'another machine answers',
      onSecond({ identity: { hostname: 'ubuntu-1', machineId: 'else' } }),
      ['hostname@ks-2'],
      ['machine'],
    ],
    ['MicroK8s was installed by hand', onSecond(cluster({ joined: false })), [], ['microk8s']],
    [
      'a join changes the seed, too',
      factsOf(shape, (node) => (node === 'ks-1' ? cluster() : {})),
      ['join-manager@ks-2'],
      [],
    ],
    ['interfaces of the pod network are not news', onSecond(interfaces('vxlan.calico', 'cali123')), [], []],
    ['a node that cannot be asked is not drift', new Map(), [], []],
  ])('%s', (_, facts, started, keys) => {
    expect(drift(plan, facts, new Set(started)).map(({ key }) => key)).toEqual(keys);
  });

  test('says what was and what is', () => {
    expect(drift(plan, onSecond(named('other')))).toEqual([
      { node: 'ks-2', key: 'hostname', was: 'ubuntu-1', is: 'other' },
    ]);
  });
});
