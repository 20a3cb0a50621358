import { filesUnder } from '../../source/site/files.ts';
import { type Bench, bench } from '../rehearsal/world.ts';
import type { Rehearsal } from './program.ts';

/** Does something on the simulated machines between two runs, as someone at their keyboard would. */
export async function onMachines<Result>(
  rehearsal: Rehearsal,
  act: (world: Bench) => Promise<Result>,
): Promise<Result> {
  const world = await bench({ scenario: rehearsal.scenario, files: filesUnder(rehearsal.path()), speed: 1_000_000 });
  try {
    return await act(world);
  } finally {
    await world.close();
  }
}
