import { type Check, nodeCheck, pass, warn } from '../check.ts';

export const netplanTraps: Check = nodeCheck(
  {
    id: 'netplan',
    title: 'Netplan files',
    why: 'netplan accepts some documents that do not do what they say: two default routes, the deprecated gateway4, files that others can read. It merges lists over all files, so an old file adds its addresses to a new one.',
    source: 'https://netplan.readthedocs.io/en/stable/netplan-yaml/',
  },
  'network',
  ({ netplan }, { node }) => {
    if (netplan.length === 0) return pass('no file', 'No netplan files, as on a fresh machine.');
    const traps = [
      ...(defaultRoutes(netplan) > 1 ? [`${defaultRoutes(netplan)} default routes`] : []),
      ...netplan.filter(({ content }) => /^\s*gateway4\s*:/m.test(content)).map(({ path }) => `gateway4 in ${path}`),
      ...netplan.filter(({ mode }) => !privateModes.has(mode)).map(({ path, mode }) => `${path} has mode ${mode}`),
    ];
    if (traps.length === 0) return pass(files(netplan.length), 'No trap was seen in them.');
    if (node.network?.mode === 'static')
      return pass(`${traps.join(', ')}`, 'The plan puts these files aside and writes one of its own.');
    return warn(traps.join(', '), `The netplan files of ${node.name} have ${traps.join(', ')}.`, {
      advice: 'Use routes: instead of gateway4, keep one default route, chmod 600 the files',
    });
  },
  'warn',
);

/** Only root may read them: netplan warns of anything else since 0.106. */
const privateModes = new Set(['600', '0600', '400', '0400']);

function defaultRoutes(netplan: readonly { readonly content: string }[]): number {
  const text = netplan.map(({ content }) => content).join('\n');
  const routes = text.match(/^\s*(-\s*)?\{?\s*to\s*:\s*["']?(default|0\.0\.0\.0\/0)\b/gm) ?? [];
  const inline = text.match(/[{,]\s*to\s*:\s*["']?(default|0\.0\.0\.0\/0)\b/g) ?? [];
  const gateways = text.match(/^\s*gateway4\s*:/gm) ?? [];
  return Math.max(routes.length, inline.length) + gateways.length;
}

function files(count: number): string {
  return `${count} file${count === 1 ? '' : 's'}`;
}
