import { beforeAll, describe, expect, it } from 'vitest';
import { commandsIn } from '../cli/printed-commands.ts';
import { letPass } from './power.ts';
import { type JournalLine, killAt, Rehearsal } from './program.ts';

/** The cluster as its API has it, without what names a moment. */
async function endState(rehearsal: Rehearsal): Promise<unknown> {
  const { stdout, code } = await rehearsal.run('status', '--json');
  expect(code).toBe(0);
  const { verdict, nodes, release } = JSON.parse(stdout);
  return {
    verdict,
    nodes: nodes?.map((node: { name: string; role: string; state: string }) => [node.name, node.role, node.state]),
    revision: release?.revision,
  };
}

/** Join tokens that the agents of the simulated nodes still take. */
async function tokens(rehearsal: Rehearsal): Promise<string> {
  const [, state = '{}'] = [...(await rehearsal.everything())].find(([path]) => path.endsWith('/state.json')) ?? [];
  const { machines } = JSON.parse(state);
  const list = '/var/snap/microk8s/current/credentials/cluster-tokens.txt';
  return machines.map(({ files }: { files: Record<string, { content: string }> }) => files[list]?.content).join('');
}

/** The join said so. */
const said = (words: string) => (line: JournalLine) => line.type === 'progress' && String(line['text']).includes(words);

describe('a run that is killed', () => {
  let undisturbed: unknown;
  beforeAll(async () => {
    undisturbed = await endState(await Rehearsal.built());
  });

  it.each([
    [
      'while snap installs',
      (line: JournalLine) => line.type === 'command' && String(line['command']).includes('snap,install'),
    ],
    ['before a join has its token', (line: JournalLine) => String(line['command']).includes('add-node')],
    ['as a join begins', (line: JournalLine) => String(line['command']).includes('start-join')],
    ['as a join asks the cluster', said('Contacting cluster at')],
    ['as a join waits for the datastore', said('Waiting for this node')],
    ['as a join has ended', said('Successfully joined')],
    [
      'while Helm installs an engine of volumes',
      (line: JournalLine) =>
        line.type === 'command' && String(line['command']).includes('helm3,upgrade,--install,cstor'),
    ],
    [
      'while Helm installs',
      (line: JournalLine) =>
        line.type === 'command' && String(line['command']).includes('helm3,upgrade,--install,kloudspot'),
    ],
  ])('%s goes on with resume to the same end, and repeats nothing that must not be', async (_, moment) => {
    const killed = await Rehearsal.begin('healthy', 90);
    await killAt(killed, moment);
    // Virtual time stands still between two processes: the second one meets what the first has left, at any speed.
    await killed.setSpeed(1_000_000);
    expect((await killed.journal()).at(-1)?.type).not.toBe('run-ended');
    const resumed = await killed.run('resume', '--yes');
    expect(resumed.code, resumed.stdout + resumed.stderr).toBe(0);
    expect(await endState(killed)).toEqual(undisturbed);
    expect(await killed.runs()).toHaveLength(1);
    const changed = (await killed.journal())
      .filter(({ type, outcome }) => type === 'step-done' && outcome === 'changed')
      .map(({ step }) => step);
    expect(changed).toEqual([...new Set(changed)]);
    expect(await tokens(killed)).toBe('');
  });

  it('says so when there is nothing to resume', async () => {
    const rehearsal = await Rehearsal.begin();
    const { code, stderr } = await rehearsal.run('resume', '--yes');
    expect(code).toBe(2);
    expect(stderr).toMatch(/no run/i);
  });
});

describe('scenarios', () => {
  it.each([
    ['no-avx', /AVX/],
    ['small-volume-group', /ubuntu-vg|GB short|does not fit/],
  ])('%s stops at preflight with exit code 3, and nothing was changed', async (scenario, words) => {
    const rehearsal = await Rehearsal.begin(scenario);
    const { code, stdout, stderr } = await rehearsal.run('init', '--yes');
    expect(code).toBe(3);
    expect(stdout + stderr).toMatch(words);
    expect(await rehearsal.runs()).toEqual([]);
  });

  it('dies-in-join fails with what was tried and seen, and resume finishes once the node is back', async () => {
    // Time leaps: the power does not come back before the step has failed, however busy this machine is.
    const rehearsal = await Rehearsal.begin('dies-in-join');
    const failed = await rehearsal.run('init', '--yes');
    expect(failed.code).toBe(4);
    expect(failed.stdout + failed.stderr).toMatch(/resume/);
    // The node's power is back 150 s later and it boots for 34 s.
    await letPass(rehearsal.path(), 200_000);
    const resumed = await rehearsal.run('resume', '--yes');
    expect(resumed.code, resumed.stdout + resumed.stderr).toBe(0);
    const status = await rehearsal.run('status', '--json');
    expect(JSON.parse(status.stdout)).toMatchObject({ verdict: 'ok' });
  });
});

it('what is printed of a rehearsal that is named by its root alone is about its simulated nodes', async () => {
  const rehearsal = await Rehearsal.begin();
  await killAt(rehearsal, ({ type }) => type === 'step-done');
  const bare = (words: string) => rehearsal.asPrinted(`kloudspot ${words} --root ${rehearsal.path()}`);
  const asked = [await bare('resume'), await bare('attach'), await bare('resume'), await bare('undo')];
  expect(asked.map(({ code }) => code)).toEqual([0, 0, 2, 6]);
  const commands = asked.flatMap(({ stdout, stderr }) => commandsIn(`${stdout}\n${stderr}`.split('\n')));
  expect(commands.length).toBeGreaterThan(5);
  expect(commands.filter((command) => !command.includes('--rehearse=healthy'))).toEqual([]);
});
