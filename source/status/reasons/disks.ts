import type { Site } from '../../site/schema.ts';
import { storageOf } from '../../storage/per-node.ts';
import { kloudspot } from '../../text/command.ts';
import { counted } from '../../text/plural.ts';
import type { Observation } from '../observation.ts';
import type { Reason } from './reason.ts';

/** A group that misses a disk: what lies on that disk is lost to the node, and LVM makes nothing new in the group. */
export function aboutDisks({ nodes, storage }: Site, { machines }: Observation): Reason[] {
  return machines.flatMap(({ node: name, missingDisks = [] }) => {
    const node = nodes.find((each) => each.name === name);
    const { unshared, shared } = storageOf(storage, node ?? {});
    return missingDisks.map(({ group, count }): Reason => {
      const used = group === unshared.volumeGroup || group === shared.volumeGroup;
      return {
        verdict: used ? 'degraded' : 'note',
        reason: `Volume group ${group} of ${name} is missing ${counted(count, 'disk')}.`,
        next: `Check the disk of ${name}; if it does not come back: ${kloudspot(`node replace ${name}`)}`,
      };
    });
  });
}
