import { runCommand } from '../execution/carry-out.ts';
import { command } from '../execution/define.ts';
import type { PlannedCommand, PlannedStep, StepContext } from '../step.ts';
import { type DeviceIdentity, identifyBlank, identifyErased } from './device-identity.ts';

/** A device that a step takes whole. `erase`: paths whose signatures are wiped first, because the operator typed its name. */
export interface TakenDevice {
  readonly node: string;
  readonly device: DeviceIdentity;
  readonly erase: readonly string[];
}

/** What is added to the commands of a step that takes a device. */
export const eraseCommands = ({ node, erase }: TakenDevice): PlannedCommand[] =>
  erase.length === 0
    ? []
    : [
        command('erase', node, ['wipefs', '-a', ...erase], {
          when: 'it carries something',
          note: 'its name was typed in site.yaml; all data on it is lost, and undo does not restore it',
        }),
      ];

/** Identifies the device, erases it where the site says so, and makes sure that it is blank. Throws `StepFault`. */
export async function takeDevice(
  context: StepContext,
  taken: TakenDevice,
  step: PlannedStep,
  wish: string,
): Promise<void> {
  const { node, device, erase } = taken;
  if (erase.length > 0 && (await identifyErased(context, node, { device, paths: erase, wish: 'erase what lies' })))
    await runCommand(context, step, 'erase');
  await identifyBlank(context, node, device, wish);
}
