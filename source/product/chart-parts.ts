import { enabledComponents, type FeatureVolume, featureSet } from './features.ts';
import type { Product } from './schema.ts';
import { copiesOf, type InstanceCounts } from './shape.ts';

/** What the product's chart makes of one component. */
export interface ChartPart {
  readonly component: string;
  /** Of its workload and its service; of its claim too, where its volume is shared. */
  readonly name: string;
  /** What keeps data on its node is a stateful set; anything else is replaced on another node when its own is lost. */
  readonly workload: 'Deployment' | 'StatefulSet';
  readonly instances: number;
  readonly volumes: readonly ChartVolume[];
}

export interface ChartVolume extends FeatureVolume {
  /** Name of the claim, or of the stateful set's claim template: then each instance has a claim `TEMPLATE-NAME-INDEX`. */
  readonly claim: string;
}

/**
 * The parts of a release, by the rules that the chart in `templates/chart` follows too; a test compares both.
 */
export function chartParts(
  product: Product,
  {
    release,
    features,
    counts,
  }: { readonly release: string; readonly features: readonly string[]; readonly counts: InstanceCounts },
): ChartPart[] {
  const { volumes } = featureSet(product, features);
  return enabledComponents(product, features).map(({ id, kind, instances }) => {
    const name = `${release}-${id}`;
    const own = volumes.filter(({ component }) => component === id);
    return {
      component: id,
      name,
      workload: kind === 'stateful-lvm' ? 'StatefulSet' : 'Deployment',
      instances: copiesOf(instances, counts),
      volumes: own.map((volume) => ({ ...volume, claim: claimOf(volume, name, own.length) })),
    };
  });
}

function claimOf(volume: FeatureVolume, name: string, count: number): string {
  const id = volume.id.toLowerCase();
  if (volume.class === 'shared') return count === 1 ? name : `${name}-${id}`;
  return count === 1 ? 'data' : id;
}
