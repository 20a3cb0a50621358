import type { RunOutcome } from '../../engine/journal/event.ts';
import { canUndo, isSettled, type RunView } from '../../engine/view/view.ts';
import type { PlanPurpose } from '../../plan/document/document.ts';
import { rolledBackMark } from '../../plan/step.ts';
import type { Files } from '../../site/files.ts';
import type { Site } from '../../site/schema.ts';
import { kloudspot } from '../../text/command.ts';

/** Where a run took place: its files, and whether its machines are simulated. */
export interface RunPlace {
  readonly files: Pick<Files, 'site' | 'values'>;
  readonly rehearsal: boolean;
}

/** What Ctrl-C does to a run, the first time and the second. */
export const stopsAfterSteps = 'Stops after the running steps. Ctrl-C again stops now.';
export const stopsNow = 'Stopping now.';

/** How a run ended, in one sentence. */
export function endingOf(view: RunView): { readonly grade: 'pass' | 'warn' | 'fail'; readonly text: string } {
  const site = view.plan.site.name;
  const failed = [...view.steps.values()].find((step) => step.state === 'failed');
  switch (view.outcome) {
    case 'done':
      return { grade: 'pass', text: doneWords(view) };
    case 'undone':
      return { grade: 'warn', text: `${site}: the run was undone${view.why ? `: ${view.why}` : ''}.` };
    case 'partly-undone':
      return { grade: 'warn', text: `${site}: the step is undone; the others stay.` };
    case 'rebooting':
      return { grade: 'warn', text: 'This machine is rebooting; the run continues by itself afterwards.' };
    case 'failed':
      return {
        grade: 'fail',
        text: `${site} is not finished: ${failed ? `${failed.step.title} failed` : (view.why ?? 'a step failed')}.`,
      };
    case 'stopped':
    case 'interrupted':
      return { grade: 'warn', text: `${site} is not finished: the run was stopped.` };
    case 'removed':
      return { grade: 'fail', text: `${site} is not finished: the files of its run were removed.` };
    case 'lost':
      return { grade: 'fail', text: `${site} is not finished: the run's process died unexpectedly.` };
    default:
      return view.state === 'choosing'
        ? {
            grade: 'fail',
            text: `${site} is not finished: ${failed?.step.title ?? 'a step'} failed, and the run waits for you.`,
          }
        : { grade: 'warn', text: `${site}: the run continues without this screen.` };
  }
}

/** That a run has ended, and why, in one sentence. `why`: as the journal has it, `by the operator`, `every step is done`. */
export function endText(outcome: RunOutcome | undefined, why = ''): string {
  if (outcome === 'stopped') return `${`The run was stopped ${why}`.trim()}.`;
  return why === '' ? 'The run has ended.' : `The run has ended: ${why.replace(/\.$/, '')}.`;
}

/** What a run of one purpose has reached, behind the site's name. */
const reached: Readonly<Record<Exclude<PlanPurpose, 'init' | 'start'>, string>> = {
  nodes: 'the nodes match site.yaml.',
  update: 'the product is up to date.',
  stop: 'the product is stopped.',
  storage: 'the storage engines run.',
  backup: 'the backup is complete.',
  restore: 'the objects of the cluster were restored from the backup.',
  certificates: 'the certificates are renewed.',
  rebalance: 'every part that can move is spread evenly.',
  drill: 'the drill is over, and every part is ready again.',
  relocate: 'every node has its new address.',
};

function doneWords({ plan: { site, purpose, steps } }: RunView): string {
  if (purpose === 'relocate' && fromNextBoot(steps))
    return `${site.name}: every node takes its new address at its next boot.`;
  if (purpose === 'init' || purpose === 'start')
    return purpose === 'init' && site.deploy === 'later'
      ? `${site.name}: the cluster is ready.`
      : `${site.name} is running.`;
  return `${site.name}: ${reached[purpose]}`;
}

/** What to do next, a line each. */
export function nextLines(view: RunView, place: RunPlace): readonly string[] {
  const rehearsed = place.rehearsal ? ['This was a rehearsal: no machine was touched.'] : [];
  switch (view.outcome) {
    case undefined:
      return [`${kloudspot('attach')}  shows the run again`, `${kloudspot('status')}  shows the state of the site`];
    case 'done':
      return [...afterDone(view, place), ...rehearsed];
    case 'undone':
    case 'partly-undone':
      return [`${kloudspot('plan')}  shows what is still to be done`, ...rehearsed];
    case 'removed':
      return [`${kloudspot('apply')}  starts a new one: what is already right stays`, ...rehearsed];
    case 'rebooting':
      return [`${kloudspot('attach')}  shows the run once this machine is back`];
    default:
      return [
        `${kloudspot('resume')}  ${wasRolledBack(view) ? 'tries the same change again, in site.yaml too' : 'continues from here; nothing is done twice'}`,
        ...([...view.steps.values()].some(canUndo) ? [`${kloudspot('undo')}  undoes what can be undone`] : []),
        ...restoreLines(view),
      ];
  }
}

/** An earlier state is in force again: to go on means to do it again. */
const wasRolledBack = ({ steps }: RunView): boolean =>
  [...steps.values()].some(({ state, remembered }) => state === 'failed' && remembered[rolledBackMark] !== undefined);

/** The way back by the backup that the run began with. After a change of nodes it would be refused: it brings back no members. */
function restoreLines(view: RunView): string[] {
  return [...view.steps.values()].flatMap(({ step: { kind, id }, state, remembered: { backup } }) => {
    const before = kind === 'backup' && /\/before-(?!nodes)/.test(id);
    if (!before || !isSettled(state) || backup === undefined) return [];
    return [`${kloudspot(`restore ${backup}`)}  restores the objects of the cluster as they were before`];
  });
}

/** Whether a plan writes addresses that count from the next boot on. */
const fromNextBoot = (steps: RunView['plan']['steps']): boolean =>
  steps.some(({ parameters }) => parameters['atNextBoot'] === true);

function afterDone({ plan: { site, purpose, steps } }: RunView, { files }: RunPlace): readonly string[] {
  if (purpose === 'stop') return [`${kloudspot('start')}  brings it back with its data`];
  if (purpose === 'relocate')
    return [
      ...(fromNextBoot(steps) ? ['Switch the nodes off, take them to their new place, and switch them on'] : []),
      `${kloudspot('preflight')}  checks them at their new addresses`,
      `${kloudspot('apply')}  builds the cluster there`,
    ];
  const status = `${kloudspot('status')}  shows the state of the site`;
  if (site.deploy === 'later' && purpose === 'init')
    return [`The settings are in ${files.site}`, `${kloudspot('start')}  deploys the product`, status];
  if (purpose !== 'init' && purpose !== 'start' && purpose !== 'update') return [status];
  const written = [`The settings are in ${files.site}`, `The Helm values are in ${files.values}`];
  const later = purpose === 'init' ? laterLines(site) : [];
  return [`Open https://${site.customer.dnsName}`, ...written, status, certificateLine(site.tls.mode), ...later];
}

/** What belongs to the first week of a site. */
function laterLines({ nodes }: Site): readonly string[] {
  const managers = nodes.filter(({ role }) => role === 'manager');
  const last = managers.at(-1)?.name;
  return [
    `${kloudspot('backup')}  saves the objects of the cluster: run it every week and before each change`,
    ...(managers.length > 2 && last !== undefined
      ? [`${kloudspot(`drill ${last}`)}  shows in a maintenance window what the loss of a node costs`]
      : []),
  ];
}

function certificateLine(mode: 'files' | 'self-signed'): string {
  return mode === 'self-signed'
    ? `Set a proper certificate in site.yaml, then  ${kloudspot('update')}`
    : `${kloudspot('certificates')}  shows the days left of every certificate`;
}
