import {
  rolesAdjusted,
  rolesAssumed,
  rolesHandedOver,
  type SeenMember,
  withRoles,
} from '../../source/rehearsal/cluster/roles.ts';

/** The members right after the event, before the leader looks at them. */
export function afterEvent(members: SeenMember[], event: string, who: string, domain: number): SeenMember[] {
  const as = (online: boolean) => members.map((member) => (member.address === who ? { ...member, online } : member));
  switch (event) {
    case 'joins': {
      const all: SeenMember[] = [...members, { address: who, role: 'spare', online: true, domain }];
      return withRoles(all, rolesAssumed(all, who));
    }
    case 'back':
      return withRoles(as(true), rolesAssumed(as(true), who));
    case 'stops':
      return withRoles(as(false), rolesHandedOver(members, who));
    case 'lost':
      return as(false);
    default:
      return members.filter(({ address }) => address !== who);
  }
}

export function look(members: SeenMember[]): SeenMember[] {
  const voters = members.filter(({ role }) => role === 'voter');
  const living = voters.filter(({ online }) => online);
  return living.length * 2 > voters.length
    ? withRoles(members, rolesAdjusted(members, living[0]?.address ?? ''))
    : members;
}

/** Which of several members that are alike is chosen is chance: the event's own member, those that do not run, and how many of each role count. */
export function compared(roles: readonly (readonly [string, string])[], own: readonly string[]) {
  return {
    own: roles.filter(([address]) => own.includes(address)),
    all: roles.map(([, role]) => role).toSorted(),
  };
}
export const pairs = (text: string) =>
  text.split(' ').map((one): readonly [string, string] => {
    const [address = '', role = ''] = one.split('=');
    return [address, role];
  });
export const rolesOf = (members: readonly SeenMember[]) =>
  members.map(({ address, role }): readonly [string, string] => [address, role]);
