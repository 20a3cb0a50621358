import { describe, expect, it } from 'vitest';
import type { AccessState } from '../../../source/app/session.ts';
import { Fault } from '../../../source/errors/fault.ts';
import { runPlainInit } from '../../../source/ui/plain/init.ts';
import { FakeSession } from '../fake-session.ts';
import { facts, wholeDraft } from '../sample.ts';
import { type Answers, byQuestion, scripted } from './talk.ts';

const clock = {
  now: () => 0,
  elapsed: () => 0,
  sleep: (_ms: number, signal?: AbortSignal) =>
    new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve())),
};

const events = [
  { type: 'run-started', run: '7f3a', plan: 'x', process: 1, owner: 'me', host: 'h', resumed: false },
  { type: 'step-started', step: 'hostname@ks-1', attempt: 1, deadlineMs: 1000 },
  { type: 'step-done', step: 'hostname@ks-1', outcome: 'changed', seen: 'The name is ks-1.', durationMs: 2000 },
  { type: 'run-ended', outcome: 'done', why: 'Everything is done.' },
] as const;

async function walk(session: FakeSession, answers: Parameters<typeof scripted>[0]) {
  const talk = scripted(answers);
  const code = await runPlainInit(session, talk.io, clock);
  return { code, text: talk.text(), left: talk.left };
}

/** From the first page with three nodes to the end of the questions: what Enter does not answer, by its question. */
const wholeWalk: Answers = {
  'Which one': '1',
  'Add a node': ['10.0.4.21-23', ''],
  'What is this site called': 'berlin',
  'host name of berlin-1': 'ks-1',
  'host name of berlin-2': 'ks-2',
  'host name of berlin-3': 'ks-3',
  'does ks-1 share with others': 'rack-a',
  'At which single address': '10.0.4.30',
  'Enable KloudInsights': 'yes',
  'Under which DNS name': 'spot.acme.eu',
  'customer reference': 'acme',
  'Type berlin to start': 'berlin',
};

describe('the size of a volume', () => {
  it('that is wrong is refused in words and asked for again', async () => {
    const bad = ['0', '1e9', '-1', 'text', '10TB', '12GB'];
    const { text } = await walk(
      new FakeSession(),
      byQuestion({ ...wholeWalk, 'Stream processing elasticsearch': [...bad, 'quit'] }),
    );
    for (const said of [
      '0 GB is too small: at least 1 GB.',
      '1e9 is not a number of GB: write digits only, such as 10.',
      '-1 is below zero: at least 1 GB.',
      'text is not a number of GB: write digits only, such as 10.',
      /10TB carries a unit/,
    ])
      expect(text).toMatch(said);
    expect(text.split('Stream processing elasticsearch, shared (GB)')).toHaveLength(bad.length + 1);
  });
});

describe('the whole walk', () => {
  it.each([
    [undefined, 'DNS on ks-1: spot.acme.eu does not resolve. Add a DNS record that points it to 10.0.4.30.'],
    ['10.0.4.30', 'ok: DNS on ks-1: spot.acme.eu resolves to 10.0.4.30, the virtual address.'],
    ['10.0.9.9', 'Warning: DNS on ks-1: spot.acme.eu resolves to 10.0.9.9, not to 10.0.4.30. Correct the record'],
  ])('says under the name of the site what DNS answers: %s', async (leadsTo, line) => {
    const session = new FakeSession();
    if (leadsTo !== undefined) session.names.set('spot.acme.eu', [leadsTo]);
    session.names.set('ks-2', ['10.0.9.8']);
    const { text } = await walk(session, byQuestion({ ...wholeWalk, 'customer reference': 'quit' }));
    expect(text.slice(text.indexOf('Under which DNS name'))).toContain(line);
    expect(text).toContain('Warning: DNS on ks-1: ks-2 resolves to 10.0.9.8. Correct its entry in the name server.');
    expect(session.namesAsked).toEqual(['ks-1 ks-2 ks-3', 'spot.acme.eu']);
  });

  it('asks, looks, reviews, begins, and follows to the end', async () => {
    const session = new FakeSession({ events });
    const { code, text, left } = await walk(session, byQuestion(wholeWalk));
    expect(text).toContain('REHEARSAL healthy');
    expect(text).toContain('What is the host name of berlin-1? [berlin-1]: ks-1');
    expect(text).toContain('Enable KloudInsights? (yes or no) [no]: yes');
    expect(text).toContain('1 of 8 ks-1: Set the host name of ks-1: done, 2 s. The name is ks-1.');
    expect(text).toContain('berlin is running.');
    expect(session.asked).toEqual(['begin']);
    expect(left).toEqual([]);
    expect(code).toBe(0);
  });

  it('Ctrl-C while the run is being started stops it once it has begun', async () => {
    const session = new FakeSession({ events });
    session.begin = async () => {
      process.emit('SIGINT');
      process.emit('SIGINT');
      expect(session.orders).toEqual([]);
      return { id: '7f3a', directory: '/nowhere/7f3a' };
    };
    const { text } = await walk(session, byQuestion(wholeWalk));
    expect(session.orders).toEqual([{ order: 'stop' }, { order: 'stop-now' }]);
    expect(text).toContain('Stops after the running steps.');
  });

  it('prints no byte below 0x20 but the new line', async () => {
    const session = new FakeSession({ events });
    session.first = { ...wholeDraft, name: 'ber\u001b[31mlin' };
    const { text } = await walk(session, byQuestion(wholeWalk));
    expect([...text].filter((one) => one < ' ' && one !== '\n')).toEqual([]);
    expect(text).not.toContain('\u007f');
  });

  it('saves at every answer', async () => {
    const session = new FakeSession();
    await walk(session, ['1', '10.0.4.21', '', 'munich', 'quit']);
    expect(session.saved.map((draft) => draft.name)).toEqual(['berlin', 'berlin', 'munich']);
    expect(session.saved.at(-1)?.nodes).toEqual([{ name: 'berlin-1', reach: '10.0.4.21', role: 'manager' }]);
  });
});

it('says at the beginning what could not be read, and goes on', async () => {
  const session = new FakeSession();
  session.notices.push('operator.json could not be read.');
  session.damaged = new Fault({ what: 'The unfinished draft cannot be read.', next: ['It is kept as x.unreadable'] });
  const { text } = await walk(session, ['1', 'quit']);
  expect(text).toContain('operator.json could not be read.');
  expect(text).toMatch(/The unfinished draft cannot be read\.\s+It is kept as x\.unreadable/);
  expect(text).toContain('1  New site');
});

describe('going back', () => {
  const here = new FakeSession().first;
  it.each([['back'], ['<']])('%s goes to the question before, which keeps its answer', async (word) => {
    const session = new FakeSession({ first: { ...here, nodes: [{ name: 'ks-1', reach: '10.0.4.21' }] } });
    const { text } = await walk(session, ['1', '', 'munich', word, 'quit']);
    expect(text).toContain('What is this site called? [munich]: quit');
  });

  it('says so at the first question', async () => {
    const session = new FakeSession({ first: wholeDraft });
    const { text } = await walk(session, ['1', '', 'back', 'quit']);
    expect(text).toContain('This is the first question.');
  });

  it.each([
    ['DNS name', 'Under which DNS name'],
    ['ks-2 role', 'Is ks-2 a manager'],
    ['network.gateway', 'Which gateway'],
    ['Features', 'Enable KloudManage?'],
  ])('back to %s', async (place, question) => {
    const session = new FakeSession({ first: wholeDraft });
    const { text } = await walk(session, ['1', '', `back to ${place}`, 'quit']);
    expect(text.split('\n').at(-3)).toContain(question);
  });

  it('goes from the review to the question of a line, and comes back to the review', async () => {
    const session = new FakeSession({ first: wholeDraft });
    const { text } = await walk(session, ['1', '', 'back to Customer reference', '', '5', 'quit']);
    expect(text).toContain('Review. Everything that will happen: 8 steps');
    expect(text).toContain('Enable KloudManage? (yes or no) [no]: quit');
  });
});

describe('a failed check', () => {
  const failed = (check: string) => ({
    check,
    grade: 'fail' as const,
    nodes: ['ks-1'],
    seen: '4',
    reason: 'ks-1 has too little.',
    advice: 'Give it more',
  });
  const toPreflight = ['1', '', 'back to Customer reference', ''];

  it('is explained and accepted by its name, and the review says so', async () => {
    const session = new FakeSession({ first: wholeDraft, findings: [failed('cpu-cores')] });
    const { text } = await walk(session, [...toPreflight, '? cpu-cores', 'accept cpu-cores', 'quit']);
    expect(text).toContain('FAILS: Processor cores (cpu-cores): ks-1 has too little.\n  Give it more');
    expect(text).toMatch(/Processor cores: Below the floor .*\nThe rule: The product's system requirements/);
    expect(text).toContain('Accepted: cpu-cores. Plan and journal record it.');
    expect(text).toContain('failed, but accepted: cpu-cores');
  });

  it.each([
    ['access', 'A failure of access cannot be accepted.'],
    ['cpu-core', 'Did you mean cpu-cores?'],
    ['memory', 'memory does not fail.'],
  ])('accept %s is refused in words, and asked again', async (check, words) => {
    const session = new FakeSession({ first: wholeDraft, findings: [failed('cpu-cores')] });
    const { text, left } = await walk(session, [...toPreflight, `accept ${check}`, 'quit']);
    expect(text).toContain(words);
    expect(text).not.toContain('Review. Everything');
    expect(left).toEqual([]);
  });

  it('of several one is accepted at a time', async () => {
    const findings = [failed('cpu-cores'), failed('memory')];
    const { text } = await walk(new FakeSession({ first: wholeDraft, findings }), [
      ...toPreflight,
      'accept memory',
      'accept cpu-cores',
      'quit',
    ]);
    expect(text).toContain('Still failing: cpu-cores.');
    expect(text).toContain('failed, but accepted: cpu-cores, memory');
  });
});

describe('an address that is typed', () => {
  it.each([
    ['is free', undefined, 'ok: 10.0.4.77 is free.'],
    [
      'is taken',
      '02:00:5e:00:00:07',
      'FAILS: 10.0.4.77 is taken by MAC 02:00:5e:00:00:07. Choose an address that no machine has.',
    ],
  ])('%s: nodes are asked, and it is said', async (_, mac, words) => {
    const session = new FakeSession({ first: wholeDraft });
    if (mac !== undefined) session.taken.set('10.0.4.77', mac);
    const { text } = await walk(session, ['1', '', 'back to network.virtualAddress', '10.0.4.77', 'quit']);
    expect(text).toContain(words);
    expect(text.split(words)).toHaveLength(2);
  });
});

describe('answers', () => {
  it.each([
    [
      'a wrong answer is said and asked again',
      ['1', '', 'Berlin', 'berlin', 'quit'],
      'Berlin has a capital letter: write berlin',
    ],
    ['help', ['1', '', '?', 'quit'], 'A short name for this installation.'],
    ['a node twice', ['1', '10.0.4.21', 'quit'], '10.0.4.21 is already in the list'],
    ['a node taken off', ['1', 'remove 3', 'quit'], '3'],
    ['the rare questions', ['1', '', 'more', 'quit'], 'The rare questions are asked too.'],
  ])('%s', async (_, lines, expected) => {
    const session = new FakeSession({ first: wholeDraft });
    const { text, code } = await walk(session, lines);
    expect(text).toContain(expected);
    expect(code).toBe(6);
  });
});

describe('the end of the input', () => {
  it('is said, the draft is kept, exit 2', async () => {
    const session = new FakeSession();
    const { code, text } = await walk(session, ['1', '10.0.4.21']);
    expect(text).toContain('The input has ended before all questions were answered.');
    expect(text).toContain('The draft is saved in /nowhere/etc/kloudspot/site.draft.yaml');
    expect(session.saved).toHaveLength(2);
    expect(code).toBe(2);
  });

  it('Ctrl-C gives 130 and the same promise', async () => {
    const session = new FakeSession({ first: wholeDraft });
    const talk = scripted(['1', ''], { end: false });
    const ended = runPlainInit(session, talk.io, clock);
    while (!talk.text().includes('What is this site called?')) await new Promise((resolve) => setImmediate(resolve));
    process.emit('SIGINT');
    expect(await ended).toBe(130);
    expect(talk.text()).toContain('Interrupted.\nThe draft is saved');
  });
});

describe('a draft that stands there', () => {
  const draft = { draft: wholeDraft, savedAt: new Date(0) };
  it('is replaced after a yes, and the copy is named', async () => {
    const session = new FakeSession({ draft });
    const { text } = await walk(session, ['2', 'yes', 'quit']);
    expect(text).toContain('kept as /nowhere/site.draft.copy.yaml');
    expect(session.asked).toContain('copy');
  });
  it('stays without one', async () => {
    const session = new FakeSession({ draft });
    await walk(session, ['2', '', '4']);
    expect(session.asked).toEqual([]);
    expect(session.saved).toEqual([]);
  });
});

describe('access', () => {
  const offer = { node: 'ks-1', address: '10.0.4.21', fingerprint: 'ED25519 SHA256:abc', line: 'x' };
  const states: readonly (readonly [string, AccessState, readonly string[], string])[] = [
    ['a new host key', { state: 'host-key-unknown', offers: [offer] }, ['yes'], 'shows: ssh-keygen -lf /etc/ssh/'],
    [
      'a password',
      { state: 'password-needed', for: 'sudo', why: 'ubuntu may become root with a password only.', next: [] },
      ['secret-word'],
      'sudo password for ks-1',
    ],
  ];
  it.each(states)('asks for %s, then goes on', async (_, state, answers, expected) => {
    const session = new FakeSession({ first: wholeDraft });
    session.access.set('10.0.4.21', state);
    const { text } = await walk(session, ['1', '', '', ...Array.from({ length: 9 }, () => ''), ...answers, 'quit']);
    expect(text).toContain(expected);
    expect(text).toContain('ks-1: reached as ubuntu');
    expect(text).not.toContain('secret-word');
  });
});

describe('what is usually alike on all nodes', () => {
  const first = {
    ...wholeDraft,
    nodes: ['21', '22', '23'].map((last) => ({ name: `ks-${last}`, reach: `10.0.4.${last}` })),
  };
  /** To the question for the second node: list, site name, the first node's four answers, the second's name. */
  const toSecond = (role: string): string[] => ['1', '', '', '', role, '', 'anna', ''];

  it('is asked once, and the first answer counts for the others', async () => {
    const session = new FakeSession({ first });
    const { text } = await walk(session, [...toSecond('worker'), '', '', '', '', 'quit']);
    expect(text).toContain('ks-21: Role worker, User anna. The same for the 2 other nodes? (yes or no) [yes]');
    expect(text).not.toContain('Is ks-22 a manager');
    expect(text).not.toContain('Which user logs in to ks-23');
    expect(session.saved.at(-1)?.nodes).toEqual(
      first.nodes.map(({ name }) => expect.objectContaining({ name, role: 'worker', access: { user: 'anna' } })),
    );
  });

  it('no asks each of them', async () => {
    const { text } = await walk(new FakeSession({ first }), [...toSecond(''), 'no', 'quit']);
    expect(text).toContain('Is ks-22 a manager or a worker? (manager, worker) [manager]: quit');
  });

  it('an answer of its own is asked for, not overwritten', async () => {
    const [one, two, three] = first.nodes;
    const session = new FakeSession({ first: { ...first, nodes: [one, { ...two, role: 'worker' }, three] } });
    const { text } = await walk(session, [...toSecond('manager'), 'quit']);
    expect(text).toContain('Is ks-22 a manager or a worker? (manager, worker) [worker]: quit');
  });
});

describe('the machines own names', () => {
  const named = (one: string, two: string, three: string): FakeSession => {
    const session = new FakeSession();
    for (const [last, name] of [
      ['21', one],
      ['22', two],
      ['23', three],
    ] as const)
      session.access.set(`10.0.4.${last}`, { state: 'ready', facts: facts(name, `10.0.4.${last}`) });
    return session;
  };
  const toNodes = ['1', '10.0.4.21-23', '', '', ...Array.from({ length: 9 }, () => '')];

  it('are offered in place of numbers', async () => {
    const session = named('fra-a', 'fra-b', 'fra-c');
    const { text } = await walk(session, [...toNodes, '', 'quit']);
    expect(text).toContain('The machines call themselves fra-a, fra-b and fra-c. Use these names? (yes or no) [yes]');
    expect(session.saved.at(-1)?.nodes).toEqual(
      ['a', 'b', 'c'].map((letter) => expect.objectContaining({ name: `fra-${letter}` })),
    );
    expect(text).toContain('Does fra-a get a static address');
  });

  it.each([
    ['one of an installer', ['fra-a', 'ubuntu', 'fra-c']],
    ['the same twice', ['fra-a', 'fra-a', 'fra-c']],
    ['one that is wrong', ['fra-a', 'fra_b', 'fra-c']],
  ] as const)('are not offered: %s', async (_what, [one, two, three]) => {
    const { text } = await walk(named(one, two, three), [...toNodes, 'quit']);
    expect(text).not.toContain('call themselves');
    expect(text).toContain('Does berlin-1 get a static address');
  });
});

describe('a failed step', () => {
  const failing = [
    ...events.slice(0, 2),
    { type: 'command', step: 'hostname@ks-1', node: 'ks-1', command: ['hostnamectl'] },
    {
      type: 'step-failed',
      step: 'hostname@ks-1',
      tried: 'hostnamectl',
      seen: 'no',
      causes: ['it is read-only'],
      next: ['look'],
      durationMs: 1000,
    },
    { type: 'run-paused', why: 'A step failed.' },
    { type: 'run-ended', outcome: 'done', why: 'Everything is done.' },
  ] as const;
  const toReview = ['1', '', 'back to Customer reference', '', 'berlin'];

  it.each([
    ['r', { order: 'retry', step: 'hostname@ks-1' }],
    ['u', { order: 'undo', step: 'hostname@ks-1' }],
  ])('%s', async (key, order) => {
    const session = new FakeSession({ first: wholeDraft, events: failing });
    const { code } = await walk(session, [...toReview, key]);
    expect(session.orders).toEqual([order]);
    expect(code).toBe(0);
  });

  it('q leaves, exit 4, and names resume', async () => {
    const session = new FakeSession({ first: wholeDraft, events: failing });
    const { code, text } = await walk(session, [...toReview, 's', 'q']);
    expect(text).toContain('s is not one of these.');
    expect(text).toContain('likely: it is read-only');
    expect(code).toBe(4);
  });
});

describe('a file that lacks something', () => {
  it('only that is asked', async () => {
    const { customer: _, ...loaded } = wholeDraft;
    const session = new FakeSession();
    Object.assign(session, {
      given: '/srv/half.yaml',
      loaded,
      open: ['customer is missing, expected keys and values'],
    });
    const { text } = await walk(session, ['1', 'spot.acme.eu', 'acme', 'quit']);
    expect(text).toContain('1  Open /srv/half.yaml');
    expect(text.match(/^.*\?.*\]?: .*$/gm)).toEqual([
      'Under which DNS name is the product reached?: spot.acme.eu',
      'What is the customer reference?: acme',
    ]);
    expect(text).toContain('Review. Everything that will happen');
  });
});
