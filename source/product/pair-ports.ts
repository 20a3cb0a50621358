import { metallbPort, type PairPort, pairPorts } from '../microk8s/node.ts';
import { serviceNames, servicePorts } from '../microk8s/services.ts';
import type { Site, SiteNode } from '../site/schema.ts';
import type { Product } from './schema.ts';
import { chosenServices } from './services.ts';

const nameOf = ({ protocol, port }: PairPort): string => `${protocol} ${port}`;

/** `tcp 16443` and so on: the ports of one node that another one asks. */
export function portsBetween(site: Site, product: Product, from: SiteNode, to: SiteNode): string[] {
  return asked(site, product)
    .filter((each) => (each.from === 'all' || from.role === each.from) && (each.to === 'all' || to.role === each.to))
    .map(nameOf);
}

/** The ports that a node is asked on: `tcp 16443` and so on. */
export function portsOf(site: Site, product: Product, node: SiteNode): string[] {
  return asked(site, product)
    .filter(({ to }) => to === 'all' || node.role === to)
    .map(nameOf);
}

/** `16443/tcp (API server)` of `tcp 16443`. */
export function portInWords(name: string, product: Product): string {
  const [protocol, port] = name.split(' ');
  const use = [...pairPorts, ...servicePorts(serviceNames), ...product.nodes.ports].find(
    (each) => nameOf(each) === name,
  )?.use;
  return `${port}/${protocol}${use === undefined ? '' : ` (${use})`}`;
}

/** Without a virtual address there is no MetalLB. The product's own ports come last. */
function asked(site: Site, product: Product): readonly PairPort[] {
  const { network } = site;
  const own = network.virtualAddress === undefined ? pairPorts.filter(({ port }) => port !== metallbPort) : pairPorts;
  return [...own, ...servicePorts(chosenServices(site, product)), ...product.nodes.ports];
}
