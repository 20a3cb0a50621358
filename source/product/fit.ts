import { dirname } from 'node:path';
import { serviceVolumes } from '../microk8s/services.ts';
import { loadSite } from '../site/load.ts';
import type { Complaint } from '../site/reading/complaint.ts';
import { InvalidFile } from '../site/reading/invalid-file.ts';
import { placesOf } from '../site/reading/reading.ts';
import type { Site, SitePath } from '../site/schema.ts';
import { nearest } from '../text/nearest.ts';
import { loadProduct, productFor } from './load.ts';
import type { Product } from './schema.ts';
import { chosenServices } from './services.ts';

/**
 * Loads a `site.yaml` with the product that it names; the path of a product file is taken from the site file's folder.
 * Throws `InvalidFile` with every problem, features and volumes that the product does not have among them.
 */
export async function loadSiteWithProduct(
  file: string,
): Promise<{ readonly site: Site; readonly text: string; readonly product: Product }> {
  const { site, text } = await loadSite(file);
  const product = productFor(site, await loadProduct(site.product, dirname(file)));
  const complaints = fitComplaints(site, product);
  if (complaints.length > 0) throw new InvalidFile(file, placesOf(text, file, complaints));
  return { site, text, product };
}

/** What a site asks of the product that it does not have. A size for another volume was probably meant for one of its own. */
export function fitComplaints(site: Pick<Site, 'features' | 'storage' | 'cluster'>, product: Product): Complaint[] {
  const features = product.features.map((feature) => feature.id);
  const volumes = [...product.volumes, ...serviceVolumes(chosenServices(site, product))].map(({ id }) => id);
  return [
    ...site.features.flatMap((id, index) => unknown(product, 'feature', id, features, ['features', index])),
    ...Object.keys(site.storage.volumes).flatMap((id) =>
      unknown(product, 'volume', id, volumes, ['storage', 'volumes', id]).map((complaint) => ({
        ...complaint,
        aboutKey: true as const,
      })),
    ),
  ];
}

function unknown(product: Product, what: string, id: string, known: readonly string[], field: SitePath): Complaint[] {
  if (known.includes(id)) return [];
  const near = nearest(id, known);
  const hint = near === undefined ? `known: ${known.join(', ') || 'none'}` : `did you mean ${near}?`;
  const expected = known.length === 0 ? `no ${what}` : `one of ${known.join(', ')}`;
  return [
    { field, found: `"${id}"`, expected, text: `${field.join('.')}: ${product.name} has no ${what} "${id}"; ${hint}` },
  ];
}
