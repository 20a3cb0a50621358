import * as z from 'zod';
import { parseSafeJson } from '../../text/safe-text.ts';
import { look } from '../execution/carry-out.ts';
import type { LookContext } from '../step.ts';
import { StepFault } from '../step-fault.ts';

/** What this program made carries this tag, and nothing else is ever removed by it. */
export const tag = 'kloudspot';
const gibibyte = 2 ** 30;

/** lvs(8): every value is a string; none is an empty list. */
const report = z.object({
  report: z.array(
    z.object({
      lv: z.array(
        z.object({
          lv_name: z.string(),
          lv_uuid: z.string().default(''),
          lv_size: z.string(),
          lv_tags: z.string().default(''),
        }),
      ),
    }),
  ),
});

const list = (group: string) => [
  'lvs',
  '--reportformat',
  'json',
  '--units',
  'b',
  '--nosuffix',
  '-o',
  'lv_name,lv_uuid,vg_name,lv_size,lv_path,lv_tags',
  group,
];

/** A logical volume that is there. `ours`: it has the tag of this program. */
export interface Volume {
  readonly gib: number;
  readonly ours: boolean;
  readonly uuid: string;
}

/** Undefined where there is no such volume. Throws `StepFault` where there is not even the group. */
export async function findVolume(
  context: LookContext,
  { node, group, volume }: { readonly node: string; readonly group: string; readonly volume: string },
): Promise<Volume | undefined> {
  const result = await look(context, node, list(group));
  if (result.code !== 0) {
    throw new StepFault({
      tried: `look into volume group ${group} on ${node}`,
      seen: result.stderr.trim().split('\n').at(-1) ?? `lvs ended with ${result.code}`,
      next: ['vgs lists the groups of the node; another one can be chosen in site.yaml, storage.shared.volumeGroup'],
    });
  }
  const rows = report.parse(parseSafeJson(result.stdout)).report.flatMap(({ lv }) => lv);
  const row = rows.find(({ lv_name }) => lv_name === volume);
  return (
    row && {
      gib: Number(row.lv_size) / gibibyte,
      ours: row.lv_tags.split(',').includes(tag),
      uuid: row.lv_uuid,
    }
  );
}
