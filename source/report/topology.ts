import type { Site, SiteNode } from '../site/schema.ts';
import { type Markup, markup } from './markup.ts';

/** What the picture shows of a node beside what the site says. */
export interface PictureNode {
  readonly node: SiteNode;
  readonly address: string;
  /** `ready`, `lost`, …; undefined where the cluster was not asked. */
  readonly state?: string | undefined;
  readonly holdsVirtualAddress: boolean;
  /** Its interface in the network for workload, with its address there where it was seen: `eno2 10.20.0.11/24`. */
  readonly workload?: string | undefined;
  /** A line a volume group: `ubuntu-vg 24 of 93.1 GB used`. */
  readonly storage: readonly string[];
}

/** Sizes in SVG units; 1 is a pixel on screen. `letter`: the width of a letter of the small text, with some to spare. */
const box = { least: 220, head: 84, line: 18, gap: 24, letter: 7.2 } as const;
/** Where the nodes begin; with a network for workload its line runs below them. */
const top = 120;

/**
 * Nodes side by side, those of one zone in one frame, above them the virtual address with a line to the node that has it. Below
 * them the second network, with the addresses that services have there, and a line to each node that is in it.
 */
export function topologyPicture(site: Pick<Site, 'network' | 'customer'>, nodes: readonly PictureNode[]): Markup {
  const zones = byZone(nodes);
  const height = box.head + box.line * Math.max(1, ...nodes.map((node) => linesOf(node).length));
  const wide = boxWidth(nodes);
  const placed = zones.flatMap(({ nodes: ofZone }) => ofZone).map((node, index) => ({ node, x: xOf(index, wide) }));
  const width = Math.max(xOf(nodes.length, wide), 480);
  const { workload } = site.network;
  const total = height + (workload === undefined ? 190 : 260);
  const holder = placed.find(({ node }) => node.holdsVirtualAddress);
  const address = site.network.virtualAddress;
  return markup`<svg role="img" aria-label="Topology" viewBox="0 0 ${width} ${total}" width="${width}" height="${total}" xmlns="http://www.w3.org/2000/svg">
${address === undefined ? [] : [virtualAddress(width, `${site.customer.dnsName} - ${address}`, holder && holder.x + wide / 2)]}
${zones.map((zone) => zoneFrame(zone, wide, height))}
${placed.map(({ node, x }) => nodeBox(node, x, wide, height))}
${workload === undefined ? [] : [workloadNetwork(workload, width, { wide, height }, placed)]}
</svg>`;
}

interface Zone {
  readonly name: string | undefined;
  readonly first: number;
  readonly nodes: readonly PictureNode[];
}

function byZone(nodes: readonly PictureNode[]): readonly Zone[] {
  const names = [...new Set(nodes.map(({ node }) => node.zone))];
  let first = 0;
  return names.map((name) => {
    const ofZone = nodes.filter(({ node }) => node.zone === name);
    const zone = { name, first, nodes: ofZone };
    first += ofZone.length;
    return zone;
  });
}

const xOf = (index: number, wide: number): number => box.gap + index * (wide + box.gap);

/** As wide as the longest text of a node needs. */
function boxWidth(nodes: readonly PictureNode[]): number {
  const texts = nodes.flatMap((shown) => [shown.node.name, shown.address, ...linesOf(shown)]);
  return Math.ceil(Math.max(box.least, ...texts.map((text) => text.length * box.letter + 24)));
}

function virtualAddress(width: number, text: string, to: number | undefined): Markup {
  const middle = width / 2;
  const line = to === undefined ? [] : [markup`<line x1="${middle}" y1="50" x2="${to}" y2="${top}" class="link"/>`];
  return markup`<rect x="${middle - 200}" y="14" width="400" height="36" rx="6" class="address"/><text x="${middle}" y="37" text-anchor="middle">${text}</text>${line}`;
}

function workloadNetwork(
  { range, addresses }: NonNullable<Site['network']['workload']>,
  width: number,
  { wide, height }: { readonly wide: number; readonly height: number },
  nodes: readonly { readonly node: PictureNode; readonly x: number }[],
): Markup {
  const y = top + height + 74;
  const served = Object.entries(addresses).map(([name, address]) => `${name} ${address}`);
  const text = ['workload', range, ...served].join(' - ');
  const inside = nodes.filter(({ node }) => node.workload !== undefined);
  const links = inside.map(
    ({ x }) => markup`<line x1="${x + wide / 2}" y1="${top + height}" x2="${x + wide / 2}" y2="${y}" class="link"/>`,
  );
  return markup`${links}<rect x="${box.gap}" y="${y}" width="${width - 2 * box.gap}" height="36" rx="6" class="address"/><text x="${width / 2}" y="${y + 23}" text-anchor="middle">${text}</text>`;
}

/** What is in a node's box below its address. */
const linesOf = ({ workload, storage }: PictureNode): readonly string[] => [
  ...(workload === undefined ? [] : [workload]),
  ...storage,
];

function zoneFrame({ name, first, nodes }: Zone, wide: number, height: number): Markup {
  if (name === undefined) return markup``;
  const x = xOf(first, wide) - 9;
  const width = nodes.length * (wide + box.gap) - 6;
  return markup`<rect x="${x}" y="${top - 34}" width="${width}" height="${height + 84}" rx="8" class="zone"/><text x="${x + 12}" y="${top - 12}" class="small">zone ${name}</text>`;
}

function nodeBox(shown: PictureNode, x: number, wide: number, height: number): Markup {
  const { node, address, state } = shown;
  const lines = linesOf(shown).map(
    (text, index) => markup`<text x="${x + 12}" y="${top + box.head + index * box.line}" class="small">${text}</text>`,
  );
  return markup`<rect x="${x}" y="${top}" width="${wide}" height="${height}" rx="6" class="${state === 'lost' || state === 'absent' ? 'node bad' : 'node'}"/>
<text x="${x + 12}" y="${top + 24}" class="name">${node.name}</text>
<text x="${x + 12}" y="${top + 44}" class="small">${node.role}${state === undefined ? '' : `, ${state}`}</text>
<text x="${x + 12}" y="${top + 62}" class="small">${address}</text>${lines}`;
}
