import { describe, expect, it } from 'vitest';
import { readObjects } from './observed.ts';
import { type Situation, situations } from './situations.ts';
import { addresses, inState } from './states.ts';

const shown = (text: string, token: string): string =>
  text.replaceAll('{token}', token).replaceAll('{ks-1}', addresses['ks-1']).replaceAll('{ks-2}', addresses['ks-2']);

/** Dots of a wait, frames of a traceback and trailing blank lines differ from one time to the next. */
const comparable = (text: string): string =>
  text
    .replace(/(Waiting for [^.\n]*\.)(?: ?\.)* *(?=\n)/g, '$1')
    .replace(/(most recent call last\):\n)(?:[ <].*\n)*/g, '$1')
    .replace(/^Infer repository.*\n/gm, '')
    .trimEnd();

async function held(situation: Situation): Promise<void> {
  const { world, token } = await inState(situation.given);
  const before = await readObjects(world, situation.on);
  const words = shown(situation.command, token)
    .replace(/^microk8s /, '/snap/bin/microk8s ')
    .split(' ');
  const { code, stdout, stderr } = await world.run(situation.on, words);
  // A first join takes the seed's API away for some seconds.
  await world.clock.sleep(8_000);
  const after = await readObjects(world, situation.on);
  if (situation.code !== undefined) expect(code, 'exit code').toBe(situation.code);
  expect(comparable(stdout), 'stdout').toBe(comparable(shown(situation.stdout, token)));
  expect(comparable(stderr), 'stderr').toBe(comparable(shown(situation.stderr, token)));
  const marks = ['no-cert-reissue', 'join-in-progress', 'clustered.lock', 'no-k8s-dqlite', 'stopped.lock'];
  const facts = (names: readonly string[]) => names.filter((name) => marks.includes(name)).toSorted();
  expect(
    after.locks.filter((name) => !before.locks.includes(name)),
    'locks added',
  ).toEqual(facts(situation.locksAdded));
  expect(
    before.locks.filter((name) => !after.locks.includes(name)),
    'locks removed',
  ).toEqual(facts(situation.locksRemoved));
  if (situation.members) expect(after.members, 'members').toEqual(situation.members.map((each) => shown(each, token)));
  if (situation.nodes) expect(after.nodes, 'nodes').toEqual(situation.nodes);
}

const shownHere = situations.filter(({ notInRehearsal, killed }) => notInRehearsal === undefined && !killed);

describe('the rehearsal behaves as genuine MicroK8s', () => {
  it.each(shownHere.map((situation) => [situation.id, situation] as const))('%s', async (_, situation) => {
    await held(situation);
  });
});

it.each(
  situations.filter(({ notInRehearsal }) => notInRehearsal !== undefined).map((each) => [each.id, each] as const),
)('%s is listed as a gap, and is one', async (_, situation) => {
  await expect(held(situation)).rejects.toThrow();
});
