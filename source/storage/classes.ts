import type { Product, VolumeClass } from '../product/schema.ts';
import type { Site } from '../site/schema.ts';
import { sharedEngine } from './engines/engines.ts';

/** The operator's own storage class for volumes of that class; undefined where ours holds them. */
export function ownClass({ unshared, shared }: Site['storage'], of: VolumeClass): string | undefined {
  if (of === 'unshared') return unshared.storageClass;
  return sharedEngine(shared.engine).ours ? undefined : shared.storageClass;
}

/** Name of the storage class that volumes of that class get. */
export function className(storage: Site['storage'], product: Product, of: VolumeClass): string {
  return ownClass(storage, of) ?? product.storage.classes[of];
}
