import type { Site } from '../site/schema.ts';
import { rangesOf } from './cluster-ranges.ts';

/** The proxy of a site as programs take it from their environment. */
export interface ProxySettings {
  readonly http: string;
  readonly https: string;
  /** With commas: what goes there directly. */
  readonly none: string;
}

/**
 * Undefined where the site has no proxy. Nodes, the cluster's own networks and names, the virtual address and the site's own entries
 * are reached directly: through a proxy they would be lost. `addresses`: of the nodes in the cluster's network.
 */
export function proxySettings(site: Site, addresses: readonly string[]): ProxySettings | undefined {
  const { proxy, virtualAddress } = site.network;
  if (proxy === undefined) return undefined;
  const { pods, services } = rangesOf(site);
  const direct = [
    ...['localhost', '127.0.0.1'],
    ...site.nodes.map(({ name }) => name),
    ...addresses,
    ...(virtualAddress === undefined ? [] : [virtualAddress]),
    ...[pods, services, '.svc', '.cluster.local', site.customer.dnsName],
    ...proxy.noProxy,
  ];
  return { http: proxy.http, https: proxy.https ?? proxy.http, none: [...new Set(direct)].join(',') };
}

/** As variables of an environment, in the small letters that curl and Go both read. */
export const proxyEnvironment = ({ http, https, none }: ProxySettings): Readonly<Record<string, string>> => ({
  http_proxy: http,
  https_proxy: https,
  no_proxy: none,
});
