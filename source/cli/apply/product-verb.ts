import { lookAtNodes } from '../../app/look.ts';
import { observeSite } from '../../app/observe-site.ts';
import type { Settings } from '../../app/settings.ts';
import type { OpenedSite } from '../../app/site.ts';
import { type SeatFile, writeSeatFiles } from '../../app/workstation-files.ts';
import type { ExitCode } from '../../errors/fault.ts';
import { targetOf } from '../../network/targets.ts';
import { makePlan } from '../../plan/plan.ts';
import type { PlanInput } from '../../plan/stages/planning.ts';
import { valuesText } from '../../plan/values.ts';
import type { Observation } from '../../status/observation.ts';
import { ensureAccess } from '../line/access.ts';
import { printLines, type Terminal } from '../line/terminal.ts';
import { beginPlan } from './apply-site.ts';

/** What `start`, `update` and `stop` have in common: they speak to the cluster through whichever manager lives. */
export interface ProductVerb {
  readonly opened: OpenedSite;
  readonly settings: Settings;
  readonly terminal: Terminal;
}

/** Lets us in at the nodes that answer, and looks at the cluster. */
export async function lookAtCluster({ opened, settings, terminal }: ProductVerb): Promise<Observation> {
  const { site, world, passwords } = opened;
  await ensureAccess({ targets: site.nodes.map(targetOf), world, passwords, settings, terminal });
  return observeSite(opened);
}

/**
 * Plans for the purpose from what the nodes that answer tell, asks, begins the run and shows it to its end.
 * `files` are written once the operator has agreed, and put back where the run cannot begin.
 */
export async function runProductPlan(
  { opened, settings, terminal }: ProductVerb,
  verb: string,
  wish: Pick<PlanInput, 'purpose' | 'chartVersion' | 'newestChart'>,
  files: readonly SeatFile[] = [],
): Promise<ExitCode> {
  const { site, product, world } = opened;
  const { facts } = await lookAtNodes(site.nodes, world);
  const plan = makePlan({ site, product, facts, now: new Date(world.clock.now()), ...wish });
  const write = () => writeSeatFiles(files);
  return beginPlan(plan, opened, settings, terminal, { verb, takeOver: false, write });
}

/** The values on the seat, as the site has them now. */
export function valuesFile({ opened, settings }: ProductVerb): SeatFile {
  return { path: settings.files.values, text: valuesText(opened.site, opened.product), mode: 0o600 };
}

/** Lines for the operator, on the error stream where the output is for machines. */
export function tell({ settings, terminal }: ProductVerb, lines: readonly string[]): void {
  printLines(settings.json ? terminal.errors : terminal.output, lines);
}
