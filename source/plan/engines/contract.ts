import { chartReference } from '../../product/load.ts';
import type { Product } from '../../product/schema.ts';
import type { SharedVolume } from '../../storage/shared.ts';
import type { PlanInput } from '../input.ts';
import { planChart } from '../release/charts.ts';
import type { AnyStepKind, PlannedStep } from '../step.ts';

/** What every part of an engine is planned from. */
export interface EngineInput extends Pick<PlanInput, 'site' | 'product' | 'readChart' | 'bundle'> {
  /** Name of the manager that the cluster is changed through. */
  readonly seed: string;
}

/** The logical volume under the pool of one node. */
export interface PoolPlace extends Pick<SharedVolume, 'group' | 'volume'> {
  readonly node: string;
}

/** What an engine is installed from. */
export interface SharedEngineInput extends EngineInput {
  /** The logical volume under the pool of each node that carries one. */
  readonly pools: readonly PoolPlace[];
  /** The engine of unshared volumes is beside it. */
  readonly besideLvm: boolean;
  /** Nodes that leave the cluster later and whose pools stay until then. */
  readonly keep?: readonly string[];
}

/** A pool whose logical volume is to grow, from and to so many GiB. */
export interface PoolGrowth extends PoolPlace {
  readonly standing: number;
  readonly gib: number;
}

/** Pools that are to grow. */
export interface PoolGrowthInput extends Pick<EngineInput, 'seed' | 'product'> {
  readonly pools: readonly PoolGrowth[];
}

/** Copies of shared volumes on so many pools; those that are to go do not count. */
export interface CopiesInput extends Pick<EngineInput, 'seed' | 'product'> {
  readonly pools: number;
  readonly without: readonly string[];
}

/** One node's pool that goes. `instance`: its name in the cluster. */
export interface PoolLeaveInput extends Pick<EngineInput, 'seed' | 'product'> {
  readonly node: string;
  readonly instance: string;
  readonly alive: boolean;
}

/** How an engine that holds shared volumes comes into a cluster. What it holds is computed in `storage/engines/`. */
export interface SharedEngine {
  /** Its own kinds of steps. */
  readonly kinds: readonly AnyStepKind[];
  /** Values of its chart before any pool is known: the images that it starts follow from them. Undefined: it has no chart. */
  chartValues(besideLvm: boolean): string | undefined;
  /** Everything from its chart to the class of shared volumes, in order. */
  steps(input: SharedEngineInput): readonly PlannedStep[];
  /** What makes pools take the space that their logical volumes were grown by. */
  grow(input: PoolGrowthInput): readonly PlannedStep[];
  /** Gives each volume its copies after pools came, and before some go. */
  copies(input: CopiesInput): readonly PlannedStep[];
  /** Takes the pool of one node away. */
  leave(input: PoolLeaveInput): readonly PlannedStep[];
}

/** Where an engine's chart comes from and which release it becomes, as the product says. */
export function engineChart(
  { product, seed, readChart: read, bundle }: EngineInput,
  engine: Product['storage']['lvm'],
) {
  const { chart, repository, version, release, namespace } = engine;
  const wish = { reference: chartReference(product, chart), repository, version };
  return { seed, release, namespace, chart: planChart(wish, release, seed, { read, bundle }) };
}
