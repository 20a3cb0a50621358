import { defined } from '../../text/defined.ts';
import { sharedEngines } from '../engines/engines.ts';
import type { Departure } from '../standing/changes.ts';
import { type LeavePart, leaveParts } from '../standing/leave-table.ts';
import type { StandingCluster } from '../standing/standing.ts';
import type { PlannedStep } from '../step.ts';
import { planDrain } from '../steps/drain.ts';
import { planLocalVolumes } from '../steps/local-volumes.ts';
import { planNodeLeave } from '../steps/node-leave.ts';
import type { Planning } from './planning.ts';

/** The steps that take these nodes out, one node after the other, each in the order of the table. */
export function planDepartures(planning: Planning, some: readonly Departure[]): void {
  const { cluster, list, site } = planning;
  if (cluster === undefined) return;
  for (const departure of some) {
    for (const part of leaveParts(departure, site.storage.shared.engine))
      for (const step of stepsOf(part, departure, planning, cluster)) list.addCluster(step);
  }
}

/** None where there is nothing of this part on the node. */
function stepsOf(
  part: LeavePart,
  departure: Departure,
  { seed, site, product }: Planning,
  standing: StandingCluster,
): readonly PlannedStep[] {
  const { node, alive, becomes, ...rest } = departure;
  const place = { node, seed: seed.name };
  switch (part) {
    case 'drain':
      return [planDrain({ ...place, ...defined({ becomes }) })];
    case 'member':
      return [planNodeLeave({ ...rest, ...place, alive, ...defined({ becomes }) })];
    case 'volumes': {
      const own = standing.locals.filter((volume) => volume.node === node);
      const volumes = own.map(({ namespace, claim, volume, pod }) => ({
        namespace,
        claim,
        volume,
        ...defined({ pod }),
      }));
      return volumes.length === 0 ? [] : [planLocalVolumes({ ...place, volumes })];
    }
    case 'pool': {
      const own = standing.pools.filter((pool) => pool.node === node);
      const engine = sharedEngines[site.storage.shared.engine];
      return own.flatMap(({ name }) => engine.leave({ ...place, product, instance: name, alive }));
    }
  }
}
