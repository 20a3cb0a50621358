import { addresses } from './addresses.ts';
import type { Program } from './call.ts';
import { coreutils } from './coreutils.ts';
import { encryption } from './cryptsetup.ts';
import { curl } from './curl.ts';
import { spacePrograms } from './df.ts';
import { disks } from './disks.ts';
import { shell } from './file-scripts.ts';
import { files } from './files.ts';
import { kernelPrograms } from './kernel.ts';
import { lvmChange } from './lvm-change.ts';
import { lvmGroups } from './lvm-groups.ts';
import { lvmReport } from './lvm-report.ts';
import { microk8sPrograms } from './microk8s/microk8s.ts';
import { mounts } from './mounts.ts';
import { netplanPrograms } from './netplan.ts';
import { networkPrograms } from './network-scripts.ts';
import { filterPrograms } from './nft.ts';
import { packages } from './packages.ts';
import { snaps } from './snap.ts';
import { system } from './system.ts';
import { systemctlPrograms } from './systemctl.ts';

/** All programs that simulated machines have, by name. Any other ends with 127. */
export const programs: ReadonlyMap<string, Program> = new Map(
  Object.entries({
    ...coreutils,
    ...files,
    ...disks,
    ...spacePrograms,
    ...encryption,
    ...mounts,
    ...lvmReport,
    ...lvmChange,
    ...lvmGroups,
    ...packages,
    ...addresses,
    ...netplanPrograms,
    ...networkPrograms,
    ...system,
    ...kernelPrograms,
    ...filterPrograms,
    ...systemctlPrograms,
    ...snaps,
    ...shell,
    ...curl,
    ...microk8sPrograms,
  }),
);
