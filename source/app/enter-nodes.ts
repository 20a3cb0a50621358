import { setTimeout as wait } from 'node:timers/promises';
import { Fault } from '../errors/fault.ts';
import type { Host, HostTarget } from '../host/host.ts';
import { type HostFault, isRefusal } from '../host/host-fault.ts';
import { type Access, type AccessPrompts, connect, type Seen } from './connect.ts';
import type { OpenedSite } from './site.ts';

/** Nodes that answer and do not let us in, each with its own words: they are not tried again, since each try counts as a failed login there. */
export type RefusedNodes = ReadonlyMap<string, HostFault>;

export interface Entered {
  readonly refused: RefusedNodes;
  /** Of those that show another host key than the pinned one: why they were not reached, and what to do about it. */
  readonly changed: Pick<Seen, 'unreached' | 'advice'>;
}

const none: Entered['changed'] = { unreached: new Map(), advice: new Map() };

/**
 * Logs in to the nodes that answer; dead ones are not waited for. Host keys and passwords are asked for only where one refuses. One
 * that refuses all the same costs only itself; throws a `Fault` where no node lets us in.
 */
export async function enterNodes(
  targets: readonly HostTarget[],
  { world, passwords }: Pick<OpenedSite, 'world' | 'passwords'>,
  loadPrompts: () => Promise<AccessPrompts>,
): Promise<Entered> {
  const { entered, refused } = await tryAll(targets, world);
  if (refused.size === 0) return { refused, changed: none };
  const access = { world, passwords, prompts: { ...(await loadPrompts()), withoutChanged: true } };
  if (!entered) {
    const seen = await connect(among(targets, refused), access);
    return { refused: new Map([...refused].filter(([node]) => seen.unreached.has(node))), changed: seen };
  }
  const other = only(refused, ({ kind }) => kind === 'host-key-changed');
  const changed = other.size === 0 ? none : await connect(among(targets, other), access);
  const helped = only(refused, (fault) => mayBeHelped(fault, access));
  if (helped.size === 0) return { refused, changed };
  await connect(among(targets, helped), access).catch((error: unknown) => {
    if (!(error instanceof Fault)) throw error;
  });
  const again = await tryAll(among(targets, helped), world);
  return { refused: new Map([...[...refused].filter(([node]) => !helped.has(node)), ...again.refused]), changed };
}

const only = (some: RefusedNodes, which: (fault: HostFault) => boolean): RefusedNodes =>
  new Map([...some].filter(([, fault]) => which(fault)));

const among = (targets: readonly HostTarget[], some: RefusedNodes): HostTarget[] =>
  targets.filter(({ node }) => some.has(node));

/** Whether an answer that can be asked for may open the node. */
const mayBeHelped = ({ kind, wants }: HostFault, { prompts }: Access): boolean =>
  kind === 'host-key-unknown' ? prompts.trust !== undefined : wants !== undefined && prompts.password !== undefined;

async function tryAll(
  targets: readonly HostTarget[],
  world: OpenedSite['world'],
): Promise<{ readonly entered: boolean; readonly refused: RefusedNodes }> {
  let entered = false;
  const refused = new Map<string, HostFault>();
  await Promise.all(
    targets.map(async (target) => {
      try {
        const host = await Promise.race([enter(target, world), wait(4_000, undefined, { ref: false })]);
        entered ||= host !== undefined;
      } catch (error) {
        if (isRefusal(error)) refused.set(target.node, error);
      }
    }),
  );
  return { entered, refused };
}

/** Throws `HostFault` where the login does not lead to root: most of what a node says of itself is read as root. */
async function enter(target: HostTarget, world: OpenedSite['world']): Promise<Host> {
  const host = await world.hosts.get(target);
  // sudo itself says why it refuses.
  if (target.kubeconfig === undefined && (await host.access()).sudo === 'refused')
    await host.run(['true'], { sudo: true });
  return host;
}
