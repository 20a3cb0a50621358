import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { letPass } from '../flows/power.ts';
import { newestJournal } from '../flows/program.ts';
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

const journal = () => newestJournal(root);

/** So slow that the run is still at its first steps when a second command looks, also on a busy machine. */
const early = ['--rehearse', '--speed', '6', '--accept-new-host-keys'];
const slowly = ['--rehearse', '--speed', '60', '--accept-new-host-keys'];

describe('a run', () => {
  it('goes on when its terminal is gone, and attach finds it', async () => {
    const first = open('init', '--yes', ...slowly);
    await first.see(': starts');
    first.kill('SIGHUP');
    await first.exited();
    const second = open('attach', '--rehearse');
    await second.see(/\d+ of \d+ ·/);
    await second.see(/Join managers|Install MicroK8s/);
    second.press('q');
    await second.exited();
    const third = open('attach', '--rehearse');
    await third.see('every step is done');
    third.press('q');
    expect(await third.exited()).toBe(0);
    expect(third.output).toContain('berlin is running.');
    expect((await journal()).filter(({ type }) => type === 'run-started')).toHaveLength(1);
  });

  it('goes on while its terminal takes nothing, as a serial console that is held, and shows its end as the terminal goes on', async () => {
    const first = open('init', '--yes', ...slowly);
    await first.see(': starts');
    first.hold();
    await expect
      .poll(async () => (await journal()).at(-1), { timeout: 300_000, interval: 250 })
      .toMatchObject({ type: 'run-ended', outcome: 'done' });
    first.goOn();
    await first.see('every step is done');
  });

  it('is refused to a second operator, who is told who works there', async () => {
    const first = open('init', '--yes', ...early);
    await first.see(': starts');
    const second = open('apply', '--yes', ...early);
    expect(await second.exited(), second.output).toBe(5);
    expect(second.output).toMatch(/holds the lock/);
    first.press(keys.ctrlC, keys.ctrlC);
    expect(await first.exited()).toBe(130);
  });

  it('stops after the running steps on Ctrl-C, and resume goes on', async () => {
    const first = open('init', '--yes', ...slowly);
    await first.see(': starts');
    first.press(keys.ctrlC);
    expect(await first.exited()).toBe(130);
    expect((await journal()).at(-1)).toMatchObject({ type: 'run-ended', outcome: 'stopped' });
    const second = open('resume', '--rehearse');
    await second.see('every step is done');
    second.press('q');
    expect(await second.exited()).toBe(0);
  });

  it('shows what was tried and seen when a step fails, and resume finishes', async () => {
    const first = open('init', '--yes', '--rehearse=dies-in-join', '--speed', '1000000', '--accept-new-host-keys');
    await first.see('kloudspot resume');
    expect(await first.exited()).toBe(4);
    expect(first.output).toMatch(/FAILED[\s\S]*tried: [\s\S]*seen: /);
    // The node's power is back 150 s later and it boots for 34 s.
    await letPass(root, 200_000);
    const second = open('resume', '--yes', '--rehearse');
    expect(await second.exited()).toBe(0);
  });
});
