import { exitCode, Fault } from '../errors/fault.ts';
import type { NodeFacts } from '../facts/facts.ts';
import type { HostKeyOffer, HostTarget } from '../host/host.ts';
import type { Passwords } from '../host/secrets.ts';
import { forgetKeys, showHostKey } from '../host/ssh/show-host-key.ts';
import { counted } from '../text/plural.ts';
import { columns } from '../text/table.ts';
import { changedFrom, type Reached, type ReachOptions, reachNode, reasonOf } from './reach-node.ts';
import type { World } from './world.ts';

/** What was seen of the nodes, and why some were not. */
export interface Seen {
  readonly facts: ReadonlyMap<string, NodeFacts>;
  /** Node → why it was not reached, in words. */
  readonly unreached: ReadonlyMap<string, string>;
  /** Node → what to do about it, where its host says so. */
  readonly advice: ReadonlyMap<string, string>;
}

/** Questions about access to nodes. One that is missing cannot be asked. */
export interface AccessPrompts {
  /** For verbs that only look: a node that shows another key than the pinned one is not reached, and the others are. */
  readonly withoutChanged?: boolean;
  /** Whether new host keys may be pinned. */
  trust?(offers: readonly HostKeyOffer[]): Promise<boolean>;
  /** The password that a node asks for. */
  password?(refusal: Refusal): Promise<string>;
}

/** A password that a node wants. */
export interface Refusal {
  readonly node: string;
  readonly kind: 'login' | 'sudo';
  readonly why: string;
}

/** What a node is reached with. */
export interface Access {
  readonly world: World;
  readonly passwords: Passwords;
  readonly prompts: AccessPrompts;
  readonly onLogin?: ReachOptions['onLogin'];
}

/** So often passwords are asked for. */
const attempts = 3;

/** Looks at all nodes side by side. A node that is not reached costs only itself. */
export async function lookAtNodes(targets: readonly HostTarget[], world: World): Promise<Seen> {
  return seenIn(await reachAll(targets, world), world);
}

/**
 * The same, once every node that answers accepts the login: new host keys are shown together and pinned, passwords asked for.
 * Throws a `Fault` with the whole list where that cannot be asked, and for a host key that has changed.
 */
export async function connect(targets: readonly HostTarget[], access: Access): Promise<Seen> {
  const { world, onLogin } = access;
  const states = await reachAll(targets, world, { onLogin });
  const again = async (nodes: ReadonlySet<string>) => {
    const some = targets.filter(({ node }) => nodes.has(node));
    for (const [node, state] of await reachAll(some, world, { onLogin })) states.set(node, state);
  };
  const offers = [...states.values()].flatMap((state) => (state.state === 'host-key-unknown' ? state.offers : []));
  if (offers.length > 0) {
    await pin(offers, access);
    await again(new Set(offers.map(({ node }) => node)));
  }
  for (let asked = 0; ; asked++) {
    const refused = refusals(states);
    if ([...states.values()].some(({ state }) => state === 'refused')) throw accessRefused(states);
    if (refused.length === 0) return seenIn(states, world);
    if (access.prompts.password === undefined || asked === attempts) throw accessRefused(states);
    for (const refusal of refused) {
      access.passwords.give(refusal.node, refusal.kind, await access.prompts.password(refusal));
      await world.hosts.forget(refusal.node);
    }
    await again(new Set(refused.map(({ node }) => node)));
  }
}

async function reachAll(
  targets: readonly HostTarget[],
  world: World,
  options: ReachOptions = {},
): Promise<Map<string, Reached>> {
  return new Map(
    await Promise.all(targets.map(async (target) => [target.node, await reachNode(target, world, options)] as const)),
  );
}

function seenIn(states: ReadonlyMap<string, Reached>, { knownHosts }: World): Seen {
  const facts = new Map<string, NodeFacts>();
  const unreached = new Map<string, string>();
  const advice = new Map<string, string>();
  for (const [node, state] of states) {
    if (state.state === 'ready') facts.set(node, state.facts);
    else unreached.set(node, reasonOf(node, state) ?? '');
    if (state.state === 'failed' && state.next.length > 0) advice.set(node, state.next.join(' '));
    if (state.state === 'host-key-unknown' && changedFrom(state) !== undefined)
      advice.set(node, changedAdvice([node], knownHosts).join(' '));
  }
  return { facts, unreached, advice };
}

function refusals(states: ReadonlyMap<string, Reached>): Refusal[] {
  return [...states].flatMap(([node, state]) =>
    state.state === 'password-needed' ? [{ node, kind: state.for, why: state.why }] : [],
  );
}

async function pin(offers: readonly HostKeyOffer[], { world, prompts }: Access): Promise<void> {
  const changed = offers.filter(({ changedFrom }) => changedFrom !== undefined);
  if (changed.length > 0 && !prompts.withoutChanged) throw changedKeys(changed, world.knownHosts);
  const fresh = offers.filter((offer) => !changed.includes(offer));
  if (fresh.length === 0) return;
  if (prompts.trust === undefined) throw keysNotKnown(fresh);
  if (!(await prompts.trust(fresh))) throw keysNotAccepted();
  await world.pin(fresh);
}

/** One line for each key: node, address, fingerprint. */
export function keyLines(offers: readonly HostKeyOffer[]): string[] {
  return columns(offers.map(({ node, address, fingerprint }) => [node, address, fingerprint])).map((row) => `  ${row}`);
}

const keysNotAccepted = (): Fault =>
  new Fault({
    what: 'The host keys were not accepted.',
    unchanged: true,
    exitCode: exitCode.refused,
  });

function keysNotKnown(offers: readonly HostKeyOffer[]): Fault {
  return new Fault({
    what: `${counted(offers.length, 'host key is', 'host keys are')} not known yet, and there is no terminal to prompt on.`,
    why: keyLines(offers).join('\n').trim(),
    unchanged: true,
    next: [
      `Compare them with those that the nodes' own consoles show: ${showHostKey}`,
      'Then run the same command with --accept-new-host-keys added.',
    ],
    exitCode: exitCode.refused,
  });
}

function changedKeys(changed: readonly HostKeyOffer[], knownHosts: string): Fault {
  const nodes = [...new Set(changed.map(({ node }) => node))];
  return new Fault({
    what: `The host key of ${nodes.join(', ')} has changed.`,
    why: changed
      .map(({ node, changedFrom, fingerprint }) => `${node}: was ${changedFrom}, is ${fingerprint}`)
      .join('\n'),
    unchanged: true,
    next: changedAdvice(nodes, knownHosts),
    exitCode: exitCode.refused,
  });
}

const changedAdvice = (nodes: readonly string[], knownHosts: string): string[] => [
  'Either the node was reinstalled, or another machine answers in its place.',
  `Check the key on the node itself: ${showHostKey}`,
  ...forgetKeys(nodes, knownHosts),
];

/** Every node that refuses, each with what helps there. */
function accessRefused(states: ReadonlyMap<string, Reached>): Fault {
  const refused = [...states].flatMap(([node, state]) =>
    state.state === 'refused' || state.state === 'password-needed' ? [{ node, ...state }] : [],
  );
  const passwords =
    'Give passwords with --password-file FILE (mode 0600) or --password-fd N, or a key with access.key in the site file.';
  return new Fault({
    what: `${counted(refused.length, 'node refuses', 'nodes refuse')} access.`,
    where: refused.map(({ node }) => node).join(', '),
    why: refused.map(({ why }) => why).join('\n'),
    next: [
      ...refused.flatMap(({ state, next }) => (state === 'refused' ? next : [])),
      ...(refused.some(({ state }) => state === 'password-needed') ? [passwords] : []),
    ],
    exitCode: exitCode.refused,
  });
}
