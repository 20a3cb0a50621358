import { LabWorld, labAddresses } from './lab-world.ts';

const seed = (token: string) => `${labAddresses['ks-1']}:25000/${token}`;

/** A token of the seed with its fingerprint; `flags` as add-node takes them. */
export function tokenOf(world: LabWorld, ...flags: readonly string[]): string {
  return world.run('ks-1', ['add-node', ...flags, '--format', 'token-check']).stdout.trim();
}

/** It hands the environment on to no one (sudo-rs 0.2.15). */
const sudoRs = `if [ "$1" = -E ]; then
  shift
  echo "sudo: preserving the entire environment is not supported, '-E' is ignored" >&2
fi
exec env -i PATH="$PATH" "$@"`;

interface LabState {
  readonly from?: string;
  /** Brings the state about; what it returns takes the place of a good token. */
  make?(world: LabWorld): string | undefined;
}

const done = (..._: readonly unknown[]): undefined => undefined;
const join = (world: LabWorld, ...flags: readonly string[]) =>
  world.run('ks-2', ['join', seed(tokenOf(world)), ...flags]);
const pass = (seconds: number) => Math.floor(Date.now() / 1000) - seconds;

/** The states that situations begin in, made by commands or, where none leads there, in the files and the model. */
const states: Readonly<Record<string, LabState>> = {
  fresh: {},
  plain: {},
  'dns enabled': { make: (world) => done(world.run('ks-1', ['enable', 'dns'])) },
  worker: { make: (world) => done(join(world, '--worker')) },
  member: { make: (world) => done(join(world)) },
  stopped: { make: (world) => done(world.run('ks-2', ['stop'])) },
  'member stopped': { from: 'member', make: (world) => done(world.run('ks-2', ['stop'])) },
  'member, seed lost': { from: 'member', make: (world) => done(world.run('ks-1', ['stop'])) },
  'seed stopped': {
    make: (world) => {
      const token = tokenOf(world);
      world.run('ks-1', ['stop']);
      return token;
    },
  },
  'no sudo': { make: (world) => done(world.removeSudo()) },
  'sudo-rs': { make: (world) => done(world.giveSudo(sudoRs)) },
  'low memory': {
    make: (world) => done(world.mark('ks-1', 'low-memory-guard.lock'), world.mark('ks-2', 'low-memory-guard.lock')),
  },
  'API down': { make: (world) => done(world.edit(({ down }) => down.push('ks-1'))) },
  'token unknown': { make: () => '0'.repeat(32) },
  'another fingerprint': { make: (world) => `${tokenOf(world).split('/')[0]}/${'0'.repeat(12)}` },
  'token used': {
    make: (world) => {
      const token = tokenOf(world);
      world.run('ks-1', ['join', seed(token)]);
      return token;
    },
  },
  'token expired': {
    make: (world) => {
      const token = tokenOf(world, '--token-ttl', '600');
      world.write('ks-1', 'data/credentials/cluster-tokens.txt', `${token.split('/')[0]}|${pass(3)}\n`);
      return token;
    },
  },
  'token with a time limit': { make: (world) => tokenOf(world, '--token-ttl', '600') },
  'installed again': { from: 'member', make: (world) => done(world.layOut('ks-2')) },
  'marked as joining': { make: (world) => done(world.mark('ks-2', 'join-in-progress')) },
  'cut while waiting': { from: 'member', make: (world) => done(cutWhileWaiting(world)) },
  'cut, removed and forgotten': {
    from: 'cut while waiting',
    make: (world) => done(world.run('ks-1', ['remove-node', labAddresses['ks-2'], '--force'])),
  },
  'cut at the first restart': { make: (world) => done(world.mark('ks-2', 'join-in-progress')) },
  'member without Node': { from: 'member', make: (world) => done(world.edit(withoutNode)) },
  'Node without member': {
    from: 'member',
    make: (world) =>
      done(
        world.edit(({ clusters }) => {
          const own = clusters['ks-1'];
          if (own) own.members = own.members.filter(({ machine }) => machine !== 'ks-2');
        }),
      ),
  },
  'member at another address': {
    from: 'member',
    make: (world) =>
      done(
        world.edit(({ clusters }) => {
          for (const node of clusters['ks-1']?.nodes ?? []) if (node.name === 'ks-2') node.address = '192.168.7.12';
        }),
      ),
  },
  'leave cut': { from: 'member' },
  'metallb enabled': { make: (world) => done(world.run('ks-1', ['enable', 'metallb:10.99.0.201/32'])) },
  'ingress enabled': { make: (world) => done(world.run('ks-1', ['enable', 'ingress'])) },
};

function withoutNode({ clusters }: Parameters<Parameters<LabWorld['edit']>[0]>[0]): void {
  const own = clusters['ks-1'];
  if (own) own.nodes = own.nodes.filter(({ name }) => name !== 'ks-2');
}

function cutWhileWaiting(world: LabWorld): void {
  world.edit(withoutNode);
  world.unmark('ks-2', 'no-cert-reissue');
  world.mark('ks-2', 'join-in-progress');
}

const made = new Map<string, { readonly world: LabWorld; readonly token: string | undefined }>();

function keep(name: string, track: string) {
  const key = `${name} ${track}`;
  const known = made.get(key) ?? make(name, track);
  made.set(key, known);
  return known;
}

function make(name: string, track: string) {
  const state = states[name];
  if (state === undefined) throw new Error(`Nothing brings the lab's stand-in into the state: ${name}.`);
  if (name === 'fresh') return { world: new LabWorld(track), token: undefined };
  const world = new LabWorld(track, keep(state.from ?? 'fresh', track).world);
  return { world, token: state.make?.(world) };
}

/** A world in that state, for one situation alone, and the token that its command uses. */
export function inLabState(name: string, track: string): { readonly world: LabWorld; readonly token: string } {
  const { world: first, token } = keep(name, track);
  const world = new LabWorld(track, first);
  return { world, token: token ?? tokenOf(world) };
}
