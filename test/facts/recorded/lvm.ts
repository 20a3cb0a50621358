// What LVM itself reports in the situations of test/lab/lvm.test.ts, which writes these files when RECORD is set.
import { join } from 'node:path';
import { probeText, readSections } from '../../../source/facts/probe.ts';

export type Situation = 'volume' | 'full' | 'missing' | 'twins' | 'copied';

export const recordingOf = (situation: Situation): string => join(import.meta.dirname, 'lvm', `${situation}.txt`);

const reports: readonly string[] = ['vgs', 'pvs', 'lvs'];

/** Of what the probe printed, LVM's own reports. */
export const lvmText = (printed: string): string =>
  probeText(Object.fromEntries([...readSections(printed)].filter(([name]) => reports.includes(name))));
