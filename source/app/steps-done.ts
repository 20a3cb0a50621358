import { stepContext } from '../engine/execution/context.ts';
import { createMask } from '../engine/journal/masking.ts';
import { noPast } from '../engine/journal/past.ts';
import type { Plan } from '../plan/document/document.ts';
import { stepKinds } from '../plan/kinds.ts';
import type { LookContext, PlannedStep } from '../plan/step.ts';
import type { Files } from '../site/files.ts';
import { registrySecret } from './registry-secret.ts';
import type { OpenedSite } from './site.ts';

/** ms for all looks together: a cluster that does not answer must not keep a plan from being shown. */
const patience = 60_000;

type Opened = Pick<OpenedSite, 'site' | 'product' | 'world' | 'passwords'>;

/**
 * The ids of the steps whose end state is there already, each looked at as its run would. Changes nothing. Steps of one node are
 * looked at one after the other; one that cannot be looked at now is not among them.
 */
export async function stepsDone(plan: Plan, opened: Opened, files: Files): Promise<ReadonlySet<string>> {
  const signal = AbortSignal.timeout(patience);
  const done = new Set<string>();
  const look = async (steps: readonly PlannedStep[]): Promise<void> => {
    for (const step of steps) if (await holds(step, lookOnly(plan, opened, files, step, signal))) done.add(step.id);
  };
  const byNode = Map.groupBy(plan.steps, ({ node }) => node);
  await Promise.all([...byNode.values()].map(look));
  return done;
}

async function holds(step: PlannedStep, context: LookContext): Promise<boolean> {
  const kind = stepKinds.get(step.kind);
  if (kind === undefined || context.signal.aborted) return false;
  try {
    return (await kind.state(context, kind.parameters.parse(step.parameters), step)).ok;
  } catch {
    return false;
  }
}

/** The world as a step sees it that may look and nothing else. */
function lookOnly(
  { targets }: Plan,
  { site, product, world, passwords }: Opened,
  files: Files,
  step: PlannedStep,
  signal: AbortSignal,
): LookContext {
  const { hosts, clock } = world;
  const journal = { write: async () => undefined, close: async () => undefined };
  const secret = () => registrySecret(site, passwords);
  const shared = { site, product, files, targets, hosts, clock, journal, mask: createMask([]), registrySecret: secret };
  return stepContext(shared, step.id, noPast, signal);
}
