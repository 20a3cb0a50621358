import type { SiteNode } from '../../site/schema.ts';
import { capacityOf, mountOf, pathOf } from '../../storage/declared.ts';
import { deviceAt, pathsToErase } from '../../storage/pool-device.ts';
import { defined } from '../../text/defined.ts';
import { planDeclaredClass } from '../steps/declared-class.ts';
import { planDeclaredVolume } from '../steps/declared-volume.ts';
import type { Planning } from './planning.ts';

/** The volumes that the site declares for a node: before MicroK8s, whose data one of them may carry. */
export function addDeclaredVolumes({ facts, list }: Planning, node: SiteNode, also: readonly string[]): void {
  const storage = facts.get(node.name)?.storage;
  for (const volume of node.volumes ?? []) {
    const { name, fsType, volumeGroup: group, size: gib, encrypt } = volume;
    const found = storage && volume.device !== undefined ? deviceAt(storage, volume.device) : undefined;
    const device = found && {
      path: found.path,
      sizeBytes: found.sizeBytes,
      ...defined({ wwn: found.wwn, serial: found.serial }),
    };
    const base = { node: node.name, name, path: pathOf(volume), fsType, mount: mountOf(volume) };
    const erase = storage && found ? pathsToErase(storage, found, volume.erase) : [];
    list.addNode(node.name, planDeclaredVolume({ ...base, erase, ...defined({ group, gib, device, encrypt }) }), also);
  }
}

/** One step for each class that declared volumes are given to the cluster by. */
export function planDeclaredClasses({ site, facts, seed, list }: Planning): void {
  const all = site.nodes.flatMap((node) =>
    (node.volumes ?? []).flatMap((volume) => {
      if (volume.storageClass === undefined) return [];
      const gib = capacityOf(volume, facts.get(node.name)?.storage);
      return [{ storageClass: volume.storageClass, node: node.name, name: volume.name, gib, mount: mountOf(volume) }];
    }),
  );
  for (const [name, own] of Map.groupBy(all, ({ storageClass }) => storageClass)) {
    const volumes = own.map(({ storageClass: _, ...volume }) => volume);
    list.addCluster(planDeclaredClass({ seed: seed.name, name, volumes }));
  }
}
