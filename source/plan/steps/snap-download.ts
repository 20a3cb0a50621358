import * as z from 'zod';
import { snapFolder } from '../../host/node-state.ts';
import { readSnapList, snap, trackOf } from '../../microk8s/snap.ts';
import { look, readText, runCommand } from '../execution/carry-out.ts';
import { command, minutes, plannedStep } from '../execution/define.ts';
import { untilGone } from '../execution/gone.ts';
import { silent } from '../execution/told.ts';
import type { LookContext, PlannedStep, StateCheck, StepContext, StepKind } from '../step.ts';
import { StepFault } from '../step-fault.ts';

const parameters = z.object({ node: z.string(), channel: z.string() });
type Parameters = z.output<typeof parameters>;

const name = 'microk8s';

/** A snap and its signatures on a node. */
export interface SnapFile {
  readonly name: string;
  readonly file: string;
  readonly assertion: string;
}

/** Where MicroK8s lies once it was fetched. */
export const fetchedSnap: SnapFile = {
  name,
  file: `${snapFolder}/${name}.snap`,
  assertion: `${snapFolder}/${name}.assert`,
};

/** Whether it is there whole: the signatures come last. */
export const isFetched = async (context: LookContext, node: string): Promise<boolean> =>
  (await readText(context, node, fetchedSnap.assertion)) !== undefined;

/** Nothing rests on it: what was not fetched comes from the store with the installation. That it was tried is enough. */
async function state(context: LookContext, { node }: Parameters): Promise<StateCheck> {
  const answer = readSnapList(name, await look(context, node, snap.list(name)));
  if (!answer.answered) return silent(node, answer.said);
  const found = answer.value;
  if (found) return { ok: true, observed: `${found.version} is installed` };
  const tried = context.recall('tried') !== undefined;
  if (await isFetched(context, node)) return { ok: tried, observed: tried ? 'fetched' : 'of an earlier run' };
  return { ok: tried, observed: tried ? 'not fetched; it comes with the installation' : 'not fetched yet' };
}

/** A store of the company's own is known to snapd alone, which then fetches it: no reason to end a run. */
async function act(context: StepContext, { node }: Parameters, step: PlannedStep): Promise<void> {
  try {
    await runCommand(context, step, 'make-folder');
    await runCommand(context, step, 'download');
  } catch (error) {
    if (!(error instanceof StepFault) || context.signal.aborted) throw error;
    context.progress(`${error.seen}; it comes with the installation`);
    await context.run(node, ['rm', '-f', fetchedSnap.assertion], { sudo: true });
  }
  context.remember('tried', 'yes');
}

export const snapDownload: StepKind<typeof parameters> = {
  kind: 'snap-download',
  parameters,

  state,
  act,
  async undo(context, { node }) {
    await context.run(node, ['rm', '-rf', snapFolder], { sudo: true });
    return untilGone(context, async () => {
      const there = await isFetched(context, node);
      return { ok: there, observed: there ? 'its file is there' : 'its file is gone' };
    });
  },
};

/** Beside the packages of its node: neither apt nor dpkg touches what it writes. */
export function planSnapDownload(p: Parameters): PlannedStep {
  return plannedStep(snapDownload, {
    node: p.node,
    group: 'Fetch MicroK8s',
    title: `Fetch MicroK8s ${trackOf(p.channel)}`,
    why: 'Its download goes on beside the packages. What cannot be fetched now comes with the installation.',
    risk: 'none',
    beside: true,
    deadline: minutes(20),
    parameters: p,
    commands: [
      command('make-folder', p.node, ['mkdir', '-p', snapFolder]),
      command('download', p.node, snap.download(name, p.channel, snapFolder)),
    ],
    skippable: true,
  });
}
