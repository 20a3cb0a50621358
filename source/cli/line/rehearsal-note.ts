import type { World } from '../../app/world.ts';
import { defined } from '../../text/defined.ts';

/** The first line of whatever a verb prints in a rehearsal, so that no one takes its nodes for real ones. */
export function rehearsalNote({ scenario }: Pick<World, 'scenario'>): string[] {
  return scenario === undefined ? [] : [`REHEARSAL ${scenario}: no machine is touched.`];
}

/** The same for machines. */
export function scenarioOf({ scenario }: Pick<World, 'scenario'>): { readonly rehearsal?: string } {
  return defined({ rehearsal: scenario });
}
