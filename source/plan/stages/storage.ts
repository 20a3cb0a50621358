import { exitCode, Fault } from '../../errors/fault.ts';
import type { VolumeClass } from '../../product/schema.ts';
import { accessOf, accessTroubles } from '../../storage/access.ts';
import { ownClass } from '../../storage/classes.ts';
import { storageDemand } from '../../storage/demand.ts';
import { sharedEngine } from '../../storage/engines/engines.ts';
import { volumesFor } from '../../storage/volumes.ts';
import type { PoolPlace } from '../engines/contract.ts';
import { sharedEngines } from '../engines/engines.ts';
import { lvmSteps } from '../engines/lvm.ts';
import type { PlannedStep } from '../step.ts';
import { planClassCheck } from '../steps/class-check.ts';
import { storageEngine } from '../steps/storage-engine.ts';
import { addBundleImages, addBundleParts } from './bundle.ts';
import { planDeclaredClasses } from './declared.ts';
import { smallPools } from './growth.ts';
import type { Planning } from './planning.ts';

/** The engines that the chosen volumes need, the pool, and the classes that the product asks for its volumes by. */
export function planStorage(planning: Planning): void {
  const { site, list } = planning;
  refuseAccess(planning);
  const input = { ...planning, seed: planning.seed.name };
  const besideLvm = wants(planning, 'unshared') && !ownClass(site.storage, 'unshared');
  const shared = wants(planning, 'shared') && sharedEngine(site.storage.shared.engine).ours;
  const engine = sharedEngines[site.storage.shared.engine];
  const lvm = besideLvm ? lvmSteps(input) : [];
  const pools = poolsOf(planning);
  const replicated = shared
    ? [
        ...engine.steps({ ...input, pools, besideLvm, ...stayUntilLater(planning) }),
        ...copiesAfterChange(planning, pools.length),
      ]
    : [];
  // Neither engine needs the other: each is a chart of its own in a namespace of its own.
  list.addLines(
    () => list.addCluster(...lvm),
    () => list.addCluster(...replicated),
  );
  const small = shared && planning.standing ? smallPools(planning) : [];
  if (small.length > 0) for (const step of engine.grow({ ...input, pools: small })) list.addCluster(step);
  planDeclaredClasses(planning);
  // A class of the operator's own may come after the build: `start` looks at it where the product is deployed later.
  if (site.deploy === 'now') planOwnClasses(planning);
}

/** The engines alone, which rest on no size: pools and classes come with the rest of the site. */
export function planEngines(planning: Planning): void {
  const { site, list, seed, bundle } = planning;
  const input = { ...planning, seed: seed.name };
  const besideLvm = !ownClass(site.storage, 'unshared');
  const engine = sharedEngines[site.storage.shared.engine];
  const engines = (steps: readonly PlannedStep[]) => steps.filter(({ kind }) => kind === storageEngine.kind);
  if (bundle !== undefined) for (const { name } of site.nodes) addBundleParts(planning, name);
  addBundleImages(planning);
  list.addLines(
    () => besideLvm && list.addCluster(...engines(lvmSteps(input))),
    () => list.addCluster(...engines(engine.steps({ ...input, pools: poolsOf(planning), besideLvm }))),
  );
}

/** What the product rests on and is not ours is looked at, each time before the product is deployed. */
export function planOwnClasses(planning: Planning): void {
  const { site, product, list, seed } = planning;
  refuseAccess(planning);
  for (const of of volumeClasses) {
    const name = ownClass(site.storage, of);
    if (name !== undefined && wants(planning, of))
      list.addCluster(planClassCheck({ seed: seed.name, name, class: of, access: accessOf(site, product, of) }));
  }
}

/** Throws `Fault`: the pods would wait forever. */
function refuseAccess({ site, product }: Planning): void {
  const troubles = accessTroubles(site, product);
  if (troubles.length === 0) return;
  throw new Fault({
    what: `The storage class of shared volumes cannot hold ${troubles.map(({ volume }) => volume).join(', ')}.`,
    why: troubles.map(({ what }) => what).join('\n'),
    unchanged: true,
    next: [...new Set(troubles.map(({ advice }) => advice))],
    exitCode: exitCode.preflightFailed,
  });
}

const volumeClasses: readonly VolumeClass[] = ['unshared', 'shared'];

const wants = ({ site, product }: Planning, of: VolumeClass): boolean =>
  volumesFor(site, product).some((volume) => volume.class === of);

function poolsOf({ site, product }: Planning): PoolPlace[] {
  return site.nodes.flatMap((node) => {
    const { pool } = storageDemand(site, product, node);
    return pool ? [{ node: node.name, group: pool.group, volume: pool.volume }] : [];
  });
}

/** Pools of nodes that live and leave stay until others hold what they hold. */
function stayUntilLater({ cluster, leaving }: Planning): { readonly keep?: readonly string[] } {
  const keep = leaving.filter(
    ({ node, alive, why }) => alive && why === 'leaves' && cluster?.pools.some((pool) => pool.node === node),
  );
  return keep.length === 0 ? {} : { keep: keep.map(({ node }) => node) };
}

/** Where a pool came or goes, every shared volume gets its copies on those that stay. */
function copiesAfterChange({ site, product, seed, cluster, leaving }: Planning, pools: number): readonly PlannedStep[] {
  if (cluster === undefined || cluster.copies.length === 0) return [];
  const without = cluster.pools.filter(({ node }) => leaving.some((each) => each.node === node && each.why !== 'role'));
  const standing = cluster.pools.filter(({ node }) => site.nodes.some(({ name }) => name === node)).length;
  if (without.length === 0 && standing === pools) return [];
  const engine = sharedEngines[site.storage.shared.engine];
  return engine.copies({ seed: seed.name, product, pools, without: without.map(({ name }) => name) });
}
