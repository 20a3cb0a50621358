import { rm } from 'node:fs/promises';
import type { Stores } from '../bundle/stores.ts';
import { Fault } from '../errors/fault.ts';
import type { Clock, HostKeyOffer, HostPool, HostTarget, Secrets } from '../host/host.ts';
import { textIfPresent } from '../host/read-text.ts';
import { isPinned, pinHostKeys, pinKeysOf } from '../host/ssh/known-hosts.ts';
import { writeAtomic } from '../host/write-atomic.ts';
import { loadProduct } from '../product/load.ts';
import type { Product } from '../product/schema.ts';
import type { Files } from '../site/files.ts';
import type { SiteDraft } from '../site/schema.ts';
import { kloudspot } from '../text/command.ts';
import { quote } from '../text/quote.ts';
import { offeredKeys, SimulatedPool } from './hosts/pool.ts';
import { type Anchor, VirtualClock } from './model/clock.ts';
import { machineOf, type State } from './model/state.ts';
import { Store } from './model/store.ts';
import { powerOff, powerOn } from './node/power.ts';
import { newState } from './scenario/create.ts';
import { loadScenario } from './scenario/load.ts';
import type { Scenario } from './scenario/schema.ts';
import { rehearsedStores } from './stores.ts';
import { nextHappening, scheduleHappenings } from './world/happenings.ts';
import { standUp } from './world/standing-cluster.ts';
import { World } from './world/world.ts';

export { listScenarios, type ScenarioTitle } from './scenario/load.ts';

/** When nothing was saved for this long (real ms), no process was there and time stood still. */
const asleepAfterMs = 3_600_000;
/** From this speed on there is no waiting at all. */
const leapsFrom = 100_000;
/** Between two processes time goes on, but no faster than this: the start of a process is real work. */
const fastestAlone = 100;
const usualScenario = 'healthy';

export interface RehearsalOptions {
  readonly files: Files;
  /** Name of a scenario or path of its file. Default: the current one, else the healthy one. */
  readonly scenario?: string | undefined;
  /** How many times faster than real time it goes. 0, and 100 000 and more: no waiting at all. */
  readonly speed: number;
  /** Passwords for nodes that ask for one. */
  readonly secrets?: Secrets | undefined;
  /** Starts over with untouched machines, whatever was rehearsed before. */
  readonly fresh?: boolean | undefined;
}

export interface Rehearsal {
  readonly scenario: string;
  readonly hosts: HostPool;
  readonly clock: Clock;
  /** A site that fits the simulated machines, to start with. */
  readonly draft: SiteDraft;
  /** File of the accepted keys. */
  readonly knownHosts: string;
  /** Whether a key of the node is accepted: its login then refuses every other one. */
  isPinned(node: string): Promise<boolean>;
  /** Host keys that a node shows and that are not accepted yet. Throws `HostFault` when it does not answer. */
  offeredHostKeys(target: HostTarget): Promise<HostKeyOffer[]>;
  pin(offers: readonly HostKeyOffer[]): Promise<void>;
  trustHostKeys(node: string, keys: readonly string[], how: { readonly besideOld: boolean }): Promise<void>;
  /** What stands for the stores of the internet. */
  readonly stores: Stores;
  /** Pulls a machine's plug, or gives it power again; it then boots. Machines have the names of the scenario. */
  setPower(machine: string, on: boolean): Promise<void>;
  /** Brings back the machines that `fresh` has replaced, as they were. */
  restore(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens the simulated machines. What has happened to them is kept under `files.rehearsal`, so that another process can go on;
 * `fresh` starts over. Throws `Fault` for an unknown scenario, for another one than the current one, and for a damaged model.
 */
export async function openRehearsal(options: RehearsalOptions): Promise<Rehearsal> {
  const { files } = options;
  const store = new Store(files.rehearsal);
  const kept = store.load();
  const id = options.scenario || kept?.scenario || usualScenario;
  if (kept && kept.scenario !== id && options.fresh !== true) throw otherScenario(kept.scenario, id);
  const scenario = await loadScenario(id);
  const product = await loadProduct(scenario.product);
  const speed = options.speed < leapsFrom ? Math.max(0, options.speed) : 0;
  const goesOn = kept !== undefined && options.fresh !== true;
  const anchor = goesOn ? nextAnchor(kept, scenario, speed) : { real: Date.now(), virtual: Date.now(), speed };
  const pins = goesOn ? undefined : await textIfPresent(files.knownHosts);
  // Those of the machines before: others of the same names are not theirs.
  if (!goesOn) await rm(files.knownHosts, { force: true });
  if (!goesOn) store.change(() => ({ state: firstState(id, scenario, anchor, product), result: undefined }));
  const world = new World({ store, clock: new VirtualClock(anchor), speed, scenario, product });
  const hosts = new SimulatedPool(world, files, options.secrets);
  return {
    scenario: id,
    hosts,
    clock: world.clock,
    draft: structuredClone(scenario.draft),
    stores: rehearsedStores(product),
    knownHosts: files.knownHosts,
    isPinned: (node) => isPinned(node, files),
    offeredHostKeys: (target) => offeredKeys(world, target, files),
    pin: (offers) => pinHostKeys(offers, files),
    trustHostKeys: (node, keys, { besideOld }) => pinKeysOf(node, keys, besideOld, files),
    setPower: async (machine, on) => {
      world.change((state) => (on ? powerOn : powerOff)(state, machineOf(state, machine)));
    },
    restore: async () => {
      if (kept === undefined || goesOn) return;
      store.change(() => ({ state: kept, result: undefined }));
      if (pins !== undefined) await writeAtomic(files.knownHosts, pins, 0o600);
    },
    close: async () => {
      world.rest();
      await hosts.close();
    },
  };
}

/** Untouched machines, or those of the cluster that stands. */
function firstState(id: string, scenario: Scenario, anchor: Anchor, product: Product): State {
  const state = newState(id, scenario, anchor);
  if (scenario.cluster) standUp(state, scenario.cluster, product);
  scheduleHappenings(state, scenario, product);
  return state;
}

/** Where time goes on: as it ran if someone was there a short while ago, else from where it stood. Without waiting it leaps to the scenario's next event. */
function nextAnchor(kept: State, scenario: Scenario, speed: number): Anchor {
  const before = kept.clock;
  const real = Date.now();
  // Not below 0, where someone set the clock back meanwhile.
  const gone = Math.max(0, real - before.real);
  const virtual =
    gone > asleepAfterMs
      ? Math.max(before.virtual, real)
      : before.virtual + gone * Math.min(before.speed, fastestAlone);
  const event = speed === 0 ? nextHappening(kept, scenario) : undefined;
  return { real, virtual: Math.max(Math.round(virtual), event ?? 0), speed };
}

/** What was built in one rehearsal is not thrown away by a slip in the name of another. */
function otherScenario(underWay: string, wanted: string): Fault {
  return new Fault({
    what: `The rehearsal ${underWay} is under way under this root, not ${wanted}.`,
    next: [
      '--rehearse without a name continues it.',
      `${kloudspot(`init --rehearse=${quote(wanted)}`)}  starts that one; --root DIR keeps them apart.`,
    ],
  });
}
