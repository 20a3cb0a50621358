import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';

const standIn = z.enum(['rehearsal', 'lab']);
export type StandIn = z.output<typeof standIn>;

const situation = z.strictObject({
  id: z.string(),
  of: z.string(),
  seen: z.string().default(''),
  on: z.enum(['ks-1', 'ks-2']),
  given: z.string(),
  track: z.string().default('1.34'),
  command: z.string().default(''),
  cut: z.enum(['agent', 'first restart', 'waiting', 'stops']).optional(),
  read: z.string().optional(),
  code: z.number().int().optional(),
  stdout: z.string().default(''),
  stderr: z.string().default(''),
  members: z.array(z.string()).optional(),
  nodes: z.array(z.string()).optional(),
  locksAdded: z.array(z.string()).default([]),
  locksRemoved: z.array(z.string()).default([]),
  seedLocksAdded: z.array(z.string()).optional(),
  tokenUsed: z.boolean().optional(),
  put: z.strictObject({ name: z.string(), content: z.string() }).optional(),
  launcher: z.array(z.string()).optional(),
  lie: z.string().optional(),
  gaps: z.partialRecord(standIn, z.string()).default({}),
});
/** One recorded situation; the head of `situations.yaml` says what each key means. */
export type Situation = z.output<typeof situation>;

/** How genuine MicroK8s behaves, situation by situation. */
export const situations: readonly Situation[] = z
  .array(situation)
  .parse(parse(readFileSync(join(import.meta.dirname, 'situations.yaml'), 'utf8')));

/** Situations that were seen, apart by whether a stand-in shows them. */
export function shownBy(name: StandIn): { readonly shown: readonly Situation[]; readonly gaps: readonly Situation[] } {
  const seen = situations.filter(({ read }) => read === undefined);
  return {
    shown: seen.filter(({ gaps }) => gaps[name] === undefined),
    gaps: seen.filter(({ gaps }) => gaps[name] !== undefined),
  };
}

/** Rows of a table: for each group of commands, how many situations there are and how many each stand-in shows. */
export function sizes(): readonly (readonly string[])[] {
  const groups = [...new Set(situations.map(({ of }) => of))];
  const count = (rows: readonly Situation[], group: string) => String(rows.filter(({ of }) => of === group).length);
  return [
    ['Commands', 'Situations', 'Read, not seen', 'Rehearsal', 'Lab'],
    ...groups.map((group) => [
      group,
      count(situations, group),
      count(
        situations.filter(({ read }) => read !== undefined),
        group,
      ),
      count(shownBy('rehearsal').shown, group),
      count(shownBy('lab').shown, group),
    ]),
  ];
}

/** Rows of a table: every situation that a stand-in does not show, and why. */
export function gapRows(): readonly (readonly string[])[] {
  return [
    ['Situation', 'Stand-in', 'Why not'],
    ...situations.flatMap(({ id, gaps, read }) => [
      ...(read === undefined ? [] : [[`\`${id}\``, 'both', `not seen, read: ${read}`]]),
      ...Object.entries(gaps).map(([name, why]) => [`\`${id}\``, name, why]),
    ]),
  ];
}
