import ipaddr from 'ipaddr.js';
import * as z from 'zod';
import { type ClusterRanges, defaultRanges } from '../microk8s/node.ts';
import { hostAddressProblem, type PlacedNode, shareAddresses, virtualAddressProblem } from './address-rules.ts';
import { type Complaint, dotted } from './reading/complaint.ts';
import { ownClassEngine, type SitePath } from './schema.ts';
import { type WorkloadNetwork, workloadComplaints } from './workload-rules.ts';

/** The site as far as it can be read, so that the rules still speak when something else in it is wrong. */
const text = z.string().optional().catch(undefined);
const lenientNode = z
  .object({
    name: text,
    reach: text,
    role: text,
    local: z.boolean().optional().catch(undefined),
    kubeconfig: text,
    network: z.object({ mode: text, address: text, gateway: text }).partial().catch({}),
  })
  .partial()
  .catch({});
const lenientSite = z
  .object({
    nodes: z.array(lenientNode).catch([]),
    network: z
      .object({
        virtualAddress: text,
        gateway: text,
        workload: z
          .object({ range: text, addresses: z.record(z.string(), text).catch({}) })
          .partial()
          .optional()
          .catch(undefined),
      })
      .partial()
      .catch({}),
    cluster: z.object({ podRange: text, serviceRange: text, kubeconfig: text }).partial().catch({}),
    storage: z
      .object({ shared: z.object({ engine: text, storageClass: text }).partial().catch({}) })
      .partial()
      .catch({}),
  })
  .partial()
  .catch({});
type LenientSite = z.output<typeof lenientSite>;
type LenientNode = z.output<typeof lenientNode>;

/** What one field alone cannot show: names given twice, addresses that clash, answers that another answer asks for. */
export function siteRules(value: unknown): Complaint[] {
  const site = lenientSite.parse(value);
  const nodes = site.nodes ?? [];
  return [
    ...duplicates(nodes, ['name'], (node) => node.name),
    ...duplicates(nodes, ['reach'], (node) => node.reach),
    ...duplicates(nodes, ['network', 'address'], staticAddress),
    ...missingAddresses(nodes),
    ...otherNodesReach(nodes),
    ...localNodes(nodes),
    ...ownKubeconfigs(site, nodes),
    ...managers(nodes),
    ...virtualAddress(site, nodes),
    ...ranges(site),
    ...workloadComplaints(workloadOf(site), site.network?.virtualAddress, nodes.map(placed), rangesOf(site)),
    ...storageClass(site),
  ];
}

function rule(field: SitePath, found: string, expected: string, sentence: string): Complaint {
  return { field, found, expected, text: `${dotted(field)} ${sentence}` };
}

/** The static address wanted, without its prefix. */
function staticAddress(node: LenientNode): string | undefined {
  return node.network?.mode === 'static' ? node.network.address?.replace(/\/.*/, '') : undefined;
}

function called(node: LenientNode, index: number): string {
  return node.name ?? `node ${index + 1}`;
}

function duplicates(
  nodes: readonly LenientNode[],
  below: SitePath,
  pick: (node: LenientNode) => string | undefined,
): Complaint[] {
  return nodes.flatMap((node, index) => {
    const value = pick(node);
    const first = nodes.findIndex((other) => value !== undefined && pick(other) === value);
    if (first === -1 || first === index) return [];
    const expected = 'another for each node';
    const other = below[0] === 'name' ? `node ${first + 1}` : called(nodes[first] ?? {}, first);
    return [rule(['nodes', index, ...below], `"${value}"`, expected, `is "${value}", which ${other} has already`)];
  });
}

function missingAddresses(nodes: readonly LenientNode[]): Complaint[] {
  return nodes.flatMap(({ network }, index) =>
    network?.mode === 'static' && network.address === undefined
      ? [
          rule(
            ['nodes', index, 'network', 'address'],
            'missing',
            'an IPv4 address with its prefix, such as 192.168.1.106/24',
            'is missing, expected an IPv4 address with its prefix, such as 192.168.1.106/24, because mode is static',
          ),
        ]
      : [],
  );
}

/** A node's new address must not be the one at which another node answers and stays. */
function otherNodesReach(nodes: readonly LenientNode[]): Complaint[] {
  return nodes.flatMap((node, index) => {
    const wanted = staticAddress(node);
    const holder = nodes.findIndex(
      (other, at) =>
        at !== index && wanted !== undefined && other.reach === wanted && staticAddress(other) === undefined,
    );
    if (holder === -1) return [];
    const field = ['nodes', index, 'network', 'address'];
    const who = called(nodes[holder] ?? {}, holder);
    return [rule(field, `"${wanted}"`, 'an address that no other node has', `is ${wanted}, at which ${who} answers`)];
  });
}

function localNodes(nodes: readonly LenientNode[]): Complaint[] {
  const local = nodes.flatMap((node, index) => (node.local === true ? [index] : []));
  return local
    .slice(1)
    .map((index) =>
      rule(
        ['nodes', index, 'local'],
        'a second local node',
        'one at most',
        'is true for a second node, expected one at most',
      ),
    );
}

/** A node's own kubeconfig would be passed over in silence: a cluster that is there already is named once. */
function ownKubeconfigs({ cluster }: LenientSite, nodes: readonly LenientNode[]): Complaint[] {
  if (cluster?.kubeconfig !== undefined) return [];
  return nodes.flatMap(({ kubeconfig }, index) =>
    kubeconfig === undefined
      ? []
      : [
          rule(
            ['nodes', index, 'kubeconfig'],
            `"${kubeconfig}"`,
            'cluster.kubeconfig instead',
            'belongs to a cluster, not to a node: cluster.kubeconfig names an existing one',
          ),
        ],
  );
}

function managers(nodes: readonly LenientNode[]): Complaint[] {
  if (nodes.length === 0 || nodes.some((node) => node.role !== 'worker')) return [];
  return [rule(['nodes'], 'workers only', 'at least one manager', 'are workers only, expected at least one manager')];
}

function virtualAddress(site: LenientSite, nodes: readonly LenientNode[]): Complaint[] {
  const field = ['network', 'virtualAddress'];
  const address = site.network?.virtualAddress;
  if (address === undefined) {
    if (nodes.length < 2) return [];
    const expected = 'a free IPv4 address for the whole cluster';
    return [rule(field, 'missing', expected, `is missing, expected ${expected}, because there is more than one node`)];
  }
  if (!ipaddr.IPv4.isValidFourPartDecimal(address)) return [];
  const gateways = [site.network?.gateway, ...nodes.map((node) => node.network?.gateway)];
  const broken = virtualAddressProblem(address, nodes.map(placed), gateways, rangesOf(site), workloadOf(site)?.range);
  if (broken === undefined) return [];
  const text = `${dotted(field)}: ${broken}`;
  return [{ field, found: `"${address}"`, expected: "a free address of the nodes' network", text }];
}

/** Where DHCP is kept, the node has the address at which it is reached. */
function placed(node: LenientNode, index: number): PlacedNode {
  const wanted = node.network?.mode === 'static' ? node.network.address : undefined;
  const [address, prefix] =
    wanted !== undefined && hostAddressProblem(wanted) === undefined && ipaddr.IPv4.isValidCIDRFourPartDecimal(wanted)
      ? ipaddr.IPv4.parseCIDR(wanted)
      : [];
  const keeps = wanted === undefined && node.reach !== undefined ? [node.reach] : [];
  const own = address && prefix !== undefined ? { address: { address: address.toString(), prefix } } : {};
  return { name: called(node, index), keeps, ...own };
}

/** What is not a range yet counts as not given. */
function rangesOf({ cluster = {} }: LenientSite): ClusterRanges {
  const { podRange = '', serviceRange = '' } = cluster;
  return {
    pods: isRange(podRange) ? podRange : defaultRanges.pods,
    services: isRange(serviceRange) ? serviceRange : defaultRanges.services,
  };
}

function ranges({ cluster = {} }: LenientSite): Complaint[] {
  const { podRange = defaultRanges.pods, serviceRange = defaultRanges.services } = cluster;
  if (!isRange(podRange) || !isRange(serviceRange) || !shareAddresses(podRange, serviceRange)) return [];
  const expected = 'a range apart from that of pods';
  const field = ['cluster', 'serviceRange'];
  return [
    rule(field, `"${serviceRange}"`, expected, `is ${serviceRange}, which overlaps the range of pods, ${podRange}`),
  ];
}

/** The second network, once its range can be read. */
function workloadOf({ network }: LenientSite): WorkloadNetwork | undefined {
  const { range = '', addresses = {} } = network?.workload ?? {};
  return isRange(range) ? { range, addresses } : undefined;
}

const isRange = (text: string): boolean => ipaddr.IPv4.isValidCIDRFourPartDecimal(text);

function storageClass(site: LenientSite): Complaint[] {
  const shared = site.storage?.shared;
  if (shared?.engine !== ownClassEngine || shared.storageClass !== undefined) return [];
  const expected = 'the name of the storage class to use';
  const field = ['storage', 'shared', 'storageClass'];
  return [rule(field, 'missing', expected, `is missing, expected ${expected}, because engine is ${ownClassEngine}`)];
}
