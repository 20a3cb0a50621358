import type { ReachAnswer } from '../../../source/facts/reach-probe.ts';
import { type Case, fromKs1ToKs2, heardByKs1, nodes, onNode1, wantsStatic } from './case.ts';

const store = { store: ['api.snapcraft.io'] };

/** What ks-1 hears of a gateway. */
const gateway = (address: string, answer: ReachAnswer['gateways'][string]) => ({
  check: 'gateway-answers',
  nodes: ['ks-1'],
  evidence: heardByKs1({ gateways: { [address]: answer } }),
});
const present = '192.168.1.254';

export const reachCases: readonly Case[] = [
  {
    ...gateway(present, { state: 'free' }),
    what: 'a gateway that no machine is',
    grade: 'warn',
    says: /No machine answers ks-1 at 192\.168\.1\.254, its gateway/,
  },
  {
    ...gateway('192.168.1.1', { state: 'free' }),
    what: 'the one that the node is to get',
    grade: 'warn',
    says: /at 192\.168\.1\.1, its gateway/,
    site: { nodes: nodes(wantsStatic('192.168.1.77/24', { gateway: '192.168.1.1' })) },
  },
  {
    ...gateway(present, { state: 'own', interface: 'eno1' }),
    what: "the node's own address",
    grade: 'warn',
    says: /is its own address on eno1/,
  },
  {
    ...gateway(present, { state: 'unknown', why: 'no interface in its subnet' }),
    what: 'a gateway in a network that the node has not yet',
    grade: 'pass',
    says: /has no address in the network of/,
  },
  {
    ...gateway(present, { state: 'unknown', why: 'Operation not permitted' }),
    what: 'a node that may not ask',
    grade: 'warn',
    says: /could not ask for 192\.168\.1\.254: Operation not permitted/,
  },
  {
    check: 'gateway-answers',
    what: 'no gateway at all',
    grade: 'pass',
    nodes: ['ks-1'],
    says: /No gateway/,
    facts: onNode1('network', { routes: [] }),
  },
  {
    check: 'snap-store',
    what: 'a server that snapd does not reach',
    grade: 'fail',
    nodes: ['ks-1'],
    says: /snapd of ks-1 does not reach api\.snapcraft\.io/,
    evidence: heardByKs1(store),
  },
  {
    check: 'snap-store',
    what: 'MicroK8s is there already',
    grade: 'pass',
    nodes: ['ks-1'],
    says: /installed already/,
    evidence: heardByKs1(store),
    facts: onNode1('microk8s', { installed: true, running: true }),
  },
  {
    check: 'downloads',
    what: 'a registry behind a firewall',
    grade: 'warn',
    nodes: ['ks-1'],
    says: /ks-1 does not reach quay\.io \(images of quay\.io\): no answer/,
    evidence: heardByKs1({ urls: { 'https://quay.io/v2/': { problem: 'no answer' } } }),
  },
  {
    check: 'downloads',
    what: 'a proxy that refuses',
    grade: 'warn',
    nodes: ['ks-1'],
    says: /through http:\/\/proxy:3128 quay\.io \(images of quay\.io\): the proxy answers 407/,
    evidence: heardByKs1({
      urls: { 'https://quay.io/v2/': { problem: 'the proxy answers 407', proxy: 'http://proxy:3128' } },
    }),
  },
  {
    check: 'downloads',
    what: 'a registry that a mirror stands in for',
    grade: 'pass',
    nodes: ['ks-1'],
    says: /Every server answers/,
    site: { registry: { host: 'registry.acme.eu', mirrors: { 'quay.io': 'quay' } } },
    evidence: heardByKs1({ urls: { 'https://quay.io/v2/': { problem: 'no answer' } } }),
  },
  {
    check: 'site-name',
    what: 'no record yet',
    grade: 'warn',
    nodes: ['ks-1'],
    says: /ks-1 does not find spot\.acme\.eu: Name or service not known/,
    evidence: heardByKs1({ names: { 'spot.acme.eu': { addresses: [], problem: 'Name or service not known' } } }),
  },
  {
    check: 'site-name',
    what: 'another machine',
    grade: 'warn',
    nodes: ['ks-1'],
    says: /leads to 203\.0\.113\.7/,
    evidence: heardByKs1({ names: { 'spot.acme.eu': { addresses: ['203.0.113.7'] } } }),
  },
  {
    check: 'search-domains',
    what: 'a domain where every name exists',
    grade: 'fail',
    nodes: ['ks-1'],
    says: /every name below acme\.eu exists/,
    evidence: heardByKs1({ wildcards: ['acme.eu'] }),
  },
  {
    check: 'search-domains',
    what: 'too many',
    grade: 'warn',
    nodes: ['ks-1'],
    says: /7 search domains; Kubernetes takes 6/,
    facts: onNode1('network', { search: ['a', 'b', 'c', 'd', 'e', 'f', 'g'] }),
  },
  {
    check: 'write-latency',
    what: 'a spinning disk',
    grade: 'warn',
    nodes: ['ks-1'],
    says: /takes 24\.1 ms or more/,
    evidence: heardByKs1({ writeMs: 24.1 }),
  },
  {
    check: 'pair-clocks',
    what: 'a clock that only the other node sees wrong',
    grade: 'fail',
    nodes: ['ks-1', 'ks-2'],
    says: /clock of ks-2 is 45 s behind that of ks-1/,
    evidence: fromKs1ToKs2({ clockMs: -45_000, clockUncertaintyMs: 1 }),
  },
  {
    check: 'pair-clocks',
    what: 'what lies within the time of asking',
    grade: 'pass',
    nodes: [],
    says: /clocks of all nodes agree/,
    evidence: fromKs1ToKs2({ clockMs: 900, clockUncertaintyMs: 600 }),
  },
  {
    check: 'pair-ports',
    what: 'a port of the product',
    grade: 'fail',
    nodes: ['ks-1', 'ks-2'],
    says: /ks-1 does not reach ks-2 on 9300\/tcp \(search cluster\): no answer/,
    evidence: fromKs1ToKs2({ ports: { 'tcp 9300': 'silent' } }),
    product: (product) => ({
      ...product,
      nodes: {
        ...product.nodes,
        ports: [{ port: 9300, protocol: 'tcp', use: 'search cluster', from: 'all', to: 'all' }],
      },
    }),
  },
];
