import { featureSet } from '../product/features.ts';
import type { AccessMode, Product, VolumeClass } from '../product/schema.ts';
import type { Site } from '../site/schema.ts';
import { ownClass } from './classes.ts';
import { sharedEngine } from './engines/engines.ts';

/** A volume that its class cannot give to the part that mounts it. */
export interface AccessTrouble {
  readonly volume: string;
  /** One sentence. */
  readonly what: string;
  readonly advice: string;
}

type Wish = Pick<Site, 'features' | 'storage' | 'nodes'>;

const another = 'storage.shared.engine: existing, storage.shared.storageClass: its name';

/** Volumes of the chosen features that the site's class of shared volumes cannot serve. */
export function accessTroubles(site: Wish, product: Product): AccessTrouble[] {
  const shared = featureSet(product, site.features).volumes.filter((volume) => volume.class === 'shared');
  const { label: engine, readWriteMany } = sharedEngine(site.storage.shared.engine);
  const own = ownClass(site.storage, 'shared');
  const local = site.nodes.some(({ volumes = [] }) => volumes.some(({ storageClass }) => storageClass === own));
  return shared.flatMap(({ id, label, access }): AccessTrouble[] => {
    if (access === 'ReadWriteMany' && readWriteMany === 'never')
      return [
        {
          volume: id,
          what: `Several nodes mount ${label} at once (ReadWriteMany), and a volume of ${engine} is mounted by one.`,
          advice: `Use a storage class of your own that can, such as one of NFS or CephFS: ${another}`,
        },
      ];
    if (own === undefined || !local) return [];
    return [
      {
        volume: id,
        what: `What mounts ${label} moves to another node when its own is lost, and class ${own} holds volumes of one node each (nodes[].volumes).`,
        advice: `Use a storage class whose volumes every node can mount: ${another}`,
      },
    ];
  });
}

/** What a test claim of a class asks for: several nodes at once, where one volume of it does. */
export function accessOf(site: Wish, product: Product, of: VolumeClass): AccessMode {
  const { volumes } = featureSet(product, site.features);
  const many = volumes.some((volume) => volume.class === of && volume.access === 'ReadWriteMany');
  return many ? 'ReadWriteMany' : 'ReadWriteOnce';
}
