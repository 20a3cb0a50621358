import { nodesToChange } from '../facts/alike.ts';
import type { BlockDeviceFacts, NodeFacts } from '../facts/facts.ts';
import type { Product } from '../product/schema.ts';
import type { Site } from '../site/schema.ts';
import { storageDemand } from './demand.ts';
import { type ExistingVolume, existingVolume } from './shared.ts';

/**
 * Node → the shared volume that it has from the template it was cloned from: blank, and with the UUID that another node's has.
 * The plan makes it again, which gives it a UUID of its own. Where both nodes see one disk of an array it is not a clone, and is left alone.
 */
export function clonedVolumes(
  site: Site,
  product: Product,
  facts: ReadonlyMap<string, NodeFacts>,
): ReadonlyMap<string, ExistingVolume> {
  const disks = new Map(
    [...facts].map(([node, { storage }]) => [node, storage?.disks.flatMap((disk) => diskIdentity(disk) ?? []) ?? []]),
  );
  const poolVolume = (seen: NodeFacts, node: Site['nodes'][number]) => {
    const { pool } = storageDemand(site, product, node);
    return pool && existingVolume(pool, seen);
  };
  const sharesDisk = (node: string) =>
    [...disks].some(([other, own]) => other !== node && own.some((disk) => disks.get(node)?.includes(disk)));
  const changed = nodesToChange(site.nodes, facts, (seen, node) => poolVolume(seen, node)?.uuid);
  return new Map(
    changed.flatMap((node): [string, ExistingVolume][] => {
      const seen = facts.get(node.name);
      const found = seen && poolVolume(seen, node);
      return found === undefined || found.contents !== undefined || sharesDisk(node.name) ? [] : [[node.name, found]];
    }),
  );
}

/**
 * What tells a disk from every other one: its WWN with its serial number, since some makers give one WWN to many. Undefined for
 * a stick, which comes and goes, and for a disk without a WWN or with one of zeros.
 */
export function diskIdentity({ type, wwn, serial, transport, removable }: BlockDeviceFacts): string | undefined {
  const digits = wwn?.replace(/^(0x|eui\.|naa\.)/i, '') ?? '';
  if (type !== 'disk' || removable || transport === 'usb' || !/[1-9a-f]/i.test(digits)) return undefined;
  return [digits.toLowerCase(), serial ?? ''].join(' ');
}
