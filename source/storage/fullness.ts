import * as z from 'zod';
import { parsedJson } from '../text/parsed-json.ts';
import { safeLine } from '../text/safe-text.ts';

/** Asks for the file systems of / and of what MicroK8s keeps: images, containers, datastore. A folder that is not there costs only its row. */
export const fileSystemSpace = [
  ...['timeout', '10', 'df', '-B1', '--output=size,avail,target'],
  ...['/', '/var/snap/microk8s/common'],
];

/** What a file system has, in bytes. */
export interface FileSystemSpace {
  readonly path: string;
  readonly size: number;
  readonly free: number;
}

/** What df printed, each file system once; undefined where it printed none. */
export function parseFileSystemSpace(stdout: string): readonly FileSystemSpace[] | undefined {
  const rows = stdout.matchAll(/^\s*(\d+)\s+(\d+)\s+(\/.*)$/gm).map(([, size, free, path = '']) => ({
    path: safeLine(path),
    size: Number(size),
    free: Number(free),
  }));
  const found = [...new Map(rows.map((row) => [row.path, row])).values()];
  return found.length === 0 ? undefined : found;
}

/** Asks LVM, as root, how full its thin pools are: https://man7.org/linux/man-pages/man7/lvmthin.7.html */
export const thinPoolUse = [
  ...['timeout', '10', 'lvs', '--reportformat', 'json'],
  ...['-o', 'vg_name,lv_name,segtype,data_percent,metadata_percent'],
];

/** How much of a thin pool is written, in percent. */
export interface ThinPoolUse {
  readonly pool: string;
  readonly data: number;
  readonly metadata: number;
}

const word = z.string().transform(safeLine);
const report = z.object({
  report: z.array(
    z.object({
      lv: z
        .array(
          z.object({
            vg_name: word,
            lv_name: word,
            segtype: z.string(),
            data_percent: z.coerce.number(),
            metadata_percent: z.coerce.number(),
          }),
        )
        .default([]),
    }),
  ),
});

/** What was printed of thin pools; undefined where it is not LVM's report. */
export function parseThinPoolUse(stdout: string): readonly ThinPoolUse[] | undefined {
  return parsedJson(report, stdout)?.report.flatMap(({ lv }) =>
    lv.flatMap(({ vg_name: group, lv_name: name, segtype, data_percent: data, metadata_percent: metadata }) =>
      segtype === 'thin-pool' ? [{ pool: `${group}/${name}`, data, metadata }] : [],
    ),
  );
}
