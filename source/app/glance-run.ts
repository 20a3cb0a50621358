import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { journalPath, planPath } from '../engine/journal/run-paths.ts';
import { bytesNow } from '../host/read-text-now.ts';
import type { Files } from '../site/files.ts';
import { isMapping } from '../text/mapping.ts';
import { safeLine } from '../text/safe-text.ts';

/** What the page of a run shows before its journal is read. */
export interface RunGlance {
  readonly site: string;
  /** Name of the scenario when it is a rehearsal. */
  readonly rehearsal: string | undefined;
  readonly nodes: number;
  /** Groups of steps; more than two count as two. */
  readonly groups: number;
}

/**
 * Glances at a run, the newest one or the one whose id ends so, in a few ms: no schema is loaded and nothing is judged, so that
 * it is only good to be shown until the plan was read and its hash was compared. Undefined where anything is not as `launchRun` writes it.
 */
export function glanceRun({ runs }: Pick<Files, 'runs'>, id: string | undefined): RunGlance | undefined {
  try {
    const ids = readdirSync(runs).filter((name) => !name.startsWith('.') && (id === undefined || name.endsWith(id)));
    const found = id === undefined ? ids.toSorted().findLast((name) => isBegun(join(runs, name))) : ids[0];
    if (found === undefined || (id !== undefined && ids.length > 1)) return undefined;
    const plan = bytesNow(planPath(join(runs, found)))?.toString('latin1');
    const origin = bytesNow(join(runs, found, 'run.json'))?.toString('utf8');
    return plan === undefined || origin === undefined ? undefined : glance(plan, JSON.parse(origin));
  } catch {
    // The verb itself says what is wrong.
    return undefined;
  }
}

const isBegun = (directory: string): boolean =>
  (statSync(journalPath(directory), { throwIfNoEntry: false })?.size ?? 0) > 0;

/** By the lines of the file, which hold one key each: reading 40 MB of a thousand nodes as JSON takes most of a second. */
function glance(plan: string, origin: unknown): RunGlance | undefined {
  const site = /\n "site": \{\n(?: {2}".*\n)*? {2}"name": "([\w.-]+)"/.exec(plan)?.[1];
  const targets = plan.indexOf('\n "targets": [');
  const steps = plan.indexOf('\n "steps": [');
  if (!isMapping(origin)) return undefined;
  const rehearsal = isMapping(origin.rehearsal) ? origin.rehearsal.scenario : undefined;
  const known = rehearsal === undefined || (typeof rehearsal === 'string' && safeLine(rehearsal) === rehearsal);
  if (site === undefined || targets === -1 || steps === -1 || !known) return undefined;
  const nodes = plan.slice(targets, plan.indexOf('\n ]', targets)).split('\n  {').length - 1;
  return { site, rehearsal, nodes, groups: groupsFrom(plan, steps) };
}

function groupsFrom(plan: string, steps: number): number {
  const group = /\n {3}"group": (".*")/g;
  group.lastIndex = steps;
  const [, first] = group.exec(plan) ?? [];
  if (first === undefined) return 0;
  for (let next = group.exec(plan); next !== null; next = group.exec(plan)) if (next[1] !== first) return 2;
  return 1;
}
