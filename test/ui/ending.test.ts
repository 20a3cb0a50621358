import { describe, expect, it } from 'vitest';
import { emptyStep } from '../../source/engine/view/step-view.ts';
import { applyEvent, emptyView } from '../../source/engine/view/view.ts';
import { rolledBackMark } from '../../source/plan/step.ts';
import { planBackup } from '../../source/plan/steps/backup.ts';
import { filesUnder } from '../../source/site/files.ts';
import { endingOf, nextLines } from '../../source/ui/model/ending.ts';
import { siteOf } from '../plan/sample.ts';
import { planOf } from './sample.ts';

const place = { files: filesUnder('/srv/x'), rehearsal: false };
const site = siteOf({ managers: 3 });
const linesAfter = (change: Partial<typeof site>): readonly string[] =>
  nextLines({ ...emptyView(planOf({ ...site, ...change })), outcome: 'done' }, place);

describe('what is said after a run', () => {
  it('the paths of site.yaml and values.yaml', () => {
    expect(linesAfter({})).toContain('The settings are in /srv/x/etc/kloudspot/site.yaml');
    expect(linesAfter({})).toContain('The Helm values are in /srv/x/etc/kloudspot/values.yaml');
  });
  it('a product that is deployed later has no values yet', () => {
    expect(linesAfter({ deploy: 'later' }).filter((line) => line.includes('values'))).toEqual([]);
  });
  it('what the first weeks bring: a backup, and the drill where a loss is survived', () => {
    expect(linesAfter({})).toContainEqual(expect.stringMatching(/^kloudspot backup {2}saves the objects/));
    const last = site.nodes.at(-1)?.name;
    expect(linesAfter({})).toContainEqual(expect.stringContaining(`kloudspot drill ${last}  shows`));
    const one = linesAfter({ nodes: site.nodes.slice(0, 1) });
    expect(one.filter((line) => line.includes('drill'))).toEqual([]);
  });
  it.each([
    ['self-signed', /^Set a proper certificate in site\.yaml, then {2}kloudspot update$/],
    ['files', /^kloudspot certificates {2}shows the days left/],
  ] as const)('what to do about the certificate: %s', (mode, words) => {
    const tls = mode === 'files' ? { mode, key: '/k', certificate: '/c' } : { mode };
    expect(linesAfter({ tls }).filter((line) => words.test(line))).toHaveLength(1);
  });
});

describe('a run of another purpose', () => {
  it.each(['nodes', 'backup', 'restore', 'certificates', 'rebalance', 'drill'] as const)(
    '%s says its own end',
    (purpose) => {
      const view = { ...emptyView({ ...planOf(site), purpose }), outcome: 'done' } as const;
      expect(endingOf(view).text).not.toContain('is running');
      expect(nextLines(view, place)).toEqual(['kloudspot status  shows the state of the site']);
    },
  );
});

it.each([
  ['relocate', 'done', 'kloudspot apply  builds the cluster there'],
  ['apply', 'removed', 'kloudspot apply  starts a new one: what is already right stays'],
] as const)('the site is written by then, so apply continues it: after %s that is %s', (verb, outcome, line) => {
  const purpose = verb === 'apply' ? 'init' : verb;
  const lines = nextLines({ ...emptyView({ ...planOf(site), purpose }), outcome }, place);
  expect(lines).toContain(line);
  expect(lines.join()).not.toContain('kloudspot init');
});

const command = { type: 'command', node: 'ks-1', command: ['true'] } as const;
const written = { type: 'file-written', node: 'ks-1', path: '/etc/hosts', secret: false } as const;
const failed = { type: 'step-failed', tried: 'x', seen: 'y', causes: [], next: [], durationMs: 1 } as const;
const undone = { type: 'step-undone', seen: 'z' } as const;

it.each([
  ['ran a command', [command, failed], true, true],
  ['wrote a file', [written, failed], true, true],
  ['ran a command that cannot be undone', [command, failed], false, false],
  ['failed before it ran one', [failed], true, false],
  ['was undone', [command, failed, undone], true, false],
] as const)('undo is offered where a step left something behind: it %s', (_, events, undoable, offered) => {
  const [first, ...others] = planOf(site).steps;
  if (first === undefined) throw new Error('no step');
  const whole = { ...planOf(site), steps: [{ ...first, undoable }, ...others] };
  let view = emptyView(whole);
  for (const event of events) view = applyEvent(view, { at: '2026-11-21T08:00:00Z', step: first.id, ...event });
  const lines = nextLines({ ...view, outcome: 'failed' }, place);
  expect(lines.some((line) => line.startsWith('kloudspot undo'))).toBe(offered);
});

it.each([
  [
    'with an earlier state in force again',
    { type: 'remembered', key: rolledBackMark, value: '1' },
    'tries the same change again, in site.yaml too',
  ],
  ['as it failed', command, 'continues from here; nothing is done twice'],
] as const)('resume is what it does after a failed run: %s', (_, event, words) => {
  const [first] = planOf(site).steps;
  if (first === undefined) throw new Error('no step');
  let view = emptyView(planOf(site));
  for (const one of [event, failed]) view = applyEvent(view, { at: '2026-11-21T08:00:00Z', step: first.id, ...one });
  expect(nextLines({ ...view, outcome: 'failed' }, place)).toContain(`kloudspot resume  ${words}`);
});

describe('a run that failed after its backup', () => {
  const linesOf = (reason: string, done: boolean) => {
    const plan = planOf(site);
    const backup = planBackup({ seed: 'ks-1', managers: ['ks-1'], reason, site: '', values: '' });
    const view = emptyView({ ...plan, steps: [backup, ...plan.steps] });
    const step = view.steps.get(backup.id) ?? emptyStep(backup);
    const made = { ...step, state: done ? 'changed' : 'failed', remembered: { backup: `T-${reason}` } } as const;
    const steps = view.steps.with(made);
    return nextLines({ ...view, steps, outcome: 'failed' }, place).filter((line) => line.includes('restore'));
  };
  it('names the restore that brings the objects back', () => {
    expect(linesOf('before-upgrade', true)).toEqual([
      'kloudspot restore T-before-upgrade  restores the objects of the cluster as they were before',
    ]);
  });
  it('names none that was not made, or that would be refused since nodes have changed', () => {
    expect(linesOf('before-update', false)).toEqual([]);
    expect(linesOf('before-nodes', true)).toEqual([]);
  });
});

it('a run whose files were removed names no command that continues it', () => {
  const view = {
    ...emptyView(planOf(site)),
    state: 'ended',
    outcome: 'removed',
    why: 'its files were removed',
  } as const;
  expect(endingOf(view).text).toContain('the files of its run were removed');
  expect(nextLines(view, place).join()).not.toMatch(/resume|undo|attach/);
});

it('an undo says what it could not undo', () => {
  const view = { ...emptyView(planOf(site)), outcome: 'undone', why: '21 steps undone, 18 cannot be' } as const;
  expect(endingOf(view).text).toBe('berlin: the run was undone: 21 steps undone, 18 cannot be.');
});
