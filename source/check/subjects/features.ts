import { featureSet } from '../../product/features.ts';
import { type Check, pass, siteCheck } from '../check.ts';

export const features: Check = siteCheck(
  {
    id: 'feature-set',
    title: 'Features',
    why: 'Which volumes a set of features needs, and whether they are shared, differs from set to set. Some sets are shown by documents of the vendor; for the others it is inferred.',
    source: 'The product file, each set of features with its evidence',
  },
  ({ site, product }) => {
    const set = featureSet(product, site.features);
    const labels = product.features.filter(({ id }) => site.features.includes(id)).map(({ label }) => label);
    const seen = labels.length === 0 ? 'none' : labels.join(', ');
    const rest = { field: ['features'] };
    return set.evidence === 'seen'
      ? pass(seen, "The vendor's documents show what this set stores.", rest)
      : pass(seen, `What this set stores is inferred: ${set.source ?? 'no document shows it.'}`, rest);
  },
);
