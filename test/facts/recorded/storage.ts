// What the tools of a machine print of its storage. The tests of the lab that made these situations write the files again when RECORD is set.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { probeText, readSections, type SectionName } from '../../../source/facts/probe.ts';
import type { Recording } from './ubuntu.ts';

export type LvmSituation = 'volume' | 'full' | 'missing' | 'twins' | 'copied';
export type MapperSituation = 'partitions' | 'encrypted' | 'thin-pool';

/** LVM 2.03 on loop devices, without device-mapper: test/lab/lvm.test.ts. */
export const lvmReports = recordings<LvmSituation>('lvm', ['vgs', 'pvs', 'lvs']);
/** Linux 6.1 with device-mapper and udev, util-linux 2.41, LVM 2.03.31: test/lab/device-mapper.test.ts. */
export const mapperReports = recordings<MapperSituation>('mapper', ['lsblk', 'vgs', 'pvs', 'lvs']);

function recordings<Situation extends string>(folder: string, names: readonly SectionName[]) {
  const file = (situation: Situation) => join(import.meta.dirname, folder, `${situation}.txt`);
  const only = (printed: string): Recording =>
    Object.fromEntries([...readSections(printed)].filter(([name]) => names.includes(name)));
  return {
    /** Those sections of the probe as they were printed in a situation. */
    of: (situation: Situation): Recording => only(readFileSync(file(situation), 'utf8')),
    /** Keeps them of all that the probe printed. */
    keep: (situation: Situation, printed: string): void => {
      mkdirSync(dirname(file(situation)), { recursive: true });
      writeFileSync(file(situation), probeText(only(printed)));
    },
  };
}
