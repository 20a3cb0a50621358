import { type Answer, firstWords } from '../../host/answer.ts';
import { lookAgain } from '../../host/look-again.ts';
import type { StepContext } from '../step.ts';
import { look } from './carry-out.ts';
import { seconds } from './define.ts';
import { untilTold } from './told.ts';

/** A timer of systemd on a node that runs a script by itself, unless it is stopped before: the way back from what may cut the node off. */
export const armTimer = (unit: string, afterSeconds: number, script: string): string[] => [
  'systemd-run',
  `--unit=${unit}`,
  '--collect',
  `--on-active=${afterSeconds}`,
  '--timer-property=AccuracySec=100ms',
  script,
];

export const stopTimer = (unit: string): string[] => ['systemctl', 'stop', `${unit}.timer`];

/** Whether a unit, such as `NAME.timer`, is active or about to be. Throws `StepFault` where systemd does not answer. */
export async function isActive(context: StepContext, node: string, unit: string): Promise<boolean> {
  const state = await untilTold(context, { node, what: `unit ${unit}`, ask: () => activeState(context, node, unit) });
  return state === 'active' || state === 'activating';
}

/** systemctl(1): the state is printed, also that of a unit that is not there; the exit code says less. */
async function activeState(context: StepContext, node: string, unit: string): Promise<Answer<string>> {
  const result = await lookAgain(() => look(context, node, ['systemctl', 'is-active', unit], seconds(10)));
  const value = result.stdout.trim();
  return value === '' ? { answered: false, said: firstWords(result) } : { answered: true, value };
}
