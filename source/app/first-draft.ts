import { readFile } from 'node:fs/promises';
import { hostname, networkInterfaces } from 'node:os';
import type { Product } from '../product/schema.ts';
import type { SiteDraft } from '../site/schema.ts';

/** A new site: this machine as the first node when it is one of the kind that nodes are, and the product's defaults. */
export async function firstDraft(product: Product): Promise<SiteDraft> {
  const features = product.features.filter((feature) => feature.default).map(({ id }) => id);
  const nodes = (await couldBeNode(product)) ? [thisMachine()] : [];
  return { version: 1, product: product.id, nodes, features, namespace: 'default' };
}

async function couldBeNode(product: Product): Promise<boolean> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '');
  const id = /^ID="?([^"\n]+)/m.exec(release)?.[1];
  return product.nodes.os.some((os) => os.id === id);
}

function thisMachine(): SiteDraft {
  const address = Object.values(networkInterfaces())
    .flat()
    .find((entry) => entry?.family === 'IPv4' && !entry.internal)?.address;
  return { name: hostname().toLowerCase(), ...(address ? { reach: address } : {}), role: 'manager', local: true };
}
