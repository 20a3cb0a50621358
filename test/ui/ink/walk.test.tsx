import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../source/site/finding.ts';
import { getAt } from '../../../source/wizard/draft/draft.ts';
import { keyOf, keysTo } from '../page-places.ts';
import { facts, wholeDraft } from '../sample.ts';
import { seen } from './states.tsx';
import { Walk } from './walk.tsx';

const at = (size?: { columns: number; rows: number }) =>
  new Walk(size).tell({ type: 'draft', draft: wholeDraft, savedAt: new Date(), now: 0 });
const inDraft = (walk: Walk, ...path: (string | number)[]) => getAt(walk.state.draft, path);

describe('several keys at once', () => {
  it('Down and Enter choose the row that the pointer came to', () => {
    const walk = new Walk().keys('<down><down><enter>');
    expect(walk.effects).toEqual([{ do: 'exit', code: 6 }]);
  });
  it('a field is opened, cleared, typed, taken, and the next one stands under the pointer', () => {
    const walk = at().keys('<enter><^u>munich<enter><right><enter><^u>workstation<enter>');
    expect(inDraft(walk, 'name')).toBe('munich');
    expect(inDraft(walk, 'nodes', 0, 'name')).toBe('workstation');
  });
  it('nodes are added one after the other', () => {
    const walk = at().keys('a10.0.4.31<enter>10.0.4.32-33<enter><escape>');
    expect(Array.isArray(walk.state.draft.nodes) && walk.state.draft.nodes.length).toBe(6);
    expect(walk.state.editor).toBeUndefined();
  });
  it('a choice in a table', () => {
    const walk = at().keys('<down><right><right><enter><down><enter>');
    expect(inDraft(walk, 'nodes', 0, 'role')).toBe('worker');
  });
  it('pages and back', () => {
    const walk = at().keys(`${keyOf('Features')}nn<escape><escape>`);
    expect(walk.state.screen).toBe('features');
    expect(walk.state.draft).toBe(walk.state.draft);
  });
});

describe('nothing typed is lost', () => {
  it.each([
    ['Esc', '<escape>'],
    ['Enter', '<enter>'],
    ['Tab', '<tab>'],
    ['Down', '<down>'],
    ['Ctrl-C, and staying', '<^c>x<escape>'],
  ])('%s keeps even a wrong text', (_, key) => {
    const walk = at().keys(`<enter><^u>Ber_lin${key}`);
    expect(walk.state.editor).toBeUndefined();
    expect(inDraft(walk, 'name')).toBe('Ber_lin');
  });
  it('a wrong text for adding stays in its line', () => {
    const walk = at().keys('a10.0.4.300<enter>');
    expect(walk.state.editor).toMatchObject({ kind: 'add', problem: expect.stringMatching(/not an IPv4/) });
  });
  it('a removed node comes back', () => {
    const walk = at().keys('<down>d');
    expect(Array.isArray(walk.state.draft.nodes) && walk.state.draft.nodes.length).toBe(2);
    expect(walk.keys('z').state.draft).toEqual(wholeDraft);
  });
  it('Delete takes an answer back, so that what was seen stands again', () => {
    const walk = seen(at()).keys(keyOf('Network')).keys('<end><up><up><up><up><delete>');
    expect(inDraft(walk, 'network', 'gateway')).toBeUndefined();
    expect(walk.shown()).toMatch(/Gateway +10\.0\.4\.1 +seen/);
  });
});

describe('Ctrl-C', () => {
  it.each(['', ...keysTo('Site', 'Nodes')])('asks once on page %s, then leaves with 130', (page) => {
    const walk = at().keys(`${page}<^c>`);
    expect(walk.shown()).toContain('The draft is saved');
    expect(walk.effects).toEqual([]);
    expect(walk.keys('<^c>').effects).toEqual([{ do: 'exit', code: 130 }]);
  });
});

describe('access', () => {
  const offer = { node: 'ks-1', address: '10.0.4.21', fingerprint: 'ED25519 SHA256:abc', line: 'x' };
  it('shows fingerprints and trusts those shown', () => {
    const walk = at().tell({
      type: 'access',
      reach: '10.0.4.21',
      now: 0,
      state: { state: 'host-key-unknown', offers: [offer] },
    });
    expect(walk.shown()).toContain('1 new, 0 changed');
    walk.keys('f');
    expect(walk.shown()).toContain('ED25519 SHA256:abc');
    expect(walk.keys('t').effects).toEqual([{ do: 'trust', offers: [offer], reaches: ['10.0.4.21'] }]);
  });
  it('says in red words that a key has changed', () => {
    const walk = at()
      .tell({
        type: 'access',
        reach: '10.0.4.21',
        now: 0,
        state: { state: 'host-key-unknown', offers: [{ ...offer, changedFrom: 'ED25519 SHA256:old' }] },
      })
      .keys('f');
    expect(walk.shown()).toContain('CHANGED. Before: ED25519 SHA256:old');
  });
  it('no sudo means no access', () => {
    const refused = facts('ks', '10.0.4.21', { access: { user: 'guest', sudo: 'refused', address: '10.0.4.21' } });
    const walk = at().tell({ type: 'access', reach: '10.0.4.21', now: 0, state: { state: 'ready', facts: refused } });
    expect(walk.shown()).toContain('✗ no sudo');
    expect(walk.shown()).toContain('guest cannot use sudo there');
  });
  it('takes a password that is never on the screen', () => {
    const walk = at()
      .tell({
        type: 'access',
        reach: '10.0.4.21',
        now: 0,
        state: { state: 'password-needed', for: 'sudo', why: 'A password is needed.', next: [] },
      })
      .keys('<down>pse cret');
    expect(walk.shown()).not.toContain('cret');
    expect(walk.shown()).toContain('*******');
    expect(walk.keys('<enter>').effects).toEqual([{ do: 'password', node: 'ks-1', for: 'sudo', password: 'se cret' }]);
    expect(JSON.stringify(walk.state)).not.toContain('se cret');
  });
});

describe('preflight and review', () => {
  const finding = (change: Partial<Finding>): Finding => ({
    check: 'cpu-cores',
    grade: 'pass',
    nodes: ['ks-1'],
    seen: '16',
    reason: 'Enough cores.',
    ...change,
  });
  const checked = (findings: readonly Finding[]) =>
    at()
      .keys(keyOf('Preflight'))
      .keys(keyOf('Site'))
      .keys('n')
      .tell(
        { type: 'judged', open: [], site: undefined },
        {
          type: 'checked',
          findings,
          help: new Map([
            ['cpu-cores', { title: 'Processor cores', why: 'Cores are needed.', source: 'The floor' }],
            ['cpu-flags', { title: 'Flags', why: 'It stops.', source: 'The floor', strict: 'It does not run.' }],
          ]),
        },
      );
  it('a failed check keeps the way shut, and Enter goes to its field', () => {
    const walk = checked([finding({ grade: 'fail', reason: 'ks-1 has 4 cores.', field: ['nodes', 0, 'name'] })]).keys(
      'n',
    );
    expect(walk.state.screen).toBe('preflight');
    expect(walk.shown()).toContain('1 check fails');
    expect(walk.keys('<enter>').state.screen).toBe('nodes');
    expect(walk.shown()).toContain('[ks-1');
  });
  it('a range typed into one row is offered: the first address stays there, Enter adds the others', () => {
    const walk = new Walk().tell({ type: 'draft', draft: {}, savedAt: undefined, now: 0 }).keys('1');
    const one = walk.keys('<end><enter>10.0.9.20<enter><escape><up>');
    const typed = one.keys('<home><down><enter>').keys('<backspace>'.repeat(9)).keys('10.0.9.21-23');
    expect(typed.shown()).toContain('10.0.9.21-23 is 3 nodes and this is one');
    const offered = typed.keys('<enter>');
    expect(offered.shown()).toContain('10.0.9.22-23');
    const nodes = () => offered.state.draft.nodes;
    expect(nodes()).toMatchObject([{ reach: '10.0.9.21' }]);
    offered.keys('<enter>');
    expect(nodes()).toMatchObject([{ reach: '10.0.9.21' }, { reach: '10.0.9.22' }, { reach: '10.0.9.23' }]);
  });
  it('o accepts a failure by the name of its check, and takes that back; a strict one cannot be accepted', () => {
    const failed = checked([finding({ grade: 'fail', reason: 'ks-1 has 4 cores.' })]);
    const accepted = failed.keys('o');
    expect(accepted.shown()).toContain('1 warns, none fails');
    expect(accepted.keys('n').state.screen).toBe('review');
    const back = checked([finding({ grade: 'fail', reason: 'ks-1 has 4 cores.' })]).keys('oo');
    expect(back.shown()).toContain('1 fails');
    const strict = checked([finding({ grade: 'fail', reason: 'ks-1 has 4 cores.', check: 'cpu-flags' })]).keys('o');
    expect(strict.shown()).toContain('1 fails');
  });
  it('? tells why the check matters, its source and what to do', () => {
    const walk = checked([finding({ grade: 'fail', reason: 'ks-1 has 4 cores.', advice: 'Give it more' })]).keys('?');
    expect(walk.shown()).toMatch(/Cores are needed\. The rule: The floor\. What to do: Give it more\./);
  });
  it('a warning lets on', () => {
    const walk = checked([finding({ grade: 'warn' })]).keys('n');
    expect(walk.state.screen).toBe('review');
    expect(walk.effects.at(-1)).toEqual({ do: 'plan' });
  });
  it('looks again after an answer has changed, not otherwise', () => {
    const walk = checked([finding({})]);
    const asked = () => walk.effects.filter((effect) => effect.do === 'preflight').length;
    const before = asked();
    expect(walk.keys('<escape>n').state.screen).toBe('preflight');
    expect(asked()).toBe(before);
    walk.keys('<escape><enter><^u>spot.acme.de<enter>n');
    expect(asked()).toBe(before + 1);
  });
});

describe('what the facts rule out', () => {
  it('stands beside the nodes, and the trail keeps its mark', () => {
    const old = facts('ks', '10.0.4.21', { cpu: { model: 'QEMU', cores: 16, flags: [] } });
    const walk = at()
      .keys(`${keyOf('Nodes')}${keyOf('Network')}`)
      .tell({ type: 'access', reach: '10.0.4.21', now: 0, state: { state: 'ready', facts: old } });
    expect(walk.shown()).toContain('!Nodes');
    expect(walk.keys(keyOf('Nodes')).shown()).toContain('has no AVX');
  });
});

describe('every page fits', () => {
  const sizes = [
    { columns: 80, rows: 24 },
    { columns: 60, rows: 20 },
    { columns: 40, rows: 12 },
    { columns: 120, rows: 40 },
  ];
  const pages = keysTo('Preflight');
  const opened = ['?', 'f', 'P', 'a10.0', '<^c>'].map((keys) => `${keyOf('Nodes')}${keys}`);
  for (const size of sizes) {
    it.each([...pages, ...opened])(`${size.columns}×${size.rows}: keys %s`, (keys) => {
      const lines = seen(at(size)).keys(keys).shown().split('\n');
      expect(lines.length).toBeLessThanOrEqual(size.rows);
      expect(Math.max(...lines.map((line) => [...line].length))).toBeLessThanOrEqual(size.columns);
      expect(lines.join('\n')).not.toContain('undefined');
    });
  }
  it.each([
    [39, 24],
    [80, 11],
    [20, 5],
  ])('%i×%i says what is needed and that the draft is safe', (columns, rows) => {
    const text = seen(at({ columns, rows })).shown();
    expect(text.split(/\s+/).join(' ').trim()).toBe(`Needs 40x12, has ${columns}x${rows}. The draft is saved.`);
  });
  it('nine nodes scroll and say how many more there are', () => {
    const walk = at({ columns: 60, rows: 16 }).keys('a10.0.4.31-39<enter><escape><home>');
    expect(walk.shown()).toMatch(/\d+ more below/);
    expect(walk.keys('<end><up>').shown()).toContain('10.0.4.39');
  });
  it('ASCII only where nothing else is understood', () => {
    const text = pages.map((keys) => seen(at()).keys(keys).shown({ ascii: true, color: false })).join('');
    expect([...text].filter((one) => one > '~')).toEqual([]);
  });
  it('REHEARSAL stands on every page', () => {
    for (const keys of pages) expect(at().keys(keys).shown()).toContain('REHEARSAL healthy');
  });
});
