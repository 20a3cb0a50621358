import type { ChartWanted } from '../facts/reach-probe.ts';
import { servicesIn } from '../microk8s/services.ts';
import type { Product } from '../product/schema.ts';
import { chosenServices } from '../product/services.ts';
import type { Site } from '../site/schema.ts';
import { sharedEngine } from '../storage/engines/engines.ts';

/** A server that every node fetches from while the cluster is built. */
export interface Server {
  readonly url: string;
  readonly what: string;
  /** What its index must offer. */
  readonly chart?: { readonly chart: string; readonly version: string };
}

/** The versions of charts that the site's run installs from repositories. */
export function chartsOf(site: Site, product: Product): ChartWanted[] {
  return serversOf(site, product).flatMap(({ url, chart }) => (chart === undefined ? [] : [{ url, ...chart }]));
}

/** Where MicroK8s 1.28 to 1.36 and MetalLB fetch their images: the image lists of the snap and its addons. */
const registries: readonly Server[] = [
  { url: 'https://registry-1.docker.io/v2/', what: 'images of docker.io' },
  { url: 'https://registry.k8s.io/v2/', what: 'images of registry.k8s.io' },
  { url: 'https://quay.io/v2/', what: 'images of quay.io' },
];

/** With a bundle none is asked. Registries that a mirror of the site stands in for are not asked; that mirror is. */
export function serversOf(site: Site, product: Product): readonly Server[] {
  if (site.bundle !== undefined) return [];
  const mirrored = Object.keys(site.registry?.mirrors ?? {});
  const open = registries.filter(({ what }) => !mirrored.some((registry) => what === `images of ${registry}`));
  const own = site.registry === undefined ? [] : [registry(site.registry.host, `images of ${site.registry.host}`)];
  const chart = (site.chart ?? product.chart).reference;
  // snapd has that proxy only once the run has set it: the store is asked like any other server.
  const store = site.network.proxy === undefined ? [] : [{ url: 'https://api.snapcraft.io/', what: 'the snap store' }];
  return unique([
    ...store,
    ...open,
    ...own,
    ...engineCharts(site, product),
    ...serviceCharts(site, product),
    ...chartServer(chart),
  ]);
}

const registry = (host: string, what: string): Server => ({ url: `https://${host}/v2/`, what });

function engineCharts(site: Site, { storage }: Product): Server[] {
  const { chart: shared } = sharedEngine(site.storage.shared.engine);
  const used = [storage.lvm, ...(shared === undefined ? [] : [storage[shared]])];
  return used.flatMap(({ repository, chart, version }) =>
    repository?.startsWith('http')
      ? [
          {
            url: `${repository.replace(/\/$/, '')}/index.yaml`,
            what: `the chart ${chart}`,
            ...(version === undefined ? {} : { chart: { chart, version } }),
          },
        ]
      : [],
  );
}

/** Repositories that the scripts of the chosen services fetch their charts from. */
function serviceCharts({ cluster }: Site, product: Product): Server[] {
  const services = servicesIn(cluster.channel, chosenServices({ cluster }, product));
  return services.flatMap(({ name, charts, servers }) =>
    charts.length === 0 ? [] : servers.map((url) => ({ url: `${url}index.yaml`, what: `charts of ${name}` })),
  );
}

/** A chart in a registry; a folder needs no server. */
function chartServer(reference: string): Server[] {
  const host = /^oci:\/\/([^/]+)/.exec(reference)?.[1];
  return host === undefined ? [] : [registry(host, 'the chart of the product')];
}

function unique(servers: readonly Server[]): readonly Server[] {
  return [...new Map(servers.map((server) => [server.url, server])).values()];
}
