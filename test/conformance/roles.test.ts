import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import type { SeenMember } from '../../source/rehearsal/cluster/roles.ts';
import { afterEvent, compared, look, pairs, rolesOf } from './role-model.ts';

const roleSchema = z.enum(['voter', 'standby', 'spare']);
const seen = z.array(
  z.strictObject({
    before: z.string(),
    off: z.array(z.number()).default([]),
    domains: z.record(z.string(), z.number()).default({}),
    event: z.string().regex(/^(joins|lost|stops|back|removed) \d$/),
    atOnce: z.string().optional(),
    after: z.string(),
    seconds: z.number(),
  }),
);
const recorded = seen.parse(parse(readFileSync(new URL('roles.yaml', import.meta.url), 'utf8')));
type Case = (typeof recorded)[number];

const membersOf = ({ before, off, domains }: Case): SeenMember[] =>
  before.split(' ').map((text) => {
    const [address = '', role] = text.split('=');
    return {
      address,
      role: roleSchema.parse(role),
      online: !off.includes(Number(address)),
      domain: domains[address] ?? 1,
    };
  });

test.each(recorded)('$before, $event: $after', (each) => {
  const [event = '', who = ''] = each.event.split(' ');
  const own = [who, ...each.off.map(String)];
  const early = afterEvent(membersOf(each), event, who, each.domains[who] ?? 1);
  if (each.atOnce !== undefined) expect(compared(rolesOf(early), own)).toEqual(compared(pairs(each.atOnce), own));
  const late = look(early);
  expect(compared(rolesOf(late), own)).toEqual(compared(pairs(each.after), own));
  expect(look(late), 'a second look changes nothing').toEqual(late);
});
