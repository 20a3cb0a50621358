import { Fault } from '../errors/fault.ts';
import { gatherFacts } from '../facts/gather.ts';
import type { HostKeyOffer, HostTarget } from '../host/host.ts';
import { HostFault } from '../host/host-fault.ts';
import { providerPackages } from '../storage/engines/existing/providers.ts';
import { reachOutside } from './outside-hosts.ts';
import type { AccessState } from './session.ts';
import type { World } from './world.ts';

/** Packages whose presence the checks and steps look at. */
const packagesOfInterest = [
  'lvm2',
  'open-iscsi',
  ...providerPackages.filter((name) => name !== 'open-iscsi'),
  'docker.io',
  'docker-ce',
  'containerd.io',
  'ufw',
  'multipath-tools',
];

/** How an attempt to reach a node ended. */
export type Reached = Exclude<AccessState, { readonly state: 'connecting' }>;

export interface ReachOptions {
  /** Fingerprints of host keys that are pinned where a node shows them. */
  readonly accepted?: ReadonlySet<string>;
  /** New host keys are pinned unasked, and told here; one that has changed is not. */
  readonly onNewKeys?: ((offers: readonly HostKeyOffer[]) => void) | undefined;
  /** Told of a node that commands run on as root from now on; its facts are still to come. */
  readonly onLogin?: ((target: HostTarget) => void) | undefined;
}

/**
 * Connects to a node, becomes root and reads its facts, or says what is in the way. A pinned key is checked by the login
 * itself: a node is shaken hands with once.
 */
export async function reachNode(
  target: HostTarget,
  world: World,
  { accepted = new Set(), onNewKeys, onLogin }: ReachOptions = {},
): Promise<Reached> {
  try {
    const offers = target.local || (await world.isPinned(target.node)) ? [] : await world.offeredHostKeys(target);
    const trusted = offers.every(({ fingerprint }) => accepted.has(fingerprint));
    const changed = offers.some(({ changedFrom }) => changedFrom !== undefined);
    if (changed || (!trusted && onNewKeys === undefined)) return { state: 'host-key-unknown', offers };
    if (offers.length > 0) await world.pin(offers);
    if (!trusted) onNewKeys?.(offers);
    const host = await world.hosts.get(target);
    if (target.kubeconfig !== undefined) return reachOutside(host, target.kubeconfig, world.clock);
    // sudo itself says why it refuses.
    if ((await host.access()).sudo === 'refused') await host.run(['true'], { sudo: true });
    onLogin?.(target);
    const facts = await gatherFacts(host, { node: target.node, clock: world.clock, packages: packagesOfInterest });
    return { state: 'ready', facts };
  } catch (error) {
    return (await otherKey(error, target, world)) ?? stateOf(error);
  }
}

/** The keys that a node shows in the place of the pinned one, where that is why its login failed. */
async function otherKey(error: unknown, target: HostTarget, world: World): Promise<Reached | undefined> {
  if (!(error instanceof HostFault) || !/^host-key-/.test(error.kind)) return undefined;
  const offers = await world.offeredHostKeys(target).catch(() => []);
  return offers.length === 0 ? undefined : { state: 'host-key-unknown', offers };
}

function stateOf(error: unknown): Reached {
  if (!(error instanceof Fault)) throw error;
  const { message, why, next } = error;
  const whole = why === undefined ? message : `${message} ${why}`;
  if (error instanceof HostFault) {
    if (error.wants !== undefined) return { state: 'password-needed', for: error.wants, why: whole, next };
    if (error.kind === 'login-refused') return { state: 'refused', for: 'login', why: whole, next };
    if (error.kind === 'sudo-refused') return { state: 'refused', for: 'sudo', why: whole, next };
  }
  return { state: 'failed', what: whole, next };
}

/** Fingerprint of the pinned key that a node shows another one than; undefined where none was pinned. */
export const changedFrom = ({ offers }: Extract<Reached, { readonly state: 'host-key-unknown' }>): string | undefined =>
  offers.find((offer) => offer.changedFrom !== undefined)?.changedFrom;

/** Why a node was not reached, in one sentence; undefined when it was. */
export function reasonOf(node: string, access: AccessState): string | undefined {
  switch (access.state) {
    case 'ready':
      return undefined;
    case 'connecting':
      return `${node} has not answered yet.`;
    case 'host-key-unknown':
      if (changedFrom(access) !== undefined)
        return `the host key of ${node} has changed: was ${changedFrom(access)}, is ${access.offers[0]?.fingerprint}.`;
      return `its host key is not trusted yet. Compare the fingerprint with the one on the machine, then trust it.`;
    case 'password-needed':
    case 'refused':
      return access.why;
    case 'failed':
      return access.what;
  }
}
