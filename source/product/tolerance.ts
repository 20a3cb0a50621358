import type { SiteNode } from '../site/schema.ts';
import { counted } from '../text/plural.ts';
import { enabledComponents } from './features.ts';
import type { Product } from './schema.ts';
import { copiesOf, instanceCounts, onlyControls } from './shape.ts';

/** How many nodes of a kind may be lost before something that is wanted is gone. */
export interface Tolerance {
  /** Whichever they are, at the same moment. */
  readonly atOnce: number;
  /** One after the other, each once the cluster has settled. */
  readonly inTurn: number;
}

/** The datastore never has more voters; a manager that stands by takes the place of a lost one, within 30 s. */
const mostVoters = 3;
const majority = (members: number): number => Math.max(0, Math.floor((members - 1) / 2));

/** What the datastore survives: a majority of its voters must live. Two managers are one voter and one that only copies. */
export function controlTolerance(managers: number): Tolerance {
  const atOnce = majority(Math.min(managers, mostVoters));
  return { atOnce, inTurn: managers <= mostVoters ? atOnce : Math.min(managers - 2, 2) };
}

/** What the copies of its data survive, by the part that has the fewest; undefined where nothing is kept on nodes. */
function dataTolerance(
  product: Product,
  features: readonly string[],
  nodes: readonly Pick<SiteNode, 'role'>[],
): number | undefined {
  const counts = instanceCounts(product, nodes);
  const losses = enabledComponents(product, features).flatMap(({ kind, instances }) => {
    if (kind === 'stateful-lvm') return [majority(copiesOf(instances, counts))];
    return kind === 'stateful-shared' ? [majority(counts.replicas)] : [];
  });
  return losses.length === 0 ? undefined : Math.min(...losses);
}

/** What may fail without loss, in one or two sentences. */
export function toleranceWords(
  product: Product,
  features: readonly string[],
  nodes: readonly Pick<SiteNode, 'role'>[],
): string {
  const managers = nodes.filter(({ role }) => role === 'manager').length;
  const control = controlTolerance(managers);
  const data = dataTolerance(product, features, nodes) ?? Number.POSITIVE_INFINITY;
  const only = onlyControls(product, nodes);
  const parts = only
    ? [`of the managers ${losses(control)}`, ...(Number.isFinite(data) ? [`of the workers ${losses(same(data))}`] : [])]
    : [losses({ atOnce: Math.min(control.atOnce, data), inTurn: Math.min(control.inTurn, data) })];
  const first = `Without loss may fail: ${parts.join(', ')}.`;
  const both = control.inTurn > control.atOnce && data > control.atOnce;
  return both
    ? `${first} Two managers at once only where at most one of them votes: ${mostVoters} of ${managers} do.`
    : first;
}

const same = (count: number): Tolerance => ({ atOnce: count, inTurn: count });

function losses({ atOnce, inTurn }: Tolerance): string {
  if (atOnce === 0) return 'none';
  const once = `any ${atOnce === 1 ? 'one' : counted(atOnce, 'node')} at once`;
  return inTurn > atOnce ? `${once}, ${inTurn} one after the other (a manager on standby votes within 30 s)` : once;
}
