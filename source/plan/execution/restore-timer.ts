import { type Answer, firstWords } from '../../host/answer.ts';
import { lookAgain } from '../../host/look-again.ts';
import type { LookContext } from '../step.ts';
import { look } from './carry-out.ts';
import { seconds } from './define.ts';

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

/**
 * Whether a unit, such as `NAME.timer`, is active or about to be. systemctl(1): the state is printed, also that of a unit that is not
 * there; the exit code says less.
 */
export async function isActive(context: LookContext, node: string, unit: string): Promise<Answer<boolean>> {
  const result = await lookAgain(() => look(context, node, ['systemctl', 'is-active', unit], seconds(10)));
  const state = result.stdout.trim();
  if (state === '') return { answered: false, said: firstWords(result) };
  return { answered: true, value: state === 'active' || state === 'activating' };
}
