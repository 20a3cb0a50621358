import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { z } from 'zod';
import type { MemberRole, SeenMember } from '../../source/rehearsal/cluster/roles.ts';
import { afterEvent, compared, look, rolesOf } from '../conformance/role-model.ts';

/** Debian's package `go-dqlite` has both: a program that keeps its data in dqlite, as k8s-dqlite does, and the shell. */
const there = ['dqlite-demo', 'dqlite'].every((program) => spawnSync('which', [program]).status === 0);

const folder = mkdtempSync(join(tmpdir(), 'dqlite-'));
const running = new Map<string, ReturnType<typeof spawn>>();
const addressOf = (member: string) => `127.9.0.${member}:9001`;

function start(member: string, others: readonly string[]): void {
  const joins = others.flatMap((other) => ['--join', addressOf(other)]);
  const own = ['--api', `127.9.0.${member}:8001`, '--db', addressOf(member), '--dir', join(folder, member)];
  running.set(member, spawn('dqlite-demo', [...own, ...joins], { stdio: 'ignore' }));
}

async function end(member: string, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  const child = running.get(member);
  if (child === undefined) return;
  running.delete(member);
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await gone;
}

const answer = z.array(z.object({ Address: z.string(), Role: z.number() }));
const names: readonly MemberRole[] = ['voter', 'standby', 'spare'];

/** What the shell prints on one command, asked of all that run. */
const shell = (command: string): string =>
  execFileSync('dqlite', ['-s', [...running.keys()].map(addressOf).join(','), '-f', 'json', 'demo', command], {
    encoding: 'utf8',
    stdio: 'pipe',
    timeout: 20_000,
  });

const seenRoles = (): [string, MemberRole][] =>
  answer
    .parse(JSON.parse(shell('.cluster')))
    .map(({ Address, Role }): [string, MemberRole] => [/(\d+):/.exec(Address)?.[1] ?? '', names[Role] ?? 'spare'])
    .toSorted(([one], [other]) => one.localeCompare(other));

async function happen(event: string, who: string): Promise<void> {
  const others = [...running.keys()];
  if (event === 'lost') await end(who, 'SIGKILL');
  else if (event === 'stops') await end(who, 'SIGTERM');
  else if (event === 'removed') shell(`.remove ${addressOf(who)}`);
  else start(who, others);
}

/** Every kind of change that the recorded table has, on members that are named where chance would not choose. */
const events = ['joins 2', 'joins 3', 'joins 4', 'joins 5', 'lost 2', 'back 2', 'stops 3', 'back 3'].concat([
  'lost 5',
  'removed 5',
  'lost 4',
  'removed 4',
  'lost 3',
  'removed 3',
]);

afterAll(async () => {
  for (const member of running.keys()) await end(member, 'SIGKILL');
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

test.skipIf(!there)('the roles of a rehearsed datastore are those that dqlite gives its members', async () => {
  start('1', []);
  await expect.poll(seenRolesOr, { interval: 500 }).toEqual([['1', 'voter']]);
  for (const each of events) {
    const [event = '', who = ''] = each.split(' ');
    const before: SeenMember[] = seenRoles().map(([address, role]) => ({
      address,
      role,
      online: running.has(address),
      domain: 1,
    }));
    await happen(event, who);
    const wanted = look(afterEvent(before, event, who, 1));
    const gone = wanted.filter(({ online }) => !online).map(({ address }) => address);
    const own = [who, ...gone];
    await expect
      .poll(() => compared(seenRolesOr(), own), { interval: 500, message: `${rolesOf(before).join(' ')}, ${each}` })
      .toEqual(compared(rolesOf(wanted), own));
    // every member hears of the others at its own next look, which is every 30 s
    await sleep(31_000);
    expect(compared(seenRoles(), own), `${each}, at the next look`).toEqual(compared(rolesOf(wanted), own));
  }
});

function seenRolesOr(): [string, MemberRole][] {
  try {
    return seenRoles();
  } catch {
    return [];
  }
}
