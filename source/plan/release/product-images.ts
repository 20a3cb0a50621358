import { wholeReference } from '../../bundle/references.ts';
import { unlessFault } from '../../errors/unless-fault.ts';
import {
  type ImagesFound,
  imagesDeadline,
  imagesProbe,
  parseImages,
  type WantedImage,
} from '../../facts/images-probe.ts';
import type { ReadOnlyHost } from '../../host/host.ts';
import { imageReferences, microk8s } from '../../microk8s/microk8s.ts';
import { microk8sFiles } from '../../microk8s/node.ts';
import { proxyEnvironment, proxySettings } from '../../network/proxy.ts';
import type { Site, SiteNode } from '../../site/schema.ts';
import { defined } from '../../text/defined.ts';

/** The site whose images are asked for, and how its nodes are reached. */
export interface ImagesQuestion {
  readonly site: Site;
  /** Rejects where the node is not reached. */
  readonly hostOf: (node: SiteNode) => Promise<ReadOnlyHost>;
  /** Of the registry's user. */
  readonly secret: string | undefined;
}

/**
 * Asks from one node whether the registries have the images that not every node has. Undefined where
 * the node gave no answer; nothing is asked on a site with a bundle, whose images come with it.
 */
export async function askImages(
  host: ReadOnlyHost,
  { site, hostOf, secret }: ImagesQuestion,
  images: readonly string[],
): Promise<ImagesFound | undefined> {
  if (site.bundle !== undefined) return undefined;
  const there = site.cluster.kubeconfig === undefined ? await onEveryNode(site, hostOf) : new Set<string>();
  const wanted = images.filter((image) => !there.has(image)).map((image) => wantedImage(image, site));
  if (wanted.length === 0) return { asked: 0, from: host.name, missing: [] };
  const proxy = proxySettings(site, []);
  const login = secret === undefined ? '' : Buffer.from(`${site.registry?.user}:${secret}`).toString('base64');
  return unlessFault(async () => {
    const script = imagesProbe({
      images: wanted,
      mirrors: microk8sFiles.mirrors,
      ...defined({ proxy: proxy && proxyEnvironment(proxy) }),
    });
    const { stdout } = await host.run(script, { sudo: true, stdin: login, deadline: imagesDeadline });
    const missing = parseImages(stdout);
    return missing && { asked: wanted.length, from: host.name, missing };
  });
}

/** What every node that answers has in its containerd: a pod may start on any of them. */
async function onEveryNode(site: Site, hostOf: ImagesQuestion['hostOf']): Promise<ReadonlySet<string>> {
  const lists = await Promise.all(
    site.nodes.map((node) =>
      unlessFault(async () => {
        const host = await hostOf(node);
        const { code, stdout } = await host.run(microk8s.images(), { sudo: true, deadline: 30_000 });
        return code === 0 ? imageReferences(stdout) : undefined;
      }),
    ),
  );
  return lists
    .flatMap((list) => list ?? [])
    .reduce((all, list) => all.intersection(list), lists.find(Boolean) ?? new Set());
}

/** Where containerd looks for an image: the mirror of its registry, then the registry itself. */
export function wantedImage(reference: string, { registry }: Pick<Site, 'registry'>): WantedImage {
  const image = wholeReference(reference);
  const [, host = '', rest = ''] = /^([^/]+)\/(.+)$/.exec(image) ?? [];
  const [, name = '', tag, digest] = /^([^:@]+)(?::([^@]+))?(?:@(.+))?$/.exec(rest) ?? [];
  const manifest = `${name}/manifests/${digest ?? tag ?? 'latest'}`;
  const about = { image, registry: host, manifest };
  const login = registry?.user !== undefined;
  const mirror = registry?.mirrors?.[host];
  const own = { url: `${scheme(host)}://${serverOf(host)}/v2/${manifest}`, login: login && host === registry?.host };
  if (registry === undefined || mirror === undefined) return { ...about, places: [own] };
  const url = `${scheme(registry.host)}://${registry.host}/v2/${mirror === '' ? '' : `${mirror}/`}${manifest}`;
  return { ...about, places: [{ url, login }, own] };
}

/** What images of Docker Hub are named by is not where they are. */
const serverOf = (host: string): string => (host === 'docker.io' ? 'registry-1.docker.io' : host);
/** As containerd takes a registry of the machine itself. */
const scheme = (host: string): string => (/^(localhost|127\.0\.0\.1)(:|$)/.test(host) ? 'http' : 'https');
