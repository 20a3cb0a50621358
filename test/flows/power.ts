import { openRehearsal } from '../../source/rehearsal/rehearsal.ts';
import { filesUnder } from '../../source/site/files.ts';
import type { Rehearsal } from './program.ts';

/** Lets so many virtual ms pass for the rehearsed machines under a root. */
export async function letPass(root: string, ms: number): Promise<void> {
  const world = await openRehearsal({ files: filesUnder(root), speed: 0 });
  await world.clock.sleep(ms);
  await world.close();
}

/** Pulls the plug of a rehearsed machine, or gives it power again, and lets so many virtual ms pass. */
export const setPower = (rehearsal: Rehearsal, machine: string, on: boolean, passes?: number): Promise<void> =>
  setPowerUnder(rehearsal.path(), machine, on, passes);

/** The same for the rehearsed machines under a root. */
export async function setPowerUnder(root: string, machine: string, on: boolean, passes = 120_000): Promise<void> {
  const world = await openRehearsal({ files: filesUnder(root), speed: 0 });
  await world.setPower(machine, on);
  await world.clock.sleep(passes);
  await world.close();
}
