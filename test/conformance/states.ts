import { lockFolder } from '../../source/microk8s/node.ts';
import {
  type Bench,
  bench,
  copyOf,
  install,
  installTrack,
  joinCluster,
  microk8s,
  scenarioWith,
} from '../rehearsal/world.ts';

const address = { mode: 'static', gateway: '10.0.4.1' };
/** The recorded machines knew no name server, and no zone was stated for them. */
const recorded = scenarioWith({
  nodes: {
    'ks-1': { address: { ...address, address: '10.0.4.21' } },
    'ks-2': { address: { ...address, address: '10.0.4.87' } },
  },
});
const twoNetworks = scenarioWith({
  nodes: { 'ks-2': { furtherInterfaces: [{ name: 'eno2', address: '192.168.7.12', gateway: '192.168.7.1' }] } },
});

const withSudo = (sudoProgram: string, user = 'ubuntu') =>
  scenarioWith({ nodes: { 'ks-2': { login: { sudoProgram, user } } } });

/** Two machines with MicroK8s, each in a cluster of its own. */
async function fresh(track: string, scenario = recorded): Promise<Bench> {
  const world = await bench({ scenario: await scenario });
  await installTrack(world, track, 'ks-1', 'ks-2');
  return world;
}

export const addresses = { 'ks-1': '10.0.4.21', 'ks-2': '10.0.4.87' } as const;

/** A token of the seed with its fingerprint; `flags` as add-node takes them. */
export async function tokenOf(world: Bench, ...flags: readonly string[]): Promise<string> {
  const { stdout } = await world.run('ks-1', [microk8s, 'add-node', ...flags, '--format', 'json']);
  return JSON.parse(stdout).token;
}

const join = (world: Bench, ...flags: readonly string[]) =>
  joinCluster(world, 'ks-1', addresses['ks-1'], 'ks-2', ...flags);

/** Starts a join of ks-2 and ends it after so many ms. */
async function cutJoin(world: Bench, ms: number): Promise<void> {
  const token = await tokenOf(world);
  const words = [microk8s, 'join', `${addresses['ks-1']}:25000/${token}`];
  await world.run('ks-2', words, { deadline: ms }).catch(() => undefined);
}

/** Starts to leave with ks-2 and ends it while its services stop. */
async function cutLeave(world: Bench): Promise<void> {
  await world.run('ks-2', `${microk8s} leave`, { deadline: 3_000 }).catch(() => undefined);
}

interface State {
  readonly from?: string;
  /** Other machines than the usual two. */
  readonly scenario?: Promise<string>;
  /** Brings the state about; what it returns takes the place of a good token. */
  make?(world: Bench): Promise<string | undefined>;
}

const nothing = async (work: Promise<unknown>): Promise<undefined> => void (await work);

/** The states that situations begin in, each made by commands alone. */
const states: Readonly<Record<string, State>> = {
  fresh: {},
  'dns enabled': { make: async () => undefined },
  plain: {
    make: async (world) => {
      await world.run('ks-1', `${microk8s} disable dns`);
      return nothing(world.pass(40_000));
    },
  },
  'low memory': {
    make: async (world) => {
      for (const node of ['ks-1', 'ks-2'])
        await (await world.host(node)).writeFile({ path: `${lockFolder}/low-memory-guard.lock`, content: '' });
      return undefined;
    },
  },
  'token with a time limit': { make: (world) => tokenOf(world, '--token-ttl', '600') },
  'cut at the first restart': { make: (world) => nothing(cutJoin(world, 5_000)) },
  'leave cut': { from: 'member', make: (world) => nothing(cutLeave(world)) },
  'worker, leave cut': { from: 'worker', make: (world) => nothing(cutLeave(world)) },
  'ingress enabled': { make: (world) => nothing(world.run('ks-1', `${microk8s} enable ingress`)) },
  worker: { make: (world) => nothing(join(world, '--worker')) },
  member: { make: (world) => nothing(join(world)) },
  stopped: { make: (world) => nothing(world.run('ks-2', `${microk8s} stop`)) },
  'member stopped': { from: 'member', make: (world) => nothing(world.run('ks-2', `${microk8s} stop`)) },
  'member, seed lost': {
    from: 'member',
    // By the mark alone: a stop that is asked for hands the vote of the datastore over first.
    make: async (world) =>
      nothing((await world.host('ks-1')).writeFile({ path: `${lockFolder}/stopped.lock`, content: '' })),
  },
  'seed stopped': {
    make: async (world) => {
      const token = await tokenOf(world);
      await world.run('ks-1', `${microk8s} stop`);
      return token;
    },
  },
  'token unknown': { make: async () => `${'0'.repeat(32)}` },
  'another fingerprint': { make: async (world) => `${(await tokenOf(world)).split('/')[0]}/${'0'.repeat(12)}` },
  'installed again': {
    from: 'member',
    make: async (world) => {
      await world.run('ks-2', 'snap remove --purge microk8s');
      return nothing(install(world, 'ks-2'));
    },
  },
  'token used': {
    make: async (world) => {
      const token = await tokenOf(world);
      await world.run('ks-1', [microk8s, 'join', `${addresses['ks-1']}:25000/${token}`]);
      return token;
    },
  },
  'token expired': {
    make: async (world) => {
      const token = await tokenOf(world, '--token-ttl', '1');
      await world.pass(3_000);
      return token;
    },
  },
  'marked as joining': {
    make: async (world) =>
      nothing((await world.host('ks-2')).writeFile({ path: `${lockFolder}/join-in-progress`, content: '' })),
  },
  'cut while waiting': {
    make: async (world) => {
      // Ended while it waits for its own membership, which the datastore completes without it.
      await cutJoin(world, 9_000);
      return nothing(world.pass(40_000));
    },
  },
  'cut, removed and forgotten': {
    from: 'cut while waiting',
    make: async (world) => {
      await world.run('ks-1', `${microk8s} remove-node ${addresses['ks-2']} --force`);
      return nothing(world.pass(35_000));
    },
  },
  'member without Node': {
    from: 'member',
    make: async (world) => {
      await world.setPower('ks-2', false);
      await world.pass(60_000);
      return nothing(world.run('ks-1', `${microk8s} kubectl delete nodes ks-2`));
    },
  },
  'member at another address': { scenario: twoNetworks, make: (world) => nothing(join(world)) },
  'agent down': {
    from: 'member',
    make: async (world) => {
      await world.run('ks-1', `${microk8s} disable dns`);
      return nothing(world.run('ks-2', `${microk8s} stop`));
    },
  },
  'agent down, rbac failed, node removed': {
    from: 'agent down',
    make: async (world) => {
      await world.run('ks-1', `${microk8s} enable rbac`);
      return nothing(world.run('ks-1', `${microk8s} remove-node ks-2 --force`));
    },
  },
  // Only root works on a machine without it.
  'no sudo': { scenario: withSudo('none', 'root'), make: async () => undefined },
  'sudo-rs': {
    scenario: withSudo('sudo-rs'),
    make: async (world) => {
      await world.run('ks-2', `${microk8s} disable dns`);
      return nothing(world.pass(40_000));
    },
  },
  'metallb enabled': {
    make: (world) => nothing(world.run('ks-1', `${microk8s} enable metallb:10.0.4.200/32`)),
  },
};

interface Made {
  readonly world: Bench;
  readonly token: string | undefined;
}

const made = new Map<string, Promise<Made>>();

function keep(name: string, track: string): Promise<Made> {
  const key = `${name} ${track}`;
  const known = made.get(key) ?? make(name, track);
  made.set(key, known);
  return known;
}

async function make(name: string, track: string): Promise<Made> {
  const state = states[name];
  if (state === undefined) throw new Error(`No command brings a rehearsed machine into the state: ${name}.`);
  if (state.make === undefined) return { world: await fresh(track, state.scenario), token: undefined };
  const world =
    state.scenario === undefined
      ? await copyOf((await keep(state.from ?? 'fresh', track)).world)
      : await fresh(track, state.scenario);
  return { world, token: await state.make(world) };
}

/** A world in that state, for one situation alone, and the token that its command uses. */
export async function inState(name: string, track: string): Promise<{ readonly world: Bench; readonly token: string }> {
  const { world: first, token } = await keep(name, track);
  const world = await copyOf(first);
  return { world, token: token ?? (await tokenOf(world).catch(() => 'none')) };
}
