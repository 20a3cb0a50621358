import type { Site } from '../site/schema.ts';
import type { Product } from './schema.ts';

/** The services of the cluster that are on: those that the site names, else those that the product asks for. */
export function chosenServices(
  { cluster }: { readonly cluster?: Pick<Site['cluster'], 'services'> | undefined },
  product: Pick<Product, 'services'>,
): readonly string[] {
  return cluster?.services ?? product.services;
}
