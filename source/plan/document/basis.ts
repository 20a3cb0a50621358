import { createHash } from 'node:crypto';
import type { NodeFacts } from '../../facts/facts.ts';
import { trackOf } from '../../microk8s/snap.ts';
import { ipv4Of } from '../../network/addresses.ts';
import type { Site } from '../../site/schema.ts';
import { storageOf } from '../../storage/per-node.ts';
import { existingVolume } from '../../storage/shared.ts';
import type { Plan } from './document.ts';

/** node → fact → value. Only what a plan rests on: free space and clocks move all the time and are checked elsewhere. */
export type Basis = Plan['basis'];

export interface Drift {
  readonly node: string;
  /** `hostname`, `addresses`, … */
  readonly key: string;
  readonly was: string;
  readonly is: string;
}

/** Facts that could not be read are left out: the same look at another time may give them. */
export function basisOf(facts: ReadonlyMap<string, NodeFacts>, site?: Pick<Site, 'storage' | 'nodes'>): Basis {
  const nodes = new Map(site?.nodes.map((node) => [node.name, node]));
  return Object.fromEntries(
    [...facts].map(([name, seen]) => {
      return [name, factsThatCount(seen, site && storageOf(site.storage, nodes.get(name) ?? {}))];
    }),
  );
}

function factsThatCount(seen: NodeFacts, wanted: Site['storage'] | undefined): Record<string, string> {
  const { identity, network, microk8s, storage } = seen;
  return {
    ...(identity ? { machine: identity.machineId, hostname: identity.hostname } : {}),
    ...(network
      ? {
          addresses: addressesOf(network),
          netplan: digest(network.netplan.map(({ path, content }) => `${path}\n${content}`).join('\n')),
          hosts: digest(network.hostsFile),
        }
      : {}),
    ...(microk8s ? { microk8s: sayMicroK8s(microk8s) } : {}),
    ...(storage && wanted ? { 'shared-volume': saySharedVolume(seen, wanted) } : {}),
  };
}

/** Of real interfaces: MicroK8s and container engines bring ones of their own. */
function addressesOf(network: NonNullable<NodeFacts['network']>): string {
  const own = network.interfaces.filter(({ name }) => !/^(lo|cali|vxlan|docker|br-|virbr|flannel|cni)/.test(name));
  const addresses = own.flatMap((face) =>
    ipv4Of(face).map(({ address, prefix }) => `${face.name} ${address}/${prefix}`),
  );
  return addresses.toSorted().join(', ');
}

function sayMicroK8s({ installed, channel = '', worker, joined }: NonNullable<NodeFacts['microk8s']>): string {
  if (!installed) return 'not installed';
  const part = worker ? 'worker' : joined ? 'member' : 'alone';
  return `${trackOf(channel)} ${part}`;
}

function saySharedVolume(seen: NodeFacts, { shared }: Site['storage']): string {
  const { volumeGroup: group, volume } = shared;
  const found = existingVolume({ group, volume }, seen);
  return found ? `${group}/${volume} ${found.uuid}` : 'none';
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

/**
 * What is another now than when the plan was made, as far as it was seen both times. What steps of this plan that were
 * begun change by themselves is not drift.
 */
export function drift(
  plan: Pick<Plan, 'basis' | 'steps' | 'site'>,
  facts: ReadonlyMap<string, NodeFacts>,
  stepsStarted: ReadonlySet<string> = new Set(),
): Drift[] {
  const now = basisOf(facts, plan.site);
  const ours = changedBy(plan.steps.filter(({ id }) => stepsStarted.has(id)));
  return Object.entries(plan.basis).flatMap(([node, before]) =>
    Object.entries(before).flatMap(([key, was]) => {
      const is = now[node]?.[key];
      return is === undefined || is === was || ours.has(`${key}@${node}`) ? [] : [{ node, key, was, is }];
    }),
  );
}

/** `key@node` of all that the steps change. */
function changedBy(steps: Plan['steps']): Set<string> {
  return new Set(
    steps.flatMap(({ node, changes }) => changes.map((key) => (key.includes('@') ? key : `${key}@${node ?? ''}`))),
  );
}
