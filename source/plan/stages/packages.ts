import type { Product } from '../../product/schema.ts';
import type { Site, SiteNode } from '../../site/schema.ts';
import { sharedVolume } from '../../storage/shared.ts';

/** Packages that these nodes need beside MicroK8s: the plan installs them, and a bundle brings them. */
export function neededPackages(site: Site, product: Product, nodes: readonly Pick<SiteNode, 'volumes'>[]): string[] {
  const encrypts = nodes.some(({ volumes = [] }) => volumes.some(({ encrypt }) => encrypt));
  return [
    'lvm2',
    ...(sharedVolume(site, product) ? ['open-iscsi'] : []),
    ...(encrypts ? ['cryptsetup'] : []),
    ...(site.network.firewall ? ['nftables'] : []),
  ];
}
