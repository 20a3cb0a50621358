import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lockFolder, microk8sFiles } from '../../source/microk8s/node.ts';
import { parseMicroK8sStatus } from '../../source/microk8s/status.ts';
import { type Bench, items, microk8s } from '../rehearsal/world.ts';
import { filled, holds, type Names, type State } from './compare.ts';
import { type Situation, shownBy, sizes } from './situations.ts';
import { addresses, inState } from './states.ts';

async function readState(world: Bench, on: string): Promise<State> {
  const host = await world.host('ks-1').catch(() => undefined);
  const namesIn = async (node: string, folder: string) =>
    (await world.run(node, ['ls', '-1', folder]).catch(() => ({ stdout: '' }))).stdout.split('\n').filter(Boolean);
  const status = parseMicroK8sStatus(await world.run('ks-1', `${microk8s} status --format yaml`));
  const nodes = await items(world, 'ks-1', 'nodes').catch(() => []);
  return {
    locks: await namesIn(on, lockFolder),
    seedLocks: await namesIn('ks-1', lockFolder),
    members: status.state === 'running' ? status.members.map(({ address }) => address).toSorted() : [],
    nodes: nodes.map(({ metadata }) => metadata.name).toSorted(),
    launcher: await namesIn(on, launchFolder),
    tokens: (await host?.readFile(microk8sFiles.tokens)) ?? '',
  };
}

/** ms after which a rehearsed command has come to the moment at which it is cut. */
const cutMs = { agent: 2_000, 'first restart': 5_000, waiting: 9_000, stops: 3_000 } as const;

const launchFolder = dirname(microk8sFiles.launching);

/** A file for the launcher takes the place of a command. */
async function putFile(situation: Situation): Promise<void> {
  const { world, token } = await inState(situation.given, situation.track);
  const { name = '', content = '' } = situation.put ?? {};
  const host = await world.host(situation.on);
  // What the installation left there is out of the way.
  await world.run(situation.on, ['rm', '-f', microk8sFiles.launched]);
  const before = { ...(await readState(world, situation.on)), launcher: [] };
  await host.writeFile({ path: join(launchFolder, name), content });
  await world.pass(30_000);
  const after = await readState(world, situation.on);
  holds(situation, { code: 0, stdout: '', stderr: '', before, after }, { ...addresses, nobody: '', free: '', token });
}

async function held(situation: Situation): Promise<void> {
  if (situation.put !== undefined) return putFile(situation);
  const { world, token } = await inState(situation.given, situation.track);
  const names: Names = { ...addresses, nobody: '10.0.4.99', free: '10.0.4.200', token };
  const before = await readState(world, situation.on);
  const words = filled(situation.command, names)
    .replace(/(^| )microk8s /, `$1${microk8s} `)
    .split(' ');
  const cut = situation.cut;
  const result =
    cut === undefined
      ? await world.run(situation.on, words)
      : await world.run(situation.on, words, { deadline: cutMs[cut] }).then(
          () => Promise.reject(new Error('it ended before it was cut')),
          () => ({ stdout: '', stderr: '' }),
        );
  // A first join takes the seed's API away for some seconds; what was cut goes on where nobody waits for it.
  await world.pass(cut === undefined ? 8_000 : 40_000);
  holds(situation, { ...result, before, after: await readState(world, situation.on) }, names);
}

const { shown, gaps } = shownBy('rehearsal');

describe('the rehearsal behaves as genuine MicroK8s', () => {
  it.each(shown.map((situation) => [situation.id, situation] as const))('%s', (_, situation) => held(situation));
});

describe('a gap that is listed is one', () => {
  it.each(gaps.map((situation) => [situation.id, situation] as const))('%s', async (_, situation) => {
    await expect(held(situation)).rejects.toThrow();
  });
});

it('prints its size', () => {
  const rows = sizes();
  console.info(rows.map((row) => row.map((cell) => cell.padEnd(22)).join('')).join('\n'));
  expect(rows.length).toBeGreaterThan(10);
});
