import { lookAgain } from '../../host/look-again.ts';
import type { StepContext } from '../step.ts';
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

/** Whether a unit, such as `NAME.timer`, is active or about to be. */
export async function isActive(context: StepContext, node: string, unit: string): Promise<boolean> {
  const { stdout } = await lookAgain(() => look(context, node, ['systemctl', 'is-active', unit], seconds(10)));
  return stdout.trim() === 'active' || stdout.trim() === 'activating';
}
