import type { RunHandle } from '../engine/journal/event.ts';
import { planPath } from '../engine/journal/run-paths.ts';
import { Fault } from '../errors/fault.ts';
import { textUpTo } from '../host/read-text.ts';
import { whyUnread } from '../host/unread.ts';
import type { Plan } from '../plan/document/document.ts';
import { parsePlan } from '../plan/document/document-schema.ts';
import { planHash } from '../plan/document/hash.ts';
import type { AnyStepKind } from '../plan/step.ts';
import { kloudspot } from '../text/command.ts';

/** Bytes. The plan for a hundred nodes has some MB; a device such as /dev/zero never ends. */
const largest = 256 * 1024 * 1024;

/** A plan that is shown. */
export interface WatchedPlan {
  readonly plan: Plan;
  /** Throws a `Fault` when it was changed after it was made. A page shows it first: this takes as long as drawing it. */
  readonly refuseChanged: () => void;
}

/** The plan of a run, to be shown: what each kind of step takes is left to the process that carries it out, and so no kind is loaded. */
export async function planToWatch({ directory }: RunHandle): Promise<WatchedPlan> {
  const file = planPath(directory);
  const plan = parsePlan(await planText(file), undefined, file);
  return { plan, refuseChanged: () => refuseChanged(plan, file) };
}

/** Throws a `Fault` when it cannot be read. */
export async function planText(file: string): Promise<string> {
  try {
    return await textUpTo(file, largest, '--plan');
  } catch (cause) {
    if (cause instanceof Fault) throw cause;
    throw new Fault({
      what: 'The plan cannot be read.',
      where: file,
      why: whyUnread(cause),
      cause,
      next: [`${kloudspot('plan --save FILE')}  writes one.`],
    });
  }
}

/** The plan that a text holds. Throws a `Fault` when it is damaged or was changed after it was made. `kinds`: as of `parsePlan`. */
export function storedPlan(text: string, kinds: ReadonlyMap<string, AnyStepKind> | undefined, where: string): Plan {
  const plan = parsePlan(text, kinds, where);
  refuseChanged(plan, where);
  return plan;
}

function refuseChanged(plan: Plan, where: string): void {
  const hash = planHash(plan);
  if (hash === plan.hash) return;
  throw new Fault({
    what: 'The plan was changed after it was made.',
    where,
    why: `Its hash is ${plan.hash}, its content has ${hash}.`,
    next: [`Change site.yaml instead, then: ${kloudspot('plan --save FILE')}`],
  });
}
