import { mapperPath } from '../../../facts/mapper-name.ts';
import { microk8sFiles } from '../../../microk8s/microk8s.ts';
import { manifestText } from '../../release/manifest.ts';

const kubeletDir = microk8sFiles.kubelet;
const home = microk8sFiles.openebs;

export interface CstorWish {
  /** Groups and volumes that carry pools, on whichever node. */
  readonly pools: readonly { readonly group: string; readonly volume: string }[];
  /** The chart of the other engine brings the kinds of snapshots already. */
  readonly besideLvm: boolean;
}

/**
 * Values of the chart cstor. NDM is shown exactly the paths of the pools' volumes and nothing else: on every other blank disk it would
 * write a partition table of its own at its first start. The filter on the system's disk would hide a logical volume
 * that lies on it, so it is off; the exact paths keep the rest of that disk out of sight.
 */
export function cstorValues({ pools, besideLvm }: CstorWish): string {
  const paths = new Set(pools.map(({ group, volume }) => mapperPath(group, volume)));
  return manifestText([
    {
      csiNode: { kubeletDir },
      openebsNDM: { enabled: true },
      'openebs-ndm': {
        ndm: {
          sparse: { path: `${home}/sparse` },
          filters: {
            enableOsDiskExcludeFilter: false,
            enablePathFilter: true,
            includePaths: [...paths].join(','),
            excludePaths: 'loop,fd0,sr0,/dev/ram,/dev/md,/dev/rbd,/dev/zd',
          },
        },
        varDirectoryPath: { baseDir: home },
      },
      cspcOperator: { baseDir: `${home}/cstor-pool`, sparseDir: `${home}/sparse` },
      cvcOperator: { baseDir: home },
      crd: { volumeSnapshot: !besideLvm },
      analytics: { enabled: false },
    },
  ]);
}
