import { extend, growShared, repair } from './groups.ts';
import { otherGroup } from './other-group.ts';
import type { Remedy, Shortage, SiteShortage } from './remedy.ts';
import { anotherNode, disable, hasTrouble, reduce } from './volumes.ts';

/** Ways out of a shortage of one node. Those of the site are the same for every node that they help. */
type NodeRemedies = (short: Shortage) => readonly Remedy[];

/**
 * Ways out of the shortages of a site, in the order of `docs/storage.md`: what costs nothing, then what costs a size,
 * a command on the node, a feature, a machine.
 */
export function remediesFor(all: SiteShortage): NodeRemedies {
  if (all.short.length === 0) return () => [];
  const [others, reduced, disabled] = [otherGroup(all), reduce(all), disable(all)];
  return (short) => [
    ...others,
    ...repair(short),
    ...(hasTrouble(short) ? [] : reduced),
    ...extend(short),
    ...growShared(all, short),
    ...disabled,
    anotherNode(short),
  ];
}
