import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newestJournal } from '../flows/program.ts';
import { hasSshd, hasUsers, makeSshd, type Sshd } from '../host/sshd.ts';
import { keys, Screen } from './screen.ts';
import { toNodes } from './to-nodes.ts';

const launcher = resolve(import.meta.dirname, '../../bin/kloudspot');

/** The operator is on a node by SSH, as on a real one: by a real sshd, in a pseudo-terminal that it makes. */
describe.skipIf(!hasSshd)('a session of SSH', () => {
  let sshd: Sshd;
  let root: string;
  const screens: Screen[] = [];
  beforeEach(async () => {
    sshd = await makeSshd();
    root = await mkdtemp(join(tmpdir(), 'kloudspot-session-'));
  });
  afterEach(async () => {
    for (const screen of screens.splice(0)) screen.kill();
    sshd.remove();
    await rm(root, { recursive: true, force: true, maxRetries: 20 });
  });

  function overSsh(...words: readonly string[]): Screen {
    const { user, port, identityFile = '' } = sshd.target;
    const flags = ['-F', 'none', '-o', 'StrictHostKeyChecking=no', '-o', `UserKnownHostsFile=${join(root, 'known')}`];
    const program = `${hasUsers ? 'sudo -n ' : ''}env HOME=${root} ${launcher}`;
    const command = [program, ...words, '--rehearse', '--root', join(root, 'root')].join(' ');
    const login = [...flags, '-q', '-tt', '-p', String(port), '-i', identityFile, `${user}@127.0.0.1`, command];
    const screen = new Screen(login, { command: 'ssh' });
    screens.push(screen);
    return screen;
  }

  const journal = () => newestJournal(join(root, 'root'));
  const ended = () => expect.poll(async () => (await journal()).at(-1), { timeout: 300_000, interval: 250 });
  const slowly = ['--yes', '--speed', '60', '--accept-new-host-keys'];

  it('that dies takes no run along: another session attaches to it, and it ends', async () => {
    const first = overSsh('init', ...slowly);
    await first.see(': starts');
    sshd.dropSessions();
    expect(await first.exited()).toBe(255);
    const second = overSsh('attach');
    await second.see(/Join managers|Install MicroK8s/);
    second.press('q');
    await second.exited();
    await ended().toMatchObject({ type: 'run-ended', outcome: 'done' });
    expect((await journal()).filter(({ type }) => type === 'run-started')).toHaveLength(1);
  });

  it('that dies loses nothing of the wizard: the next one offers the draft', async () => {
    const first = overSsh('init');
    await toNodes(first);
    first.press(keys.enter, keys.ctrlU, 'hamburg', keys.enter);
    await first.see('site hamburg');
    // A change is written at once; a session that dies in the middle of that has the change before.
    const draft = join(root, 'root/etc/kloudspot/site.draft.yaml');
    await expect.poll(() => readFile(draft, 'utf8')).toContain('hamburg');
    sshd.dropSessions();
    expect(await first.exited()).toBe(255);
    const second = overSsh('init');
    await second.see('Continue the draft');
    second.press(keys.enter);
    await second.see('site hamburg');
  });
});
