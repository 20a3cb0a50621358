import * as z from 'zod';
import { parsedJson } from '../text/parsed-json.ts';
import { safeLine } from '../text/safe-text.ts';

/** Asks LVM, as root, which groups miss a disk: https://man7.org/linux/man-pages/man8/vgs.8.html */
export const groupsMissingDisks = [
  ...['timeout', '10', 'vgs', '--reportformat', 'json'],
  ...['-o', 'vg_name,vg_missing_pv_count'],
];

/** A volume group that misses so many of its physical volumes. */
export interface MissingDisks {
  readonly group: string;
  readonly count: number;
}

const report = z.object({
  report: z.array(
    z.object({
      vg: z
        .array(z.object({ vg_name: z.string().transform(safeLine), vg_missing_pv_count: z.coerce.number() }))
        .default([]),
    }),
  ),
});

/** What was printed; undefined where it is not LVM's report. */
export function parseMissingDisks(stdout: string): readonly MissingDisks[] | undefined {
  return parsedJson(report, stdout)?.report.flatMap(({ vg }) =>
    vg.flatMap(({ vg_name: group, vg_missing_pv_count: count }) => (count > 0 ? [{ group, count }] : [])),
  );
}
