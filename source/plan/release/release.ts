import { type Answer, firstWords } from '../../host/answer.ts';
import {
  helm,
  isPending,
  parseHistory,
  parseReleaseStatus,
  type ReleaseHistory,
  type ReleasePlace,
  type ReleaseStatus,
  revisionToRollBackTo,
} from '../../kubernetes/helm.ts';
import { kloudspot } from '../../text/command.ts';
import { look, runCommand } from '../execution/carry-out.ts';
import { command, minutes } from '../execution/define.ts';
import { told } from '../execution/told.ts';
import { lostNodes } from '../execution/workload-wait.ts';
import { type LookContext, type PlannedCommand, type PlannedStep, rolledBackMark, type StepContext } from '../step.ts';
import { StepFault } from '../step-fault.ts';

/** The release, once Helm answers. Throws `StepFault` where it does not. */
export const releaseOn = (
  context: StepContext,
  node: string,
  place: ReleasePlace,
): Promise<ReleaseStatus | undefined> =>
  told(context, node, `release ${place.release}`, () => releaseSeen(context, node, place));

/** The release as Helm on `node` knows it; undefined where Helm says that there is none. */
export async function releaseSeen(
  context: LookContext,
  node: string,
  place: ReleasePlace,
): Promise<Answer<ReleaseStatus | undefined>> {
  const result = await look(context, node, helm.status(place));
  const value = result.code === 0 ? parseReleaseStatus(result.stdout) : undefined;
  if (value !== undefined || result.stderr.includes('release: not found')) return { answered: true, value };
  return { answered: false, said: firstWords(result) };
}

/** Kept with a revision: what it was made of. A revision with another word was made of something else. */
export function madeOf(digest: string): string {
  return `kloudspot ${digest}`;
}

const interruptedFirst = 'its first installation was interrupted';
const interruptedLater = 'an earlier change of it was interrupted';
const rollingBack = 'the update fails';
const revision = '<revision>';

/** Helm refuses every change of a release that an interrupted Helm left pending: these take it out of that state. */
export function healCommands(node: string, place: ReleasePlace, { hooks = true } = {}): PlannedCommand[] {
  return [
    command('remove-unfinished', node, helm.uninstall(place, 5, { hooks }), { when: interruptedFirst }),
    command('restore-unfinished', node, helm.rollback(place, revision), { when: interruptedLater }),
  ];
}

export async function heal(context: StepContext, step: PlannedStep, node: string, place: ReleasePlace): Promise<void> {
  const release = await releaseOn(context, node, place);
  if (!release || !isPending(release.status)) return;
  // A removal that has begun is completed: part of what the release made may be gone.
  const before = release.status === 'uninstalling' ? undefined : await revisionBefore(context, node, place);
  context.progress(`release ${place.release} was left ${release.status}; that is resolved first`);
  const run = { deadline: minutes(6) };
  if (before === undefined) {
    await runCommand(context, step, 'remove-unfinished', { run });
  } else await runCommand(context, step, 'restore-unfinished', { fill: { [revision]: String(before) }, run });
}

export function rollBackCommands(node: string, place: ReleasePlace): PlannedCommand[] {
  return [command('roll-back', node, helm.rollback(place, revision), { when: rollingBack })];
}

/** Puts the revision before in force again, and gives the fault that says so beside what went wrong. */
export async function rolledBack(
  context: StepContext,
  step: PlannedStep,
  node: string,
  place: ReleasePlace,
  error: StepFault,
): Promise<StepFault> {
  const { now, isBack } = await rollBack(context, step, node, place);
  const lost = await lostNodes(context, { through: node });
  const again = kloudspot('update');
  return new StepFault({
    tried: error.tried,
    seen: `${error.seen}; ${now}`,
    causes: error.causes,
    next: [
      ...(isBack ? ['site.yaml and values.yaml are rolled back with it, where this update changed them.'] : []),
      ...(lost.length > 0
        ? [...error.next, `Then: ${again}`]
        : [`Correct the values in site.yaml, then: ${again}`, ...error.next]),
    ],
    cause: error,
  });
}

interface RollBack {
  readonly now: string;
  readonly isBack: boolean;
}

async function rollBack(context: StepContext, step: PlannedStep, node: string, place: ReleasePlace): Promise<RollBack> {
  const before = await revisionBefore(context, node, place).catch((error: unknown) => {
    if (!(error instanceof StepFault) || context.signal.aborted) throw error;
    return error;
  });
  if (before === undefined) return { now: 'no earlier revision to roll back to', isBack: false };
  if (before instanceof StepFault) return { now: `not rolled back: ${before.seen}`, isBack: false };
  context.progress(`it failed; rolling back to revision ${before}`);
  const fill = { [revision]: String(before) };
  await runCommand(context, step, 'roll-back', { fill, run: { deadline: minutes(6) } });
  context.remember(rolledBackMark, String(before));
  return { now: `rolled back to revision ${before}`, isBack: true };
}

/** Undefined where none was in force before. Throws `StepFault` where Helm does not say: then a release is not taken for a new one. */
async function revisionBefore(context: StepContext, node: string, place: ReleasePlace): Promise<number | undefined> {
  const what = `the revisions of release ${place.release}`;
  return revisionToRollBackTo(await told(context, node, what, () => historyOf(context, node, place)));
}

async function historyOf(context: StepContext, node: string, place: ReleasePlace): Promise<Answer<ReleaseHistory>> {
  const result = await look(context, node, helm.history(place));
  const value = result.code === 0 ? parseHistory(result.stdout) : undefined;
  return value === undefined ? { answered: false, said: firstWords(result) } : { answered: true, value };
}
