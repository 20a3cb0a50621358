import { Fault } from '../errors/fault.ts';
import type { NodeFacts } from '../facts/facts.ts';
import { gatherFacts } from '../facts/gather.ts';
import type { HostTarget } from '../host/host.ts';
import { HostFault } from '../host/host-fault.ts';
import type { Passwords } from '../host/secrets.ts';
import { targetOf } from '../network/targets.ts';
import type { DraftValue, Site, SiteDraft } from '../site/schema.ts';
import type { AccessState } from './session.ts';
import type { World } from './world.ts';

/** Packages whose presence the checks and steps look at. */
export const packagesOfInterest = [
  'lvm2',
  'open-iscsi',
  'docker.io',
  'docker-ce',
  'containerd.io',
  'ufw',
  'multipath-tools',
] as const;

interface Reach {
  readonly world: World;
  readonly passwords: Passwords;
  readonly accepted: ReadonlySet<string>;
  readonly onState: (node: string, state: AccessState) => void;
  readonly signal: AbortSignal;
}

/** Reaches every node of a draft side by side. A node without a name goes by its address. */
export async function reachNodes(draft: SiteDraft, reach: Reach): Promise<void> {
  const nodes = Array.isArray(draft['nodes']) ? draft['nodes'] : [];
  await Promise.all(nodes.map(draftTarget).map(async (target) => target && reachNode(target, reach)));
}

async function reachNode(target: HostTarget, { world, passwords, accepted, onState, signal }: Reach): Promise<void> {
  onState(target.node, { state: 'connecting', sinceMs: Date.now() });
  const tell = (state: AccessState) => {
    if (!signal.aborted) onState(target.node, state);
  };
  try {
    const offers = target.local ? [] : await world.offeredHostKeys(target);
    const known = offers.filter((offer) => accepted.has(offer.fingerprint) && !offer.changedFrom);
    if (known.length > 0 && known.length === offers.length) await world.pin(known);
    else if (offers.length > 0) return tell({ state: 'host-key-unknown', offers });
    await world.hosts.forget(target.node);
    const host = await world.hosts.get(target);
    const facts = await gatherFacts(host, { node: target.node, clock: world.clock, packages: packagesOfInterest });
    if (['password', 'refused'].includes(facts.access.sudo) && passwords.sudo(target.node) === undefined) {
      return tell({
        state: 'password-needed',
        for: 'sudo',
        why: `${facts.access.user} may become root with a password only.`,
      });
    }
    tell({ state: 'ready', facts });
  } catch (error) {
    tell(stateOf(error));
  }
}

function stateOf(error: unknown): AccessState {
  if (error instanceof HostFault && error.kind === 'login-refused')
    return { state: 'password-needed', for: 'login', why: error.message };
  if (error instanceof HostFault && error.kind === 'sudo-refused')
    return { state: 'password-needed', for: 'sudo', why: error.message };
  if (error instanceof Fault) return { state: 'failed', what: error.message, next: error.next };
  throw error;
}

/** Where a node that is still being written down can be reached; undefined while its address is missing. */
function draftTarget(node: DraftValue): HostTarget | undefined {
  if (typeof node !== 'object' || node === null || Array.isArray(node)) return undefined;
  const { reach, name, seat, access } = node;
  if (typeof reach !== 'string' || reach === '') return undefined;
  const login = typeof access === 'object' && access !== null && !Array.isArray(access) ? access : {};
  return {
    node: typeof name === 'string' && name !== '' ? name : reach,
    addresses: [reach],
    ...(seat === true ? { local: true } : {}),
    ...(typeof login['user'] === 'string' ? { user: login['user'] } : {}),
    ...(typeof login['port'] === 'number' ? { port: login['port'] } : {}),
    ...(typeof login['key'] === 'string' ? { identityFile: login['key'] } : {}),
    ...(typeof login['jump'] === 'string' ? { jump: login['jump'] } : {}),
  };
}

/** Facts of all nodes of a site, side by side. Throws the first node's fault, with the others named, when one is not reached. */
export async function gatherSite(site: Site, world: World): Promise<ReadonlyMap<string, NodeFacts>> {
  const answers = await Promise.allSettled(
    site.nodes.map(async (node) => {
      const host = await world.hosts.get(targetOf(node));
      return gatherFacts(host, { node: node.name, clock: world.clock, packages: packagesOfInterest });
    }),
  );
  const facts = new Map<string, NodeFacts>();
  const faults: unknown[] = [];
  for (const [index, answer] of answers.entries()) {
    const name = site.nodes[index]?.name ?? '';
    if (answer.status === 'fulfilled') facts.set(name, answer.value);
    else faults.push(answer.reason);
  }
  if (faults.length === 0) return facts;
  throw notReached(faults, site.nodes.length);
}

function notReached(faults: readonly unknown[], nodes: number): unknown {
  const known = faults.filter((fault) => fault instanceof Fault);
  const [first] = known;
  if (known.length < faults.length || !first || faults.length === 1)
    return faults.find((fault) => !(fault instanceof Fault)) ?? first;
  return new Fault({
    what: `${faults.length} of ${nodes} nodes could not be looked at.`,
    where: known.map(({ where }) => where).join(', '),
    why: known.map((fault) => `${fault.where ?? ''}: ${fault.message}`).join('\n'),
    next: [...new Set(known.flatMap(({ next }) => next))],
    exitCode: first.exitCode,
  });
}
