import { serviceNames } from '../../microk8s/services.ts';
import type { SiteDraft } from '../../site/schema.ts';
import { getAt } from './draft.ts';

/** The services of the cluster that the draft names; undefined where it leaves them to the product. */
export function draftServices(draft: SiteDraft): readonly string[] | undefined {
  const named = getAt(draft, ['cluster', 'services']);
  return Array.isArray(named) ? serviceNames.filter((name) => named.includes(name)) : undefined;
}
