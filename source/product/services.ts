import { clusterImages } from '../microk8s/images.ts';
import { serviceImages } from '../microk8s/services.ts';
import type { Site } from '../site/schema.ts';
import type { Product } from './schema.ts';

/** The services of the cluster that are on: those that the site names, else those that the product asks for. */
export function chosenServices(
  { cluster }: { readonly cluster?: Pick<Site['cluster'], 'services'> | undefined },
  product: Pick<Product, 'services'>,
): readonly string[] {
  return cluster?.services ?? product.services;
}

/** The images of the site's cluster, addons and services, without those of charts. Undefined: the track needs the internet, or is not known. */
export function offlineImages({ cluster, network }: Site, product: Product): readonly string[] | undefined {
  const { channel } = cluster;
  const images = clusterImages(channel, { metallb: network.virtualAddress !== undefined });
  return images && [...images, ...serviceImages(channel, chosenServices({ cluster }, product))];
}
