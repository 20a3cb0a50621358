import type { Site } from '../site/schema.ts';

const begin = '# BEGIN kloudspot: nodes of the cluster';
const end = '# END kloudspot';

/** The nodes as every hosts file names them: worked out once for all nodes of a site. */
export interface HostNames {
  readonly names: ReadonlySet<string>;
  /** By node, in the order of the site; nodes without an address are left out. */
  readonly lines: ReadonlyMap<string, string>;
  readonly block: string;
}

export function hostNames(site: Site, addresses: ReadonlyMap<string, string>): HostNames {
  const names = site.nodes.map(({ name }) => name);
  const lines = names.flatMap((name) => {
    const address = addresses.get(name);
    return address === undefined ? [] : [[name, `${address} ${name}`] as const];
  });
  return {
    names: new Set(names),
    lines: new Map(lines),
    block: [begin, ...lines.map(([, line]) => line), end].join('\n'),
  };
}

/**
 * The node's `/etc/hosts` with our block in it: every node by its address. Other lines stay as they are, except that our
 * names are taken out of them: a loopback line (127.0.1.1) with the node's own name would make it answer for itself with
 * an address that no other node reaches (https://github.com/canonical/microk8s/issues/3152).
 * Full names that the node had for itself stay as its aliases. Applying it twice changes nothing.
 */
export function hostsFile(hosts: HostNames, node: string, before: string): string {
  const lines = before.replace(/\n$/, '').split('\n');
  const own = ownFullNames(lines, node);
  const isTaken = (name: string): boolean => hosts.names.has(name) || own.includes(name);
  const above = trimmedEnd(withoutBlock(lines).flatMap((line) => withoutNames(line, isTaken)));
  return `${[...above, ...(above.length === 0 ? [] : ['']), blockWith(hosts, node, own)].join('\n')}\n`;
}

/** The block with the node's full names beside its own name. */
function blockWith({ lines, block }: HostNames, node: string, own: readonly string[]): string {
  const line = lines.get(node);
  if (line === undefined || own.length === 0) return block;
  const [address = ''] = line.split(' ', 1);
  return block.replace(`\n${line}\n`, () => `\n${[address, ...own, node].join(' ')}\n`);
}

/**
 * The template that cloud-init makes /etc/hosts of at every boot, with the same block. Its line of 127.0.1.1 would give the node
 * its own name on loopback again.
 */
export function hostsTemplate(hosts: HostNames, node: string, before: string): string {
  const lines = before.split('\n').filter((line) => !/^\s*127\.\S+\s.*\{\{\s*(fqdn|hostname)\s*\}\}/.test(line));
  return hostsFile(hosts, node, lines.join('\n'));
}

/** `ks-1.example.org` beside `ks-1` on a loopback line or in our block. */
function ownFullNames(lines: readonly string[], name: string): string[] {
  const block = blockOf(lines);
  const found = lines.flatMap((line, index) => {
    const [address = '', ...names] = entry(line);
    const ours = address.startsWith('127.') || block?.has(index);
    return ours ? names.filter((other) => other.toLowerCase().startsWith(`${name}.`)) : [];
  });
  return [...new Set(found)];
}

function withoutBlock(lines: readonly string[]): string[] {
  const block = blockOf(lines);
  return lines.filter((_, index) => !block?.has(index));
}

/** Positions of our block, markers included; a block whose end is missing is its first marker alone. */
function blockOf(lines: readonly string[]): ReadonlySet<number> {
  const positions = new Set<number>();
  let from = -1;
  for (const [index, line] of lines.entries()) {
    if (line.startsWith('# BEGIN kloudspot')) {
      from = index;
      positions.add(index);
    } else if (line.startsWith(end)) {
      for (let at = from === -1 ? index : from; at <= index; at++) positions.add(at);
      from = -1;
    }
  }
  return positions;
}

function withoutNames(line: string, isTaken: (name: string) => boolean): string[] {
  const [address, ...others] = entry(line);
  if (address === undefined || !others.some((name) => isTaken(name.toLowerCase()))) return [line];
  const left = others.filter((name) => !isTaken(name.toLowerCase()));
  if (left.length === 0) return [];
  const remark = line.includes('#') ? ` ${line.slice(line.indexOf('#'))}` : '';
  return [`${address} ${left.join(' ')}${remark}`];
}

/** Address and names of a line; nothing of an empty one or a remark. */
function entry(line: string): string[] {
  return line.replace(/#.*/, '').trim().split(/\s+/).filter(Boolean);
}

function trimmedEnd(lines: readonly string[]): readonly string[] {
  return lines.slice(0, lines.findLastIndex((line) => line.trim() !== '') + 1);
}
