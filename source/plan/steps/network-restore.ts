import { type Answer, firstWords } from '../../host/answer.ts';
import { kloudspot } from '../../text/command.ts';
import { look, readText, runCommand, sayAway } from '../execution/carry-out.ts';
import { seconds } from '../execution/define.ts';
import { isActive, stopTimer } from '../execution/restore-timer.ts';
import type { LookContext, PlannedStep, StepContext } from '../step.ts';
import { StepFault } from '../step-fault.ts';
import {
  bootUnit,
  type Parameters,
  restoreAfterSeconds,
  restoreScript,
  restoreTimer,
  restoring,
} from './network-files.ts';

/** Keeps the node from restoring by itself after its time. */
export const stopRestoreTimer = stopTimer(restoreTimer);
/** Restores now, under a name that systemd shows. */
export const restoreNow = (unit: string) => ['systemd-run', `--unit=${unit}`, '--collect', restoreScript];

/** Whether the node would still restore by itself: after its time, or at its next boot. */
export async function isArmed(context: LookContext, node: string): Promise<Answer<boolean>> {
  const timer = await isActive(context, node, `${restoreTimer}.timer`);
  return !timer.answered || timer.value ? timer : isEnabled(context, node, `${bootUnit}.service`);
}

/** A unit without a file is told by an error alone, up to systemd 252. */
async function isEnabled(context: LookContext, node: string, unit: string): Promise<Answer<boolean>> {
  const result = await look(context, node, ['systemctl', 'is-enabled', unit], seconds(10));
  const state = result.stdout.trim();
  if (state === '' && !result.stderr.includes('No such file')) return { answered: false, said: firstWords(result) };
  return { answered: true, value: state === 'enabled' };
}

/** The timer goes last: until then the node restores whatever happens to the machine that kloudspot runs on. */
export async function disarm(context: StepContext, step: PlannedStep): Promise<void> {
  for (const name of ['disarm-boot', 'remove-boot']) await runCommand(context, step, name);
  await runCommand(context, step, 'disarm', { run: { allow: [0, 5] } });
}

/** The fault of a node that was not reached on its new address, which says whether it has come back. */
export async function restored(context: StepContext, p: Parameters, seen: string): Promise<StepFault> {
  let back = 'it has not come back on its old address yet';
  try {
    await untilBack(context, p, seconds(restoreAfterSeconds + 30));
    back = 'it has rolled the change back by itself';
  } catch (error) {
    if (!(error instanceof StepFault)) throw error;
  }
  return new StepFault({
    tried: `reach ${p.node} on ${p.address}`,
    seen: `${seen}; ${back}`,
    causes: [
      'the gateway, the prefix or the interface is not the planned one',
      'another machine has the address',
      'the switch port is in another network',
    ],
    next: [
      `Correct the address in site.yaml, then: ${kloudspot('init')}`,
      `The console of ${p.node} shows: ip address`,
    ],
  });
}

/** The restoring runs on the node by itself: the connection that asked for it breaks with the address. */
export function untilBack(context: StepContext, p: Parameters, deadline: number): Promise<void> {
  return context.until({
    for: `${p.node} to answer with its old addresses`,
    deadline,
    every: 2_000,
    probe: async () => {
      try {
        await context.reconnect(p.node);
        const gone = (await readText(context, p.node, p.path)) !== p.content;
        const active = await Promise.all(restoring.map((unit) => isActive(context, p.node, `${unit}.service`)));
        const ready = gone && !active.some((unit) => !unit.answered || unit.value);
        return { ok: ready, observed: ready ? 'restored' : 'not restored yet' };
      } catch (error) {
        return { ok: false, observed: sayAway(error) };
      }
    },
  });
}
