import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keys, Screen } from './screen.ts';

let root: string;
const screens: Screen[] = [];
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'kloudspot-run-'));
});
afterEach(async () => {
  for (const screen of screens.splice(0)) screen.kill();
  await rm(root, { recursive: true, force: true });
});

function open(verb: string, ...flags: readonly string[]): Screen {
  const screen = new Screen([...verb.split(' '), '--root', root, ...flags]);
  screens.push(screen);
  return screen;
}

async function journal(): Promise<{ type: string; outcome?: string; process?: number }[]> {
  const runs = join(root, 'var/lib/kloudspot/runs');
  const [run = ''] = (await readdir(runs)).toSorted().toReversed();
  const text = await readFile(join(runs, run, 'journal.jsonl'), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

const slowly = ['--rehearse', '--speed', '40', '--accept-new-host-keys'];

describe('a run', () => {
  it('goes on when its terminal is gone, and attach finds it', async () => {
    const first = open('init', '--yes', ...slowly);
    await first.see(/of 37/);
    first.kill('SIGHUP');
    await first.exited();
    const second = open('attach', '--rehearse', '--speed', '40');
    await second.see(/of 37/);
    await second.see(/Join managers/);
    second.press('q');
    await second.exited();
    const third = open('attach', '--rehearse', '--speed', '40');
    await third.see('berlin is running.', 60_000);
    third.press('q');
    expect(await third.exited()).toBe(0);
    expect((await journal()).filter(({ type }) => type === 'run-started')).toHaveLength(1);
  });

  it('is refused to a second operator, who is told who works there', async () => {
    const first = open('init', '--yes', ...slowly);
    await first.see(/of 37/);
    const second = open('apply', '--yes', ...slowly);
    await second.see(/run/);
    expect(await second.exited()).toBe(5);
    expect(second.output).toMatch(/lock|at work|another run/i);
  });

  it('stops after the running steps on Ctrl-C, and resume goes on', async () => {
    const first = open('init', '--yes', ...slowly);
    await first.see(/[3-9] of 37/);
    first.press(keys.ctrlC);
    await first.see(/stopped|not finished/, 60_000);
    first.press('q');
    expect(await first.exited()).toBe(130);
    expect((await journal()).at(-1)).toMatchObject({ type: 'run-ended', outcome: 'stopped' });
    const second = open('resume', '--yes', '--rehearse', '--speed', '100000');
    await second.see('berlin is running.', 60_000);
    second.press('q');
    expect(await second.exited()).toBe(0);
  });

  it('shows what was tried and seen when a step fails, and resume finishes', async () => {
    const first = open('init', '--yes', '--rehearse=dies-in-join', '--speed', '90', '--accept-new-host-keys');
    await first.see(/dies|not answer|failed|FAILED/i, 60_000);
    await first.see('kloudspot resume', 60_000);
    first.press('q');
    await first.exited();
    const second = open('resume', '--yes', '--rehearse', '--speed', '90');
    await second.see('berlin is running.', 60_000);
  });
});
