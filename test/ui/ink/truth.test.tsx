import { renderToString } from 'ink';
import { describe, expect, it } from 'vitest';
import type { LastRun } from '../../../source/app/last-run.ts';
import { update } from '../../../source/ui/ink/app/update.ts';
import { Frame } from '../../../source/ui/ink/widgets/frame.tsx';
import { Line } from '../../../source/ui/ink/widgets/line.tsx';
import { aboutNode } from '../../../source/ui/model/about-node.ts';
import { getAt } from '../../../source/wizard/draft/draft.ts';
import { keyOf, placesTo } from '../page-places.ts';
import { facts, step, wholeDraft } from '../sample.ts';
import { begin, checked, ended, failed, opened, plan, ran, reviewed, reviewOfPlan, seen, told } from './states.tsx';
import { Walk } from './walk.tsx';

const small = { columns: 40, rows: 12 };
const offer = { node: 'ks-1', address: '10.0.4.21', fingerprint: 'ED25519 SHA256:abc', line: 'x' };
const strangers = () =>
  seen(opened()).tell({
    type: 'access',
    reach: '10.0.4.21',
    now: 0,
    state: { state: 'host-key-unknown', offers: [offer] },
  });

describe('marks of the progress line', () => {
  it('a page with a node that cannot be used yet is not done', () => {
    expect(strangers().keys('n').shown()).toContain('!Nodes');
    expect(seen(opened()).keys('n').shown()).toContain('✓Nodes');
  });
  it('a page whose questions are judged by what was seen of the nodes is not done before they are', () => {
    expect(
      strangers()
        .keys(`${keyOf('Network')}n`)
        .shown(),
    ).toContain('!Network');
    expect(
      seen(opened())
        .keys(`${keyOf('Network')}n`)
        .shown(),
    ).toContain('✓Network');
  });
  it('a page with an open warning is not done', () => {
    // The certificate is self-signed.
    expect(
      seen(opened())
        .keys(`${keyOf('Site')}${keyOf('Nodes')}`)
        .shown(),
    ).toContain('!Site');
  });
  it('a run that was stopped is not done', () => {
    const stopped = ended('stopped').keys('q').shown();
    expect(stopped).toContain('the run was stopped');
    expect(stopped).not.toContain('✓Run');
    expect(ended('done').shown()).toContain('✓Run');
  });
  it('a review that began nothing is not done', () => {
    expect(reviewed().keys('<escape>').shown()).toContain('○Review');
  });
});

describe('nodes that have no room', () => {
  it('are counted on the run page', () => {
    expect(ran(small).shown()).toMatch(/ks-\d \+\d/);
    expect(ran({ columns: 120, rows: 40 }).shown()).not.toMatch(/ks-\d \+\d/);
  });
  it('are counted on the preflight page, and one that fails keeps its column', () => {
    const findings = ['ks-1', 'ks-2', 'ks-3'].map((node, at) => ({
      ...{ check: 'cores', nodes: [node], reason: 'x', seen: 'much too few' },
      grade: at === 0 ? ('fail' as const) : ('pass' as const),
    }));
    const help = new Map([['cores', { title: 'Processor cores of it', why: '', source: '' }]]);
    const walk = checked('pass', small).tell({ type: 'checked', findings, help });
    expect(walk.shown()).toMatch(/ks-1 \+2/);
  });
});

describe('what goes on', () => {
  it('the log of a step that ended without printing anything says so, and what was seen', () => {
    const running = ran().keys('l');
    expect(running.shown()).toContain('No output yet.');
    const done = { type: 'step-done', step: 'chart', outcome: 'changed', seen: '9 of 9 ready', durationMs: 1 } as const;
    expect(told(running, done).shown()).toContain('No output. 9 of 9 ready');
  });
  it('what a step sees while it waits takes the rows that are free, is marked where it is cut, and hides nothing else', () => {
    const seen = Array.from({ length: 30 }, (_, part) => `part-number-${part} has 0 of 1`).join(', ');
    const waiting = told(ran(), {
      type: 'waiting',
      step: 'chart',
      for: 'every part of the product to be ready',
      seen,
      untilAt: '2026-01-01T12:00:00.000Z',
    });
    const lines = waiting.shown().split('\n');
    const from = lines.findIndex((line) => line.includes('now: part-number-0'));
    const until = lines.findIndex((line) => line.includes('gives up in'));
    expect(until - from).toBeGreaterThan(2);
    expect(lines[until - 1]?.trimEnd()).toMatch(/…$/);
    expect(lines.join('\n')).toContain('waits for every part');
  });
  it('a paused run says that nothing new starts, and how it goes on', () => {
    const paused = told(ran(), { type: 'run-paused', why: 'by the operator' });
    expect(paused.shown()).toContain('Paused: 1 running step ends, nothing new starts · p continues');
  });
  it.each([80, 120])('steps of the cluster are not read as those of the first node, on %i columns', (columns) => {
    const size = { columns, rows: 40 };
    const group = 'Prepare';
    const steps = [
      step('values', { group }),
      step('images@ks-1', { group }),
      step('secret', { group }),
      step('rollout'),
    ];
    const done = (id: string) =>
      ({ type: 'step-done', step: id, outcome: 'changed', seen: '', durationMs: 2000 }) as const;
    const mixed = { ...plan, steps };
    const begun = checked('pass', size)
      .keys('n')
      .tell({ type: 'planned', plan: mixed, review: reviewOfPlan(mixed) })
      .keys('berlin<enter>')
      .tell({ type: 'begun', now: 0 });
    const run = told(
      begun,
      { type: 'run-started', run: '7f3a', plan: 'x', process: 1, owner: 'me', host: 'h', resumed: false },
      done('values'),
      done('images@ks-1'),
    );
    expect(run.shown()).toMatch(/○ Prepare +✓ 2 s +○ 1 of 2 · cluster/);
    expect(run.shown()).toMatch(/○ Host names +○ · cluster/);
    expect(told(run, done('secret')).shown()).toMatch(/✓ Prepare +✓ 2 s +✓ 4 s · cluster/);
  });
  it('a running step says what it waits for and when it gives up', () => {
    const waits = told(ran(), {
      type: 'waiting',
      step: 'chart',
      for: 'the pods',
      seen: '3 of 9 ready',
      untilAt: '2026-01-01T00:05:00.000Z',
    }).tell({ type: 'time', now: 60_000 });
    expect(waits.shown()).toMatch(/waits for the pods · now: 3 of 9 ready · gives up in \d+:\d\d/);
  });
  it('a long wait is shown whole where there is room', () => {
    const seen = Array.from({ length: 12 }, (_, at) => `part-${at} 0 of 1`).join(', ');
    const untilAt = '2026-01-01T00:05:00.000Z';
    const waits = told(ran(), { type: 'waiting', step: 'chart', for: 'the pods', seen, untilAt });
    expect(waits.shown()).toMatch(/part-11 0 of 1\n gives up in/);
    expect(waits.tell({ type: 'resize', columns: 40, rows: 12 }).shown()).toMatch(/now: part-0.*…\n gives up in/);
  });
  it('the time left counts down between events', () => {
    const event = {
      at: '2026-01-01T00:01:00.000Z',
      type: 'line',
      step: 'chart',
      node: 'ks-1',
      stream: 'stdout',
    } as const;
    const news = { type: 'event', left: () => 600_000, event: { ...event, text: 'x' } } as const;
    const run = ran().tell({ type: 'run', now: 0, news });
    expect(run.shown()).toContain('about 10 min left');
    expect(run.tell({ type: 'time', now: 240_000 }).shown()).toContain('about 6 min left');
  });
  it('one that says nothing has its deadline still', () => {
    expect(ran().shown()).toMatch(/gives up in 60 s|gives up in 1:00/);
  });
});

describe('where one was', () => {
  const again = (at: 'storage' | 'review' | 'preflight') =>
    new Walk().tell({ type: 'draft', draft: wholeDraft, savedAt: new Date(0), at, now: 0 });
  it('the draft opens on the page where it was left, the pages before it visited', () => {
    const walk = again('storage');
    expect(walk.state.screen).toBe('storage');
    expect([...walk.state.visited]).toEqual(['nodes', 'network', 'features', 'storage']);
  });
  it('to Review it goes by way of the checks, once every node has answered', () => {
    const connecting = again('review');
    expect(connecting.state.screen).toBe('preflight');
    const walk = new Walk().tell(
      { type: 'draft', draft: wholeDraft, savedAt: new Date(0), at: 'review', now: 0 },
      { type: 'judged', open: [], site: undefined },
      { type: 'checked', findings: [], help: new Map() },
    );
    expect(walk.state.screen).toBe('review');
  });
  it('a failed check keeps it on Preflight', () => {
    const walk = again('review').tell({
      type: 'checked',
      findings: [{ check: 'x', grade: 'fail', nodes: [], seen: '', reason: 'No.' }],
      help: new Map(),
    });
    expect(walk.state.screen).toBe('preflight');
  });
  it('the checks wait for a node that is still connecting', () => {
    const connecting = opened()
      .tell({ type: 'access', reach: '10.0.4.21', now: 0, state: { state: 'connecting', sinceMs: 0 } })
      .keys(keyOf('Preflight'));
    expect(connecting.effects).toEqual([]);
    expect(connecting.shown()).toContain('Connecting to every node first.');
    expect(seen(connecting).effects).toEqual([{ do: 'preflight' }]);
  });
});

describe('a draft that stands there', () => {
  const beside = () => new Walk(undefined, { draft: { name: 'berlin', savedAt: new Date(0) } });
  it('is replaced after a question only, and a copy is kept', () => {
    const asked = beside().keys('<down><enter>');
    expect(asked.effects).toEqual([]);
    expect(asked.shown()).toContain('unfinished draft of berlin');
    expect(asked.keys('y').effects).toEqual([{ do: 'new-draft', replaces: true }]);
  });
  it('stays after any other answer', () => {
    const stays = beside().keys('<down><enter>x');
    expect(stays.effects).toEqual([]);
    expect(stays.state.overlay).toBeUndefined();
  });
  it('is not replaced by a site file without the question either', () => {
    expect(beside().keys('<down><down><enter>/a.yaml<enter>').shown()).toContain('Replace the draft?');
  });
  it('without one nothing is asked', () => {
    expect(begin().keys('<enter>').effects).toEqual([{ do: 'new-draft', replaces: false }]);
  });
  it('its copy is named once it was replaced', () => {
    const walk = new Walk().tell({
      type: 'draft',
      draft: wholeDraft,
      savedAt: undefined,
      copy: '/far/d.copy.yaml',
      now: 0,
    });
    expect(walk.shown()).toContain('kept beside it as d.copy.yaml');
  });
});

describe('beside a site that is set up', () => {
  const walk = (run: LastRun = 'done') => new Walk(undefined, { installed: { name: 'berlin', path: '/s.yaml', run } });
  it('the start page offers to change it and names status and apply', () => {
    expect(walk().shown()).toMatch(/❯ Change berlin/);
    expect(walk().shown()).toMatch(/kloudspot status/);
    expect(walk().shown()).toMatch(/kloudspot apply/);
    expect(walk().keys('<enter>').effects).toEqual([{ do: 'load', path: '/s.yaml', replaces: false }]);
  });
  it('the start page does not call it set up while its run is not at its end', () => {
    expect(walk('open').shown()).toMatch(/The last run of berlin is not finished/);
    expect(walk('open').shown()).toMatch(/kloudspot resume/);
    expect(walk('open').shown()).not.toMatch(/is set up/);
    expect(walk('none').shown()).toMatch(/is not set up yet/);
  });
});

describe('a site that was not named yet', () => {
  const unnamed = () =>
    new Walk().tell({ type: 'draft', draft: { ...wholeDraft, name: '' }, savedAt: undefined, now: 0 });
  it('is a new one in the title, and not the word that stands for its name', () => {
    expect(unnamed().shown()).toMatch(/kloudspot init · new site · /);
    expect(opened().shown()).toMatch(/kloudspot init · site berlin · /);
  });
  it('is called as the domain of its nodes', () => {
    const node = facts('ks-1', '10.0.4.21');
    const network = node.network && { ...node.network, search: ['hamburg.example.org'] };
    const state = { state: 'ready', facts: { ...node, ...(network && { network }) } } as const;
    const walk = unnamed().tell({ type: 'access', reach: '10.0.4.21', now: 0, state });
    expect(walk.shown()).toMatch(/kloudspot init · site hamburg · /);
  });
});

describe('from page to page', () => {
  it.each(placesTo('Preflight'))('the number of %s goes there in one step', (place) => {
    const key = place.slice(0, 1);
    const from = key === keyOf('Nodes') ? keyOf('Network') : keyOf('Nodes');
    expect(seen(opened()).keys(`${from}${key}`).shown()).toContain(place);
  });
  it('a list of the pages opens everywhere, also while a name is typed', () => {
    const walk = reviewed().keys('ber<^g>');
    expect(walk.shown()).toContain(`${keyOf('Storage')}  Storage`);
    expect(walk.keys(`${'<up>'.repeat(placesTo('Review', 'Storage').length)}<enter>`).state.screen).toBe('storage');
  });
  it('a page that is not open yet says why', () => {
    expect(checked('fail').keys('<^g><down><enter>').shown()).toContain('1 check fails');
  });
});

describe('at 40×12', () => {
  it('the name that is typed on Review is on the screen', () => {
    const text = reviewed(small).keys('ber').shown();
    expect(text).toMatch(/❯ Type berlin to start: ber/);
    expect(text).toContain('⏎ start');
  });
  it('the run shows its step, what it waits for and the keys', () => {
    const text = ran(small).shown();
    expect(text).toContain('0 of 8');
    expect(text).toMatch(/gives up in/);
    expect(text).toContain('q leave it running');
    expect(failed(small).shown()).toContain('r retry');
  });
  it('Preflight shows the row and what it says', () => {
    const text = checked('fail', small).shown();
    expect(text).toContain('Few cores.');
    expect(text).toMatch(/m whole/);
  });
  it('a line that does not fit has a mark', () => {
    const [, , intro = ''] = seen(opened(small)).shown().split('\n');
    expect(intro.trimEnd()).toMatch(/…$/);
  });
  it.each([
    ['a run', () => ran(small)],
    ['a failure', () => failed(small)],
    ['the review', () => reviewed(small)],
    ['the summary', () => ended('done', small)],
    ['preflight', () => checked('warn', small)],
    ['the pages', () => opened(small).keys('<^g>')],
    ['fingerprints', () => strangers().keys('f')],
  ])('%s stays inside', (_, walk) => {
    const { state } = walk();
    const fitted = update(state, { type: 'resize', ...small }).state;
    const at = new Walk(small);
    at.state = fitted;
    const lines = at.shown().split('\n');
    expect(lines.length).toBeLessThanOrEqual(12);
    expect(Math.max(...lines.map((line) => [...line].length))).toBeLessThanOrEqual(40);
  });
});

describe('a long text', () => {
  it('keeps the head of a section that the filter found something in', () => {
    const walk = reviewed().keys('<up>c<enter>/ks-2<enter>');
    expect(walk.shown()).toContain('Set the host name of ks-2');
    expect(walk.shown()).not.toContain('Set the host name of ks-1');
  });
  it('goes back to the list that it was opened from', () => {
    const walk = reviewed().keys('<up>d<down><enter>');
    expect(walk.shown()).toContain('here:/etc/site.yaml (new)');
    expect(walk.keys('<escape>').state.overlay).toMatchObject({ kind: 'list', of: 'files', index: 1 });
    expect(getAt(walk.state.draft, ['name'])).toBe('berlin');
  });
});

describe('a wide screen without a progress line', () => {
  it('leaves no empty columns at its left', () => {
    const frame = (
      <Frame
        size={{ columns: 120, rows: 20 }}
        head="kloudspot status"
        rehearsal={undefined}
        where=""
        progress={[]}
        message={undefined}
        keys={[]}
      >
        <Line text=" berlin is OK" />
      </Frame>
    );
    expect(renderToString(frame, { columns: 120 })).toMatch(/^ berlin is OK/m);
  });
});

it('messages that are opened in full keep their marks, under the title of what they are about', () => {
  const shown = checked('warn').keys('m').shown();
  expect(shown).toMatch(/Processor cores {2}2 lines/);
  expect(shown).toMatch(/\n ! ks-2: Few cores\. Add some\./);
});

it('a node is named once in what is said of it', () => {
  const why = 'ks-1 at 10.0.4.21 refused the login as ubuntu.';
  const state = { state: 'refused', for: 'login', why, next: ['Name its key.'] } as const;
  const walk = opened().tell({ type: 'access', reach: '10.0.4.21', now: 0, state });
  expect(walk.shown()).toMatch(/✗ ks-1 at 10\.0\.4\.21 refused the login as ubuntu\. Name its key\./);
  expect(walk.shown()).toMatch(/✗ login refused/);
  expect(aboutNode('ks-1', 'It broke on ks-11.')).toBe('ks-1: It broke on ks-11.');
});

it.each([
  ['login', /kept in memory only, and also used for sudo/],
  ['sudo', /kept in memory only\./],
] as const)('where a %s password is typed stands what becomes of it', (kind, words) => {
  const state = { state: 'password-needed', for: kind, why: 'It asks.', next: [] } as const;
  const walk = opened().tell({ type: 'access', reach: '10.0.4.21', now: 0, state });
  expect(walk.keys('<down>p').shown().replaceAll(/\s+/g, ' ')).toMatch(words);
});
