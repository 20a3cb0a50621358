import { describe, expect, it } from 'vitest';
import { timeLeft } from '../../source/app/time-left.ts';
import { planLines } from '../../source/cli/text/plan-text.ts';
import { safeText } from '../../source/text/safe-text.ts';
import { toyPlan } from '../engine/toys.ts';

const plan = toyPlan([
  {
    id: 'x@a',
    node: 'a',
    title: 'Make x',
    why: 'It is wanted.',
    undoable: false,
    risk: 'dangerous',
    commands: [
      { name: 'command-1', node: 'a', command: ['make', 'a b'], sudo: true, note: 'takes long' },
      { name: 'command-2', node: 'a', command: ['clean'], sudo: false, when: 'it fails', stdin: 'yes\n' },
    ],
    files: [
      { node: 'a', path: '/etc/x', content: 'one\nnew\n', mode: 0o644, before: 'one\nold\n' },
      { node: 'a', path: '/etc/key', content: '', mode: 0o600, secret: true },
    ],
  },
  { id: 'all', title: 'Make all', needs: ['x@a'], kind: 'slow' },
]);

describe('a plan as text', () => {
  it('shows why, exact commands, differences of files, and what cannot be undone', () => {
    expect(planLines(plan, { brief: false })).toEqual([
      'Site toys: 2 steps, 1 command, 1 more only where needed, 2 files; 1 cannot be undone (*). Plan 0123456789ab.',
      '',
      '  1. a            Make x (*)',
      '     It is wanted.',
      '     (dangerous: nothing else dangerous runs beside it)',
      "     a $ sudo make 'a b'   # takes long",
      '     a $ clean < (standard input)   # only if it fails',
      '       < yes',
      '     a writes /etc/x (mode 0644, changed)',
      '         one',
      '       - old',
      '       + new',
      '     a writes /etc/key (mode 0600, secret: not shown)',
      '',
      '  2. cluster      Make all',
      '     To see it done.',
      '     (after x@a)',
      '',
      '',
      '(*) cannot be undone',
    ]);
  });

  it('shows what a terminal would act on in a file, such as a template of a chart', () => {
    const content = '{{/* \u001b]52;c;ZXZpbA==\u0007\u202e */}}\n';
    const files = [{ node: 'a', path: '/c/templates/x.tpl', content, mode: 0o644 }];
    const lines = planLines(toyPlan([{ id: 'x@a', node: 'a', files }]), { brief: false });
    expect(lines).toContain('       + {{/* <U+001B>]52;c;ZXZpbA==<U+0007><U+202E> */}}');
    expect(lines.map(safeText)).toEqual(lines);
  });

  it('says what is right already, without its commands and files', () => {
    const lines = planLines(plan, { brief: false, done: new Set(['x@a']) });
    expect(lines[2]).toBe('1 of 2 steps is already right, 1 to do.');
    expect(lines.slice(4, 6)).toEqual(['  1. a            Make x  already right', '  2. cluster      Make all']);
    expect(planLines(plan, { brief: true, done: new Set(['x@a', 'all']) })[2]).toMatch(/^Everything matches/);
  });

  it('is one line a step when it is to be brief', () => {
    expect(planLines(plan, { brief: true }).slice(2, 4)).toEqual([
      '  1. a            Make x (*)',
      '  2. cluster      Make all',
    ]);
  });
});

describe('the time that is left', () => {
  const usual = (kind: string) => ({ toy: 10, slow: 5 })[kind];
  it.each<[string, string[], number | undefined]>([
    ['the longest chain', [], 15],
    ['without what is done', ['x@a'], 5],
    ['nothing left', ['x@a', 'all'], undefined],
  ])('%s', (_, done, expected) => {
    expect(timeLeft(plan, new Set(done), usual)).toBe(expected);
  });

  it('is less by what running steps have taken so far, and never less than nothing', () => {
    expect(timeLeft(plan, new Set(), usual, new Map([['x@a', 4]]))).toBe(11);
    expect(timeLeft(plan, new Set(), usual, new Map([['x@a', 40]]))).toBe(5);
  });

  it('is unknown when a kind was never timed', () => {
    expect(timeLeft(plan, new Set(), (kind) => (kind === 'toy' ? 1 : undefined))).toBeUndefined();
  });
});
