import type { Part } from '../../bundle/manifest.ts';
import { wholeReference } from '../../bundle/references.ts';
import { Fault } from '../../errors/fault.ts';
import { tracksWithImages } from '../../microk8s/images.ts';
import { onlineServices } from '../../microk8s/services.ts';
import { trackIn, trackOf } from '../../microk8s/tracks.ts';
import { type WantedChart, wantedCharts } from '../../plan/stages/charts.ts';
import { neededPackages } from '../../plan/stages/packages.ts';
import type { Product } from '../../product/schema.ts';
import { chosenServices, offlineImages } from '../../product/services.ts';
import type { Site } from '../../site/schema.ts';

/** What a bundle for a site is made of, before anything is fetched. Images of charts follow from the charts. */
export interface Wanted {
  readonly snaps: readonly { readonly name: string; readonly channel: string }[];
  readonly packages: readonly string[];
  readonly images: readonly { readonly reference: string; readonly for: Part['for'] }[];
  readonly charts: readonly WantedChart[];
}

/** Throws a `Fault` where the site's channel cannot be installed without internet. */
export function wantedOf(site: Site, product: Product): Wanted {
  const { channel } = site.cluster;
  const online = onlineServices(channel, chosenServices(site, product));
  if (online.length > 0) throw noServices(online);
  const images = offlineImages(site, product);
  const base = trackIn(channel)?.base;
  if (images === undefined || base === undefined) throw noOffline(channel);
  return {
    snaps: [
      { name: 'snapd', channel: 'latest/stable' },
      { name: base, channel: 'latest/stable' },
      { name: 'microk8s', channel },
    ],
    packages: neededPackages(site, product, site.nodes),
    images: images.map((image) => ({ reference: wholeReference(image), for: 'cluster' as const })),
    charts: wantedCharts(site, product),
  };
}

const noServices = (services: readonly string[]): Fault =>
  new Fault({
    what: `A bundle does not hold the services ${services.join(', ')} of the cluster.`,
    where: 'cluster.services in site.yaml',
    why: 'They fetch charts from the internet when they are enabled.',
    next: ['Name the others alone in cluster.services of the site; an empty list is none: services: []'],
  });

const noOffline = (channel: string): Fault =>
  new Fault({
    what: `MicroK8s ${trackOf(channel)} cannot be installed from a bundle.`,
    where: 'cluster.channel in site.yaml',
    why: 'Its images are not known here, or its ingress fetches a chart and definitions from the internet while it is enabled.',
    next: [`Choose one of these: ${tracksWithImages.map((track) => `${track}/stable`).join(', ')}`],
  });
