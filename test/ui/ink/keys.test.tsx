import { describe, expect, it } from 'vitest';
import { bindingsOf } from '../../../source/ui/ink/app/bindings.ts';
import { update } from '../../../source/ui/ink/app/update.ts';
import type { AppState } from '../../../source/ui/ink/store/state.ts';
import { hintsOf, keyNames } from '../../../source/ui/ink/widgets/bindings.ts';
import { type KeyPress, press } from '../../../source/ui/ink/widgets/keys.ts';
import { themeOf } from '../../../source/ui/ink/widgets/theme.ts';
import { keyOf } from '../page-places.ts';
import { facts } from '../sample.ts';
import { begin, checked, ended, failed, opened, ran, reviewed, seen } from './states.tsx';
import { named, Walk } from './walk.tsx';

const characters = [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 ?/.'];
/** Every key that a keyboard has, and a paste. */
const everyKey: readonly KeyPress[] = [
  ...named.map((name) => press(name)),
  ...characters.map((text) => press('character', text)),
  ...[...'abcdefghijklmnopqrstuvwxyz'].map((text) => press('control', text)),
  press('paste', '10.0.4.99'),
];

const offer = { node: 'ks-1', address: '10.0.4.21', fingerprint: 'ED25519 SHA256:abc', line: 'x' };
const strangers = () =>
  opened().tell({ type: 'access', reach: '10.0.4.21', now: 0, state: { state: 'host-key-unknown', offers: [offer] } });
/** A run that could not begin, for a reason longer than the screen has room for. */
const broken = () =>
  reviewed().tell({ type: 'begin-failed', lines: ['It broke.', ...Array<string>(9).fill('Look at the disk.')] });
/** The machines have names of their own. */
const called = () =>
  seen(opened()).tell({
    type: 'access',
    reach: '10.0.4.21',
    now: 0,
    state: { state: 'ready', facts: { ...facts('ks', '10.0.4.21'), identity: { hostname: 'alpha', machineId: 'x' } } },
  });
/** A node that failed without advice, one that wants a password, one without sudo. */
const refused = (walk: Walk) => {
  const { access, ...rest } = facts('ks', '10.0.4.23');
  return walk.tell(
    { type: 'access', reach: '10.0.4.21', now: 0, state: { state: 'failed', what: 'It broke.', next: [] } },
    {
      type: 'access',
      reach: '10.0.4.22',
      now: 0,
      state: { state: 'password-needed', for: 'login', why: 'It asks for a password.', next: [] },
    },
    {
      type: 'access',
      reach: '10.0.4.23',
      now: 0,
      state: { state: 'ready', facts: { ...rest, access: { ...access, sudo: 'refused' } } },
    },
  );
};
const screens: readonly (readonly [string, () => Walk])[] = [
  ['start', () => begin()],
  ['start, a path', () => begin().keys('<down><enter>a')],
  [
    'start, the question of the draft',
    () => new Walk(undefined, { draft: { name: 'berlin', savedAt: new Date(0) } }).keys('<down><enter>'),
  ],
  ['nodes', () => seen(opened())],
  ['nodes, a row', () => seen(opened()).keys('<down><right>')],
  ['nodes, a removed row', () => seen(opened()).keys('<down>d')],
  ['nodes, unknown keys', strangers],
  ['nodes, unknown keys, typing', () => strangers().keys('<enter>x')],
  ['nodes, unknown keys, adding', () => strangers().keys('a10')],
  ['nodes, names of their own', () => called().keys('<enter>x')],
  ['nodes, no access', () => refused(strangers())],
  ['nodes, no access, its row', () => refused(strangers()).keys('<down>')],
  ['nodes, no access, typing', () => refused(strangers()).keys('<down><enter>x')],
  ['nodes, fingerprints', () => strangers().keys('f')],
  ['nodes, a password', () => strangers().keys('Pab')],
  ['nodes, adding', () => opened().keys('a10')],
  ['nodes, typing', () => opened().keys('<enter>x')],
  ['nodes, a choice', () => opened().keys('<down><right><right><enter>')],
  ...['Network', 'Features', 'Storage', 'Site'].map(
    (page) => [`page ${page}`, () => seen(opened()).keys(keyOf(page))] as const,
  ),
  ['a help', () => opened().keys('?')],
  ['a filter', () => opened().keys('?/x')],
  ['the pages', () => opened().keys('<^g>')],
  ['leaving', () => opened().keys('<^c>')],
  ['preflight, asking', () => seen(opened()).keys(keyOf('Preflight'))],
  ['preflight, all pass', () => checked('pass')],
  ['preflight, a warning', () => checked('warn')],
  ['preflight, a failure', () => checked('fail')],
  ['review, the name', () => reviewed()],
  ['review, the lines', () => reviewed().keys('<up><up>')],
  ['review, files', () => reviewed().keys('<up>d')],
  ['review, the name beside a failure', () => broken().keys('<end>')],
  ['review, beginning', () => reviewed().keys('berlin<enter>')],
  ['run', () => ran()],
  ['run, moved', () => ran().keys('<up>')],
  ['run, stopping', () => ran().keys('<^c>')],
  ['run, its log', () => ran().keys('l')],
  ['run, a failure', () => failed()],
  ['run, stopped', () => ended('stopped')],
  ['summary', () => ended('done')],
];

/** What the key changes; the line for a message is gone with every key. */
function does(state: AppState, key: KeyPress): boolean {
  const after = update(state, { type: 'key', key, now: state.now });
  const quiet = { ...state, message: undefined };
  const run = state.run && { ...state.run, message: undefined };
  return after.effects.length > 0 || JSON.stringify(after.state, shown) !== JSON.stringify({ ...quiet, run }, shown);
}

const shown = (_: string, value: unknown): unknown =>
  value instanceof Map ? [...value] : value instanceof Set ? [...value] : value;

/** The letters that the body of a screen says are keys: `m shows all`. Those after `Esc, then` are keys a moment later. */
const keysNamedIn = (screen: string): readonly string[] =>
  [
    ...screen.matchAll(
      /(?<!(?:Esc|Up), then)(?:^|[\s(,.]) ?([a-zA-Z]) (?:shows|gives|uses|tries|goes|connects|brings)\b/gm,
    ),
  ].map(([, key]) => key ?? '');

/** What one more key leads to on the same screen; a long text has a filter of its own. */
const afterKeys = (state: AppState): readonly AppState[] =>
  bindingsOf(state).flatMap(({ keys: [name = ''], label }) => {
    const key = everyKey.find((each) => keyNames(each).includes(name));
    if (key === undefined || /^(leave|help|pages|next|back|go to the page .*)$/.test(label)) return [];
    const after = update(state, { type: 'key', key, now: state.now }).state;
    return after.overlay?.kind === 'pager' || after.run?.pager || after.screen !== state.screen ? [] : [after];
  });

/** Every line of the screen under the pointer, one after the other. */
function downFrom(state: AppState): readonly AppState[] {
  const down = everyKey.filter((key) => key.name === 'down');
  const states = [state];
  for (let line = 0; line < 40; line++)
    for (const key of down) states.push(update(states.at(-1) ?? state, { type: 'key', key, now: state.now }).state);
  return states;
}

/** The help that `?` opens, else none. */
function helpOf(state: AppState): string {
  const { overlay, run } = update(state, { type: 'key', key: press('character', '?'), now: 0 }).state;
  const pager = overlay?.kind === 'pager' ? overlay.pager : run?.pager?.pager;
  return pager?.lines.map((line) => line.text).join('\n') ?? '';
}

describe('the one table of keys', () => {
  it.each(screens)('%s: every key of the footer acts now', (_, walk) => {
    const { state } = walk();
    for (const binding of bindingsOf(state).filter((one) => one.dropOrder !== undefined)) {
      const own = everyKey.filter((key) => keyNames(key).some((name) => binding.keys.includes(name)));
      expect(
        own.some((key) => does(state, key)),
        binding.label,
      ).toBe(true);
    }
  });

  it.each(screens)('%s: every key that acts is in the footer or in a help', (_, walk) => {
    const { state } = walk();
    const bindings = bindingsOf(state);
    const labels = [
      ...hintsOf(bindings, themeOf({ color: false, ascii: false }).glyphs).map((hint) => hint.label),
      ...helpOf(state).split('\n'),
      ...helpOf(opened().state).split('\n'),
    ].join('\n');
    for (const key of everyKey.filter((one) => does(state, one))) {
      const binding = bindings.find((one) => keyNames(key).some((name) => one.keys.includes(name)));
      expect(binding?.label, `${key.name} ${key.text}`).toBeDefined();
      expect(labels).toContain(binding?.label);
    }
  });

  it.each(screens)('%s: every key that a text names is no letter that is being typed, at every size', (_, walk) => {
    for (const size of [
      { columns: 80, rows: 24 },
      { columns: 40, rows: 12 },
      { columns: 120, rows: 40 },
    ]) {
      const sized = walk().tell({ type: 'resize', ...size });
      const bindings = bindingsOf(sized.state);
      for (const key of keysNamedIn(sized.shown())) {
        const does = bindings.find((binding) => binding.keys.some((one) => [key, 'character'].includes(one)));
        expect(does?.keys, `${key} in\n${sized.shown()}`).toContain(key);
      }
    }
  });

  it('the help names the keys of the screen in words', () => {
    expect(helpOf(opened().state)).toMatch(/Enter +edit/);
    expect(helpOf(checked('warn').state)).toMatch(/a +all/);
    expect(helpOf(ran().state)).toMatch(/\^C +stop/);
  });

  it.each(screens)('%s: the help has the keys of a line of text where one is typed, and only there', (_, walk) => {
    const { state } = walk();
    const help = helpOf(state);
    if (state.overlay || !help.includes('Keys here')) return;
    const types = (each: AppState) => bindingsOf(each).some(({ label }) => label === 'type');
    const typed = downFrom(state).some((each) => types(each) || afterKeys(each).some(types));
    expect(help.includes('While typing')).toBe(typed);
  });

  it('the help of a check says why it matters', () => {
    expect(helpOf(checked('warn').state)).toContain('Cores are needed.');
  });

  it('next is in the footer only where it leads on', () => {
    const labels = (walk: Walk) =>
      hintsOf(bindingsOf(walk.state), themeOf({ color: false, ascii: false }).glyphs).map((hint) => hint.label);
    expect(labels(checked('warn'))).toContain('next');
    expect(labels(checked('fail'))).not.toContain('next');
    expect(labels(reviewed().keys('berlin<enter>'))).toEqual(['stop']);
  });

  it('Ctrl-C while the run is being started stays, and stops the run once it has begun', () => {
    const starting = reviewed().keys('berlin<enter><^c><^c>');
    expect(starting.effects.slice(-1)).toEqual([{ do: 'begin' }]);
    expect(starting.shown()).toContain('The run stops as soon as it has started.');
    const begun = starting.tell({ type: 'begun', now: 0 });
    expect(begun.effects.slice(-1)).toEqual([{ do: 'steer', order: { order: 'stop' } }]);
    expect(begun.shown()).toContain('Stops after the running steps.');
  });
});
