import { existsSync } from 'node:fs';
import { mkdtemp, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { blocksOf } from '../structure/doc-blocks.ts';
import { placeOf, placesTo } from '../ui/page-places.ts';
import { keys, Screen, type ScreenOptions } from './screen.ts';
import { toNodes } from './to-nodes.ts';

const home = resolve(import.meta.dirname, '../..');
let root: string;
let screen: Screen;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'kloudspot-terminal-'));
});
afterEach(async () => {
  screen.kill();
  await rm(root, { recursive: true, force: true });
});

function init(options: ScreenOptions = {}, ...flags: readonly string[]): Screen {
  screen = new Screen(['init', '--rehearse', '--root', root, '--speed', '100000', ...flags], options);
  return screen;
}

const draft = () => join(root, 'etc/kloudspot/site.draft.yaml');

describe('the wizard at 80×24', () => {
  it('walks by keys from the start page to a rolled-out product, begun as the README says', async () => {
    const [first, second] = blocksOf(await readFile(join(home, 'README.md'), 'utf8')).filter(
      ({ language }) => language === 'sh',
    );
    // The tests stand after `npm ci`, and are themselves what the second one runs.
    expect(second?.lines).toEqual(['npm ci && npm test']);
    const [, program = '', ...words] = /^npm ci && (\S+) (.*)$/.exec(first?.lines.join(' ') ?? '') ?? [];
    screen = new Screen([...words.join(' ').split(' '), '--root', root, '--speed', '100000'], {
      command: join(home, program),
    });
    await toNodes(screen);
    for (const page of placesTo('Site', 'Nodes')) {
      screen.press('n');
      const text = await screen.see(page);
      expect(text).toContain('REHEARSAL');
      expect(text.split('\n').every((line) => line.length <= 80)).toBe(true);
    }
    screen.press('n');
    await screen.see(/\d+ of \d+ checks pass.*none fails/);
    screen.press('n');
    await screen.see("Type the site's name, berlin, to start");
    screen.press('berlim', keys.enter);
    await screen.see('berlim is not berlin');
    expect(existsSync(join(root, 'etc/kloudspot/site.yaml'))).toBe(false);
    screen.press(keys.backspace, 'n', keys.enter);
    await screen.see('berlin is running.');
    screen.press(keys.enter);
    expect(await screen.exited()).toBe(0);
    expect(await readFile(join(root, 'etc/kloudspot/values.yaml'), 'utf8')).toContain(
      'dnsName: spot.berlin.example.org',
    );
    expect(existsSync(draft())).toBe(false);
  });

  it('with --accept-new-host-keys asks for no key, and says how they came to be pinned', async () => {
    init({}, '--accept-new-host-keys');
    await screen.see('New site');
    await screen.see('select');
    screen.press(keys.enter);
    await screen.see(/(✓ sudo[\s\S]*){3}/);
    await screen.see(/New host keys were pinned by --accept-new-host-keys: ks-1,\s+ks-2,\s+ks-3/);
    screen.press(keys.down);
    await screen.see(/--accept-new-host-keys pinned it: ED25519\s+SHA256:/);
    expect(screen.output).not.toContain('Host keys: 3 new');
  });

  it('takes several keys that arrive in one read, in every list', async () => {
    init();
    await screen.see('select');
    screen.press(keys.down, keys.enter);
    await screen.see('Path of the site file');
    screen.press(keys.escape);
    await screen.see('New site');
    screen.press(keys.up, keys.up, keys.enter);
    await screen.see(placeOf('Nodes'));
    // Three down, then into the field: the second node's name, changed and left, in one read.
    screen.press(keys.down, keys.down, keys.right, keys.enter, keys.ctrlU, 'ks-9', keys.enter);
    const text = await screen.see('ks-9');
    expect(text).toMatch(/2 10\.0\.4\.87\s+ks-9/);
    expect(text).toMatch(/1 10\.0\.4\.21\s+ks-1/);
  });

  it('says at once what is wrong with an answer, and keeps what was typed', async () => {
    init();
    await toNodes(screen);
    screen.press(keys.down, keys.right, keys.enter, keys.ctrlU, 'KS_1', keys.enter);
    expect(await screen.see('KS_1')).toContain('write ks-1');
    screen.press('n');
    await screen.see(placeOf('Network'));
    screen.press(keys.right, keys.enter, keys.ctrlU, '10.0.4.21', keys.enter);
    await screen.see('prefix');
    await expect.poll(() => readFile(draft(), 'utf8')).toContain('KS_1');
    screen.press(keys.escape);
    await screen.see(placeOf('Nodes'));
    for (const page of placesTo('Preflight', 'Nodes')) {
      screen.press('n');
      await screen.see(page);
    }
    await screen.see('KS_1');
  });

  it('Esc steps back and loses nothing; the draft is there the next time', async () => {
    init();
    await toNodes(screen);
    screen.press('n');
    await screen.see(placeOf('Network'));
    screen.press(keys.escape);
    await screen.see(placeOf('Nodes'));
    screen.press(keys.ctrlC);
    await screen.see(/leave/i);
    screen.press(keys.ctrlC);
    expect(await screen.exited()).toBe(130);
    expect(existsSync(draft())).toBe(true);
    init();
    await screen.see('Continue the draft');
    screen.press(keys.enter);
    await screen.see(placeOf('Nodes'));
    expect(await screen.see('10.0.4.87')).toContain('ks-2');
  });

  it.each(placesTo('Review'))('Ctrl-C on %s asks once, then leaves with 130 and a safe draft', async (page) => {
    init();
    await toNodes(screen);
    for (let presses = 1; presses < Number(page[0]); presses++) {
      screen.press('n');
      await screen.see(`${presses + 1}/8`);
      if (presses === 5) await screen.see(/checks pass.*none fails/);
    }
    await screen.see(page);
    screen.press(keys.ctrlC);
    await screen.see(/draft/);
    screen.press(keys.ctrlC);
    expect(await screen.exited()).toBe(130);
    expect(screen.output).toContain('site.draft.yaml');
    expect(existsSync(draft())).toBe(true);
    expect(existsSync(join(root, 'etc/kloudspot/site.yaml'))).toBe(false);
  });
});

describe('terminals of every kind', () => {
  it('at 40×10 says what size is needed or fits, and is whole again after growing', async () => {
    init();
    await toNodes(screen);
    screen.resize(40, 10);
    await screen.see(/40|12|larger|rows/);
    expect(
      screen
        .text()
        .split('\n')
        .every((line) => line.length <= 40),
    ).toBe(true);
    screen.resize(20, 5);
    await screen.see(/\S/);
    screen.resize(80, 24);
    const text = await screen.see('add: an address, a name, or a range');
    expect(text.split('\n')[0]).toContain('REHEARSAL');
    expect(text.match(/ks-1/g)).toHaveLength(1);
    screen.resize(120, 40);
    await screen.see(/● Nodes/);
  });

  it('without colours sends none, and marks carry the meaning', async () => {
    init({ env: { NO_COLOR: '1' } });
    await toNodes(screen);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colour codes are what is looked for.
    expect(screen.output).not.toMatch(/\u001b\[(3|4|9|10)\d(;\d+)*m/);
    expect(screen.text()).toContain('✓');
  });

  it('with --ascii sends nothing but ASCII, on a screen where much is cut too', async () => {
    init({ columns: 40, rows: 12 }, '--ascii');
    await screen.see('New site');
    await screen.see('select');
    screen.press(keys.enter);
    await screen.see(placeOf('Nodes'));
    for (const page of placesTo('Preflight', 'Nodes')) {
      screen.press('n');
      await screen.see(page);
    }
    expect(screen.output).toContain('~');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: everything beyond ASCII is refused.
    expect(screen.output.match(/[^\u0000-\u007f]+/g)).toBeNull();
  });

  it('shows on ? what a field is for', async () => {
    init();
    await toNodes(screen);
    screen.press(keys.down, '?');
    await screen.see(/Reach at[\s\S]*/);
    screen.press(keys.escape);
    await screen.see('add: an address');
  });
});

it('stopped and continued by a shell, which had the terminal meanwhile, it draws its page and takes keys again', async () => {
  init();
  await toNodes(screen);
  process.kill(screen.pid, 'SIGSTOP');
  const stopped = () => readFile(`/proc/${screen.pid}/stat`, 'utf8');
  await expect.poll(stopped).toContain(') T ');
  const terminal = await readlink(`/proc/${screen.pid}/fd/0`);
  await execa('stty', ['-F', terminal, 'sane']);
  // As the prompt of a shell.
  await writeFile(terminal, '\u001b[2J\u001b[H$ ');
  await screen.see(/^\$$/);
  process.kill(screen.pid, 'SIGCONT');
  await screen.see(placeOf('Nodes'));
  screen.press('n');
  await screen.see(placeOf('Network'));
});
