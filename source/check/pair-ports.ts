import type { Protocol } from '../facts/pairs-probe.ts';
import type { Product } from '../product/schema.ts';
import type { Site, SiteNode } from '../site/schema.ts';

interface PairPort {
  readonly port: number;
  readonly protocol: Protocol;
  readonly use: string;
  readonly from: 'all' | 'manager' | 'worker';
  readonly to: 'all' | 'manager' | 'worker';
}

/** What nodes ask of one another: https://microk8s.io/docs/services-and-ports, and MetalLB's members. */
const pairPorts: readonly PairPort[] = [
  { port: 16443, protocol: 'tcp', use: 'API server', from: 'all', to: 'manager' },
  { port: 25000, protocol: 'tcp', use: 'cluster agent', from: 'all', to: 'all' },
  { port: 19001, protocol: 'tcp', use: 'datastore', from: 'manager', to: 'manager' },
  { port: 10250, protocol: 'tcp', use: 'kubelet', from: 'manager', to: 'all' },
  { port: 4789, protocol: 'udp', use: 'pod network (VXLAN)', from: 'all', to: 'all' },
  { port: 7946, protocol: 'tcp', use: 'MetalLB members', from: 'all', to: 'all' },
  { port: 7946, protocol: 'udp', use: 'MetalLB members', from: 'all', to: 'all' },
];

const nameOf = ({ protocol, port }: PairPort): string => `${protocol} ${port}`;

/** `tcp 16443` and so on: the ports of one node that another one asks. */
export function portsBetween(site: Site, product: Product, from: SiteNode, to: SiteNode): string[] {
  return asked(site, product)
    .filter((each) => (each.from === 'all' || from.role === each.from) && (each.to === 'all' || to.role === each.to))
    .map(nameOf);
}

/** The ports that a node is asked on. */
export function portsOf(site: Site, product: Product, node: SiteNode): string[] {
  return asked(site, product)
    .filter(({ to }) => to === 'all' || node.role === to)
    .map(nameOf);
}

/** `16443/tcp (API server)` of `tcp 16443`. */
export function portInWords(name: string, product: Product): string {
  const [protocol, port] = name.split(' ');
  const use = [...pairPorts, ...product.nodes.ports].find((each) => nameOf(each) === name)?.use;
  return `${port}/${protocol}${use === undefined ? '' : ` (${use})`}`;
}

/** Without a virtual address there is no MetalLB. The product's own ports come last. */
function asked({ network }: Site, product: Product): readonly PairPort[] {
  const own = network.virtualAddress === undefined ? pairPorts.filter(({ port }) => port !== 7946) : pairPorts;
  return [...own, ...product.nodes.ports];
}
