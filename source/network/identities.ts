import { createHash } from 'node:crypto';
import { nodesToChange } from '../facts/alike.ts';
import type { NodeFacts } from '../facts/facts.ts';
import type { Site, SiteNode } from '../site/schema.ts';
import { presentAddress, wantedAddress } from './addresses.ts';

/** What a node gets in the place of what it shares with another one, as clones of one machine do. */
export interface OwnIdentity {
  /** 32 hexadecimal digits. */
  readonly machineId?: string;
  readonly initiatorName?: string;
  /** Fingerprint of the ed25519 host key that it shares; a new pair of keys is made on the node itself. */
  readonly sharedHostKey?: string;
}
/** Which part of an identity. */
export type IdentityKind = keyof OwnIdentity;

type Facts = ReadonlyMap<string, NodeFacts>;

/**
 * What the plan changes on which node. Of nodes that share something the first keeps it, a member of a cluster before others:
 * members are never changed. A machine-id is the identity by which a DHCP server knows the node, so one with such an address
 * keeps its own. Pure: the same facts give the same new identities.
 */
export function identitiesToGive(site: Site, facts: Facts): ReadonlyMap<string, OwnIdentity> {
  const machineIds = nodesToChange(site.nodes, facts, (seen) => seen.identity?.machineId).filter((node) =>
    keepsAddress(node, facts),
  );
  const names = nodesToChange(site.nodes, facts, (seen) => seen.identity?.initiatorName);
  const keys = nodesToChange(site.nodes, facts, (seen) => seen.identity?.hostKey);
  return new Map(
    site.nodes.flatMap((node): [string, OwnIdentity][] => {
      const seen = facts.get(node.name);
      const sharedHostKey = keys.includes(node) ? seen?.identity?.hostKey : undefined;
      const own: OwnIdentity = {
        ...(machineIds.includes(node) ? { machineId: newMachineId(site, node, seen) } : {}),
        ...(names.includes(node) ? { initiatorName: newInitiatorName(site, node, seen) } : {}),
        ...(sharedHostKey === undefined ? {} : { sharedHostKey }),
      };
      return Object.keys(own).length === 0 ? [] : [[node.name, own]];
    }),
  );
}

function keepsAddress(node: SiteNode, facts: Facts): boolean {
  if (wantedAddress(node) !== undefined) return true;
  const seen = facts.get(node.name);
  const address = presentAddress(node, seen)?.address;
  const all = seen?.network?.interfaces.flatMap((face) => face.addresses) ?? [];
  return all.some((own) => own.address === address && !own.dynamic);
}

/** A UUID of version 4 without hyphens, as machine-id(5) wants it. */
function newMachineId(site: Site, node: SiteNode, seen: NodeFacts | undefined): string {
  const digits = digest('machine-id', site, node, seen);
  return `${digits.slice(0, 12)}4${digits.slice(13, 16)}a${digits.slice(17, 32)}`;
}

/** As open-iscsi names an Ubuntu machine. */
function newInitiatorName(site: Site, node: SiteNode, seen: NodeFacts | undefined): string {
  return `iqn.2004-10.com.ubuntu:01:${digest('initiator', site, node, seen).slice(0, 12)}`;
}

function digest(what: string, site: Site, node: SiteNode, seen: NodeFacts | undefined): string {
  const macs = seen?.network?.interfaces.map(({ mac }) => mac) ?? [];
  const parts = [what, site.name, node.name, seen?.identity?.productUuid, seen?.identity?.machineId, ...macs];
  return createHash('sha256').update(parts.join('\n')).digest('hex');
}
