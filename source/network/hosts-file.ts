import type { Site, SiteNode } from '../site/schema.ts';

const begin = '# BEGIN kloudspot: nodes of the cluster';
const end = '# END kloudspot';

/**
 * The node's `/etc/hosts` with our block in it: every node by its address. Other lines stay as they are, except that our
 * names are taken out of them: a loopback line (127.0.1.1) with the node's own name would make it answer for itself with
 * an address that no other node reaches (https://github.com/canonical/microk8s/issues/3152).
 * Full names that the node had for itself stay as its aliases. Applying it twice changes nothing.
 */
export function hostsFile(site: Site, node: SiteNode, addresses: ReadonlyMap<string, string>, before: string): string {
  const names = new Set(site.nodes.map((other) => other.name));
  const lines = before.replace(/\n$/, '').split('\n');
  const own = ownFullNames(lines, node.name);
  const taken = new Set([...names, ...own]);
  const kept = withoutBlock(lines).flatMap((line) => withoutNames(line, taken));
  const block = site.nodes.flatMap((other) => {
    const address = addresses.get(other.name);
    if (address === undefined) return [];
    return [[address, ...(other.name === node.name ? own : []), other.name].join(' ')];
  });
  const above = trimmedEnd(kept);
  return `${[...above, ...(above.length === 0 ? [] : ['']), begin, ...block, end].join('\n')}\n`;
}

/**
 * The template that cloud-init makes /etc/hosts of at every boot, with the same block. Its line of 127.0.1.1 would give the node
 * its own name on loopback again.
 */
export function hostsTemplate(
  site: Site,
  node: SiteNode,
  addresses: ReadonlyMap<string, string>,
  before: string,
): string {
  const lines = before.split('\n').filter((line) => !/^\s*127\.\S+\s.*\{\{\s*(fqdn|hostname)\s*\}\}/.test(line));
  return hostsFile(site, node, addresses, lines.join('\n'));
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

function withoutNames(line: string, names: ReadonlySet<string>): string[] {
  const [address, ...others] = entry(line);
  if (address === undefined || !others.some((name) => names.has(name.toLowerCase()))) return [line];
  const left = others.filter((name) => !names.has(name.toLowerCase()));
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
