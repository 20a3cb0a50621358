import type { CheckInput } from '../../../source/check/check.ts';
import type { LiveEvidence } from '../../../source/check/evidence.ts';
import { serversOf } from '../../../source/check/servers.ts';
import type { FactPart, InterfaceFacts, NodeFacts, StorageFacts } from '../../../source/facts/facts.ts';
import type { PairAnswer } from '../../../source/facts/pairs-probe.ts';
import type { ReachAnswer } from '../../../source/facts/reach-probe.ts';
import { loadProduct } from '../../../source/product/load.ts';
import { portsBetween } from '../../../source/product/pair-ports.ts';
import type { Product } from '../../../source/product/schema.ts';
import type { Grade } from '../../../source/site/finding.ts';
import type { Site, SiteNode } from '../../../source/site/schema.ts';
import { device, GiB, healthyFacts, healthyNode, healthySite, healthyStorage, seenAtMs } from '../../facts-fixtures.ts';

/** One thing that is wrong, and what the check says of it. */
export interface Case {
  readonly check: string;
  readonly what: string;
  readonly grade: Grade;
  /** Nodes of the finding. */
  readonly nodes: readonly string[];
  readonly says: RegExp;
  /** What it says is to be done. */
  readonly advises?: RegExp;
  readonly site?: Partial<Site>;
  /** What differs on single nodes. */
  readonly facts?: Readonly<Record<string, (facts: NodeFacts) => NodeFacts>>;
  readonly evidence?: Partial<LiveEvidence>;
  readonly product?: (product: Product) => Product;
}

/** The healthy site with what the case changes. */
export function inputOf(one: Partial<Case>, product: Product): CheckInput {
  const site = healthySite(one.site);
  const facts = new Map(
    site.nodes.map(({ name }) => {
      const whole = healthyFacts(name);
      return [name, one.facts?.[name]?.(whole) ?? whole];
    }),
  );
  const free = new Map([['ks-1', { state: 'free' } as const]]);
  const pairs = healthyPairs(site);
  const reach = healthyReach(site);
  const evidence = { atMs: seenAtMs, pairs, reach, addresses: new Map([['192.168.1.200', free]]), ...one.evidence };
  return { site, product: one.product?.(product) ?? product, facts, evidence };
}

export const nodes = (...changed: SiteNode[]) => {
  const names = changed.map(({ name }) => name);
  return [...healthySite().nodes.filter(({ name }) => !names.includes(name)), ...changed].toSorted((a, b) =>
    a.name.localeCompare(b.name),
  );
};

const kloudspot = await loadProduct('kloudspot');

/** Every node reaches every other one. */
export function healthyPairs(site: Site, product = kloudspot): NonNullable<LiveEvidence['pairs']> {
  return new Map(
    site.nodes.map((from) => [
      from.name,
      {
        busy: [],
        peers: site.nodes
          .filter((to) => to !== from)
          .map((to) => ({
            to: to.name,
            ports: Object.fromEntries(portsBetween(site, product, from, to).map((port) => [port, 'open' as const])),
            latencyMs: 0.3,
            clockMs: 1,
            clockUncertaintyMs: 0.2,
            mtu: 1500,
            resolves: [],
          })),
      },
    ]),
  );
}

const answers = { state: 'taken', mac: '52:54:00:00:00:fe' } as const;

/** Every node reaches all servers and its gateway, finds the site's name, and has a fast disk. */
export function healthyReach(site: Site, product: Product = kloudspot): NonNullable<LiveEvidence['reach']> {
  const answer: ReachAnswer = {
    names: { [site.customer.dnsName]: { addresses: [site.network.virtualAddress ?? ''] } },
    gateways: Object.fromEntries(['192.168.1.1', '192.168.1.254'].map((router) => [router, answers])),
    wildcards: [],
    urls: Object.fromEntries(serversOf(site, product).map(({ url }) => [url, { status: 200 }])),
    store: 'pass',
    channels: ['1.35/stable', '1.34/stable', '1.33/stable'],
    writeMs: 1.4,
  };
  return new Map(site.nodes.map(({ name }) => [name, answer]));
}

/** What ks-1 hears of the world instead. */
export function heardByKs1(change: Partial<ReachAnswer>): Partial<LiveEvidence> {
  const reach = new Map(healthyReach(healthySite()));
  const own = reach.get('ks-1');
  if (own) reach.set('ks-1', { ...own, ...change });
  return { reach };
}

/** What ks-1 hears from ks-2 instead. */
export function fromKs1ToKs2(change: Partial<PairAnswer>, busyOnKs2: readonly string[] = []): Partial<LiveEvidence> {
  const pairs = new Map(healthyPairs(healthySite()));
  const own = pairs.get('ks-1');
  const other = pairs.get('ks-2');
  if (own)
    pairs.set('ks-1', { ...own, peers: own.peers.map((peer) => (peer.to === 'ks-2' ? { ...peer, ...change } : peer)) });
  if (other) pairs.set('ks-2', { ...other, busy: [...busyOnKs2] });
  return { pairs };
}

/** What the answers of these pairs are instead. */
export function pairsWith(
  change: (pair: { readonly from: string; readonly to: string; readonly answer: PairAnswer }) => Partial<PairAnswer>,
): Partial<LiveEvidence> {
  const pairs = [...healthyPairs(healthySite())].map(([from, own]) => {
    const peers = own.peers.map((answer) => ({ ...answer, ...change({ from, to: answer.to, answer }) }));
    return [from, { ...own, peers }] as const;
  });
  return { pairs: new Map(pairs) };
}

/** No port of the node is open to these others; in both ways: none of theirs to it either. */
export function closedTo(
  node: string,
  state: 'silent' | 'refused',
  ways: 'one way' | 'both ways' = 'one way',
  others: readonly string[] = ['ks-1', 'ks-3'],
): Partial<LiveEvidence> {
  return pairsWith(({ from, to, answer }) => {
    const closed =
      (to === node && others.includes(from)) || (ways === 'both ways' && from === node && others.includes(to));
    return closed ? { ports: Object.fromEntries(Object.keys(answer.ports).map((port) => [port, state])) } : {};
  });
}

type Part = FactPart | 'access';

/** Changes some fields of one part. */
export const set =
  <Key extends Part>(part: Key, change: Partial<NonNullable<NodeFacts[Key]>>) =>
  (facts: NodeFacts): NodeFacts => ({ ...facts, [part]: { ...facts[part], ...change } });

export const onNode1 = <Key extends Part>(part: Key, change: Partial<NonNullable<NodeFacts[Key]>>) => ({
  'ks-1': set(part, change),
});

export const likeNode1 = (part: 'identity', field: keyof NonNullable<NodeFacts['identity']>) => ({
  'ks-2': set(part, { [field]: healthyFacts('ks-1').identity?.[field] }),
});

export const eno1 = (change: Partial<InterfaceFacts>, n = 1): InterfaceFacts => ({
  name: 'eno1',
  mac: `52:54:00:00:00:0${n}`,
  mtu: 1500,
  up: true,
  kind: 'ether',
  addresses: [{ address: `192.168.1.10${n}`, prefix: 24, dynamic: false }],
  ...change,
});

export const withShared = (contents: { fsType?: string; mountPoints?: string[] }): Partial<StorageFacts> => {
  const { logicalVolumes } = healthyStorage();
  const shared = {
    name: 'shared',
    volumeGroup: 'ubuntu-vg',
    uuid: 'shared-1',
    sizeBytes: 27 * GiB,
    path: '/dev/ubuntu-vg/shared',
    tags: [],
  };
  return {
    logicalVolumes: [...logicalVolumes, shared],
    disks: [device('ubuntu--vg-shared', 'lvm', 27 * GiB, contents)],
  };
};

export const groupWith = (change: Partial<StorageFacts['volumeGroups'][number]>): Partial<StorageFacts> => ({
  volumeGroups: healthyStorage().volumeGroups.map((group) => ({ ...group, ...change })),
});

export const installed = {
  installed: true,
  running: true,
  channel: '1.34/stable',
  version: 'v1.34.1',
  joined: false,
  worker: false,
};
export const listener = (port: number, process?: string, pid?: number) => ({
  listeners: [{ port, address: '0.0.0.0', ...(process ? { process } : {}), ...(pid ? { pid } : {}) }],
});
export const wantsStatic = (address: string, more: Partial<NonNullable<SiteNode['network']>> = {}) =>
  healthyNode('ks-1', { network: { mode: 'static', address, interface: 'eno1', gateway: '192.168.1.254', ...more } });
export const answer = (address: string, by: string, mac: string) => ({
  addresses: new Map([[address, new Map([[by, { state: 'taken', mac } as const]])]]),
});
export const files = { mode: 'files', key: '/tls/server.key', certificate: '/tls/server.crt' } as const;
export const local = healthyNode('ks-1', { local: true });
