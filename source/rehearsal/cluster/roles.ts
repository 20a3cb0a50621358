import type { Member } from '../model/cluster.ts';

/** What a member of the datastore is: only voters count for the quorum, standbys copy what they write, spares do neither by themselves. */
export type MemberRole = Member['role'];

/** A member as its leader sees it. */
export interface SeenMember {
  readonly address: string;
  readonly role: MemberRole;
  readonly online: boolean;
  /** Number of its failure domain. */
  readonly domain: number;
}

export interface RoleChange {
  readonly address: string;
  readonly role: MemberRole;
}

/** As many voters, and as many standbys behind them, are wanted from three members on. A smaller cluster has one voter (go-dqlite app/roles.go). */
const wanted = 3;

/** What the leader changes at one look at the members, one after another; [] where all is as it is wanted. */
export function rolesAdjusted(members: readonly SeenMember[], leader: string): readonly RoleChange[] {
  const changes: RoleChange[] = [];
  let seen = members;
  // Each change brings a role to where it is wanted, so that more changes than these cannot follow.
  for (let left = members.length * wanted; left > 0; left--) {
    const change = adjustment(seen, leader);
    if (change === undefined) break;
    changes.push(change);
    seen = withRoles(seen, [change]);
  }
  return changes;
}

/** The members after the changes. */
export const withRoles = (members: readonly SeenMember[], changes: readonly RoleChange[]): SeenMember[] =>
  members.map((member) => ({
    ...member,
    role: changes.findLast(({ address }) => address === member.address)?.role ?? member.role,
  }));

/** What a member takes for itself, and gives one other, as it starts: the third one makes three voters at once. */
export function rolesAssumed(members: readonly SeenMember[], own: string): readonly RoleChange[] {
  const me = members.find(({ address }) => address === own);
  if (members.length < wanted || me?.role !== 'spare') return [];
  const voters = online(members, 'voter');
  if (voters.length >= wanted && online(members, 'standby').length >= wanted) return [];
  if (voters.length >= wanted) return [{ address: own, role: 'standby' }];
  const other = members.find(({ address, role }) => address !== own && role !== 'voter');
  const change: RoleChange = { address: own, role: 'voter' };
  return voters.length === 1 && other !== undefined ? [change, { address: other.address, role: 'voter' }] : [change];
}

/** Where the role of a member goes that stops as it was asked to: to one that is online and has less, if there is one; itself it becomes a spare. */
export function rolesHandedOver(members: readonly SeenMember[], own: string): readonly RoleChange[] {
  const me = members.find(({ address }) => address === own);
  if (me === undefined || me.role === 'spare') return [];
  const standbys = me.role === 'voter' ? online(members, 'standby') : [];
  const peers = online(members, me.role).filter(({ address }) => address !== own);
  const heir = [...standbys, ...online(members, 'spare')].toSorted(byDomain(peers))[0];
  if (heir === undefined) return [];
  return [
    { address: heir.address, role: me.role },
    { address: own, role: 'spare' },
  ];
}

function adjustment(members: readonly SeenMember[], leader: string): RoleChange | undefined {
  const voters = online(members, 'voter');
  const standbys = online(members, 'standby');
  const spares = online(members, 'spare');
  if (members.length < wanted) return became('spare', others(withRole(members, 'voter'), leader)[0]);
  const domains = new Set(members.filter((member) => member.online).map(({ domain }) => domain));
  const voting = new Set(voters.map(({ domain }) => domain));
  const apart = [...standbys, ...spares].filter(({ domain }) => !voting.has(domain));
  if (voting.size < domains.size && voting.size < voters.length && apart.length > 0) return became('voter', apart[0]);
  if (voters.length < wanted) return became('voter', [...standbys, ...spares].toSorted(byDomain(voters))[0]);
  if (voters.length > wanted) return became('spare', mostOfDomain(others(voters, leader)));
  return (
    became('spare', offline(members, 'voter')[0]) ??
    (standbys.length < wanted ? became('standby', spares.toSorted(byDomain(standbys))[0]) : undefined) ??
    (standbys.length > wanted ? became('spare', others(standbys, leader)[0]) : undefined) ??
    became('spare', standbys.length < wanted ? undefined : offline(members, 'standby')[0])
  );
}

const became = (role: MemberRole, member: SeenMember | undefined): RoleChange | undefined =>
  member && { address: member.address, role };

const withRole = (members: readonly SeenMember[], wantedRole: MemberRole): SeenMember[] =>
  members.filter(({ role }) => role === wantedRole);

const online = (members: readonly SeenMember[], role: MemberRole): SeenMember[] =>
  withRole(members, role).filter((member) => member.online);

const offline = (members: readonly SeenMember[], role: MemberRole): SeenMember[] =>
  withRole(members, role).filter((member) => !member.online);

const others = (members: readonly SeenMember[], leader: string): SeenMember[] =>
  members.filter(({ address }) => address !== leader);

/** Those of a domain that none of `peers` is in come first; otherwise the order stays. */
function byDomain(peers: readonly SeenMember[]): (one: SeenMember, other: SeenMember) => number {
  const taken = new Set(peers.map(({ domain }) => domain));
  return (one, other) => Number(taken.has(one.domain)) - Number(taken.has(other.domain));
}

/** One of the domain that has the most of them. */
function mostOfDomain(members: readonly SeenMember[]): SeenMember | undefined {
  const size = (domain: number) => members.filter((member) => member.domain === domain).length;
  return members.toSorted((one, other) => size(other.domain) - size(one.domain))[0];
}
