import type { Host, HostFiles, HostKeyOffer, HostPool, HostTarget, Secrets } from '../../host/host.ts';
import { HostFault } from '../../host/host-fault.ts';
import { copyKeyByHand } from '../../host/ssh/by-hand.ts';
import { fingerprint, pinnedKeys } from '../../host/ssh/known-hosts.ts';
import { forgetKeys, showHostKey } from '../../host/ssh/show-host-key.ts';
import { defined } from '../../text/defined.ts';
import type { Machine } from '../model/machine.ts';
import { machineSeen, type State } from '../model/state.ts';
import { admits, workstationAddress } from '../node/packet-filter.ts';
import type { World } from '../world/world.ts';
import { type Connection, connectMs, hasAddress } from './connection.ts';
import { SimulatedHost } from './host.ts';

/** ms to open a connection to a machine that is there. */
const handshakeMs = 350;

/** Connections to simulated machines, one a node. */
export class SimulatedPool implements HostPool {
  readonly #world: World;
  readonly #files: HostFiles;
  readonly #secrets: Secrets | undefined;
  readonly #hosts = new Map<string, Host>();

  constructor(world: World, files: HostFiles, secrets: Secrets | undefined) {
    this.#world = world;
    this.#files = files;
    this.#secrets = secrets;
  }

  async get(target: HostTarget): Promise<Host> {
    const open = this.#hosts.get(target.node);
    if (open !== undefined) return open;
    const host = new SimulatedHost(this.#world, await this.#connect(target));
    this.#hosts.set(target.node, host);
    return host;
  }

  async forget(node: string): Promise<void> {
    await this.#hosts.get(node)?.close();
    this.#hosts.delete(node);
  }

  async close(): Promise<void> {
    for (const node of [...this.#hosts.keys()]) await this.forget(node);
  }

  async #connect(target: HostTarget): Promise<Connection> {
    const { machine, address } = await find(this.#world, target);
    const connection = {
      node: target.node,
      machine: machine.id,
      bootId: machine.bootId,
      address: target.local === true ? undefined : address,
      user: target.user ?? machine.login.user,
      sudoPassword: () => this.#secrets?.sudo(target.node),
    };
    if (target.local === true) return connection;
    const pinned = await pinnedKeys(target.node, this.#files);
    const shown = fingerprint(keyLine(target.node, machine));
    if (!pinned.includes(shown)) throw keyFault(target.node, address, { shown, pinned }, this.#files);
    mayLogIn(machine, target, this.#secrets?.login(target.node));
    return connection;
  }
}

/** The scenario whose machines include some that belong to no site yet. */
const withSpares = 'spare-machines';

/** The machine that answers on one of the target's addresses. Takes as long as a connection does; throws when none answers. */
async function find(
  world: World,
  target: HostTarget,
): Promise<{ readonly machine: Machine; readonly address: string }> {
  for (const address of target.addresses) {
    const machine = world.look((state) => answering(state, address));
    if (machine !== undefined) {
      await world.clock.sleep(handshakeMs);
      return { machine: world.look((state) => machineSeen(state, machine.id)), address };
    }
  }
  await world.clock.sleep(connectMs);
  const tried = target.addresses.join(', ');
  throw new HostFault('unreachable', target.node, {
    what: `${target.node} does not answer on ${tried}.`,
    ...world.look((state) => noAnswer(state, target.addresses)),
  });
}

/** Real machines give no other reason than the first; in a rehearsal it is known where no machine is at all. */
function noAnswer(state: State, addresses: readonly string[]): { readonly why: string; readonly next: string[] } {
  const known = state.machines.some((machine) =>
    addresses.some((address) => hasAddress({ ...machine, power: 'on' }, address) || machine.hostname === address),
  );
  if (known || state.scenario === withSpares)
    return {
      why: 'Connection timed out: the machine is off, still starting, or has another address.',
      next: ['Check that the machine is up, and that this is its address.'],
    };
  return {
    why: `Connection timed out: the scenario ${state.scenario} has no machine there.`,
    next: [
      `The scenario ${withSpares} has two machines more than its site. Rehearse it in a folder of its own, by --rehearse=${withSpares} and --root.`,
    ],
  };
}

/** A name leads to the machine that has it, an address to the one that has it. */
function answering(state: State, address: string): Machine | undefined {
  return state.machines.find(
    (machine) =>
      machine.power === 'on' &&
      (hasAddress(machine, address) || machine.hostname === address) &&
      admits(machine, workstationAddress, 'tcp', 22),
  );
}

/** As it stands in a file of known hosts; the simulated machines have no key of another kind. */
const keyLine = (node: string, { hostKey }: Machine): string => `${node} ssh-ed25519 ${hostKey}`;

/** What a node shows that is not pinned yet; nothing when the pinned key is shown. Throws `HostFault` when the machine does not answer. */
export async function offeredKeys(world: World, target: HostTarget, files: HostFiles): Promise<HostKeyOffer[]> {
  if (target.local === true) return [];
  const { machine, address } = await find(world, target);
  const pinned = await pinnedKeys(target.node, files);
  const line = keyLine(target.node, machine);
  const shown = fingerprint(line);
  if (pinned.includes(shown)) return [];
  return [{ node: target.node, address, fingerprint: shown, line, ...defined({ changedFrom: pinned[0] }) }];
}

function keyFault(
  node: string,
  address: string,
  { shown, pinned }: { readonly shown: string; readonly pinned: readonly string[] },
  files: HostFiles,
): HostFault {
  if (pinned.length === 0) {
    return new HostFault('host-key-unknown', node, {
      what: `The host key of ${node} (${address}) is not known yet.`,
      why: `It shows ${shown}.`,
      next: ['Compare the fingerprint with the one on the machine, then accept it.'],
    });
  }
  return new HostFault('host-key-changed', node, {
    what: `${node} (${address}) shows another host key than before.`,
    why: `It shows ${shown}; ${pinned.join(' or ')} was accepted before. The machine was reinstalled, or another machine answers.`,
    next: [`Find out which, before you accept the new key: ${showHostKey}`, ...forgetKeys([node], files.knownHosts)],
  });
}

function mayLogIn(machine: Machine, target: HostTarget, password: string | undefined): void {
  const { login } = machine;
  const known = target.user === undefined || target.user === login.user;
  if (known && (login.key || (login.password !== undefined && password === login.password))) return;
  const { node, addresses, user = login.user } = target;
  const what = `${node} refuses the login as ${user}.`;
  if (password !== undefined)
    throw new HostFault('login-refused', node, {
      what,
      why: 'The password was not accepted, and no key was either.',
      next: ['Give the right password, or the key of this user.'],
      wants: 'login',
    });
  throw new HostFault('login-refused', node, {
    what,
    why: 'No key was accepted. This machine takes passwords, but none was given.',
    next: [`Give a password, or put your key there: ${copyKeyByHand(target, addresses[0] ?? node)}`],
    wants: 'login',
  });
}
