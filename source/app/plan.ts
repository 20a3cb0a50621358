import type { RunHandle } from '../engine/journal/event.ts';
import { planPath } from '../engine/journal/run-paths.ts';
import { exitCode, Fault } from '../errors/fault.ts';
import type { NodeFacts } from '../facts/facts.ts';
import { type Drift, drift } from '../plan/document/basis.ts';
import type { Plan } from '../plan/document/document.ts';
import type { PlanInput } from '../plan/input.ts';
import { stepKinds } from '../plan/kinds.ts';
import { makePlan } from '../plan/plan.ts';
import { kloudspot } from '../text/command.ts';
import { readChart } from '../workstation/chart-files.ts';
import { bundleOf } from './bundle/of-site.ts';
import { refuseOutside } from './outside.ts';
import type { OpenedSite } from './site.ts';
import { planText, storedPlan } from './stored-plan.ts';

/** The plan for a site from what was seen of its nodes. Throws a `Fault` where its bundle cannot be read. */
export async function planSite(
  { site, product, world }: Pick<OpenedSite, 'site' | 'product' | 'world'>,
  facts: ReadonlyMap<string, NodeFacts>,
  wish: Omit<PlanInput, 'site' | 'product' | 'facts' | 'now' | 'readChart' | 'bundle'> = { purpose: 'init' },
): Promise<Plan> {
  if (wish.purpose === 'init' || wish.purpose === 'nodes') refuseOutside(site);
  const bundle = await bundleOf(site);
  return makePlan({ site, product, facts, now: new Date(world.clock.now()), readChart, ...wish, bundle });
}

/** Reads a plan back from its file, to be carried out. Throws a `Fault` when it cannot be read, is damaged, or was changed after it was made. */
export const readPlan = async (file: string): Promise<Plan> => checkedPlan(await planText(file), file);

/** The plan of a run, from its folder. */
export const planOfRun = ({ directory }: RunHandle): Promise<Plan> => readPlan(planPath(directory));

/** The plan that a text holds, once its hash shows that it is as it was made: what a plan shows is what it does. */
export const checkedPlan = (text: string, where: string): Plan => storedPlan(text, stepKinds, where);

/** Throws a `Fault` (exit code 6) with each fact that is different from what the plan rests on. `begun`: ids of its steps that were begun. */
export function refuseDrift(plan: Plan, facts: ReadonlyMap<string, NodeFacts>, begun?: ReadonlySet<string>): void {
  const found = drift(plan, facts, begun);
  if (found.length === 0) return;
  throw new Fault({
    what: 'The nodes have changed since the plan was made.',
    where: [...new Set(found.map(({ node }) => node))].join(', '),
    why: found.map(saying).join('\n'),
    unchanged: begun === undefined,
    next: [
      `${kloudspot('plan')}  shows what is to be done now.`,
      `${kloudspot('apply')}  makes a new plan and carries it out.`,
    ],
    exitCode: exitCode.refused,
  });
}

const saying = ({ node, key, was, is }: Drift): string => `${node}: ${key} was ${was || 'empty'}, is ${is || 'empty'}`;
