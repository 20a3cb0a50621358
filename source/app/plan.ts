import { join } from 'node:path';
import type { RunHandle } from '../engine/journal/event.ts';
import { exitCode, Fault } from '../errors/fault.ts';
import type { NodeFacts } from '../facts/facts.ts';
import { textUpTo } from '../host/read-text.ts';
import { whyUnread } from '../host/unread.ts';
import { type Drift, drift } from '../plan/document/basis.ts';
import type { Plan } from '../plan/document/document.ts';
import { parsePlan } from '../plan/document/document-schema.ts';
import type { PlanInput } from '../plan/input.ts';
import { stepKinds } from '../plan/kinds.ts';
import { makePlan, planHash } from '../plan/plan.ts';
import { kloudspot } from '../text/command.ts';
import { readChart } from '../workstation/chart-files.ts';
import { bundleOf } from './bundle/of-site.ts';
import { refuseOutside } from './outside.ts';
import type { OpenedSite } from './site.ts';

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

/** Bytes. The plan for a hundred nodes has some MB; a device such as /dev/zero never ends. */
const largest = 256 * 1024 * 1024;

/** Reads a plan back from its file. Throws a `Fault` when it cannot be read, is damaged, or was changed after it was made. */
export async function readPlan(file: string): Promise<Plan> {
  const text = await textUpTo(file, largest, '--plan').catch((cause: unknown) => {
    if (cause instanceof Fault) throw cause;
    throw new Fault({
      what: 'The plan cannot be read.',
      where: file,
      why: whyUnread(cause),
      cause,
      next: [`${kloudspot('plan --save FILE')}  writes one.`],
    });
  });
  return checkedPlan(text, file);
}

/** The plan of a run, from its folder. */
export const planOfRun = ({ directory }: RunHandle): Promise<Plan> => readPlan(join(directory, 'plan.json'));

/** The plan that a text holds, once its hash shows that it is as it was made: what a plan shows is what it does. */
export function checkedPlan(text: string, where: string): Plan {
  const plan = parsePlan(text, stepKinds, where);
  if (planHash(plan) === plan.hash) return plan;
  throw new Fault({
    what: 'The plan was changed after it was made.',
    where,
    why: `Its hash is ${plan.hash}, its content has ${planHash(plan)}.`,
    next: [`Change site.yaml instead, then: ${kloudspot('plan --save FILE')}`],
  });
}

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
