import { describe, expect, it } from 'vitest';
import { refuseUndo, undo as startUndo, undoOrder } from '../../source/engine/execution/undo.ts';
import { pastOf } from '../../source/engine/journal/past.ts';
import { applyEvent, canUndo, emptyView } from '../../source/engine/view/view.ts';
import { ToyLand, toyPlan } from './toys.ts';

const undo = (land: ToyLand, plan: ReturnType<typeof toyPlan>, only?: string) =>
  startUndo({ ...land.input(plan), ...(only === undefined ? {} : { only }) }).end;

describe('undo', () => {
  const plan = toyPlan([
    { id: 'there' },
    { id: 'one', needs: ['there'] },
    { id: 'lasting', needs: ['one'], undoable: false },
    { id: 'two', needs: ['lasting'] },
  ]);

  it('undoes what the run changed, the latest first, and names what stays', async () => {
    const land = new ToyLand();
    land.done.add('there');
    await land.execute(plan).end;
    await expect(undo(land, plan)).resolves.toEqual({
      outcome: 'undone',
      why: '2 steps undone, 1 cannot be',
    });
    expect(land.acts().filter((line) => line.startsWith('undo'))).toEqual(['undo two', 'undo one']);
    expect([...land.done]).toEqual(['there', 'lasting']);
    expect(land.of('step-undone').map(({ seen }) => seen)).toEqual(['not there', 'not there']);
  });

  it('undoes nothing twice, and everything can be done again', async () => {
    const land = new ToyLand();
    await land.execute(plan).end;
    await undo(land, plan);
    land.story.length = 0;
    await undo(land, plan);
    expect(land.acts()).toEqual([]);
    expect((await land.execute(plan).end).outcome).toBe('done');
    expect(land.acts().filter((line) => line.startsWith('begin'))).toEqual(['begin there', 'begin one', 'begin two']);
  });

  it('also undoes a step that failed half-way', async () => {
    const land = new ToyLand().on('two', { verifies: false });
    await land.execute(plan).end;
    await undo(land, plan);
    expect(land.acts().filter((line) => line.startsWith('undo'))).toEqual(['undo two', 'undo one', 'undo there']);
  });

  it('ends at the first that cannot be undone', async () => {
    const land = new ToyLand().on('one', {
      undo: () => {
        throw new Error('too late');
      },
    });
    await land.execute(plan).end;
    await expect(undo(land, plan)).resolves.toMatchObject({ outcome: 'failed', why: 'Do one could not be undone' });
    expect(land.of('undo-failed')).toMatchObject([{ step: 'one', seen: 'undo: Do one: too late' }]);
    expect(land.done.has('there')).toBe(true);
  });

  it('hands a step what it remembered', async () => {
    const seen: (string | undefined)[] = [];
    const land = new ToyLand().on('one', {
      act: (context) => context.remember('before', 'old name'),
      undo: (context) => void seen.push(context.recall('before')),
    });
    await land.execute(plan).end;
    await undo(land, plan);
    expect(seen).toEqual(['old name']);
  });

  it('leaves what a step found there and only fixed, and is offered only for what it made', async () => {
    const made = { madeUnder: 'made' };
    const some = toyPlan([
      { id: 'fixed', ...made },
      { id: 'made', ...made },
    ]);
    const land = new ToyLand().on('made', { act: (context) => context.remember('made', 'yes') });
    await land.execute(some).end;
    const past = pastOf(land.events);
    expect(undoOrder({ plan: some, past }).map(({ id, undoable }) => [id, undoable])).toEqual([
      ['made', true],
      ['fixed', false],
    ]);
    const view = land.events.reduce(applyEvent, emptyView(some));
    expect([...view.steps.values()].filter(canUndo).map(({ step }) => step.id)).toEqual(['made']);
    await expect(undo(land, some)).resolves.toMatchObject({ why: '1 step undone, 1 cannot be' });
    expect(land.acts().filter((line) => line.startsWith('undo'))).toEqual(['undo made']);
  });

  it('of a failed step that only fixed what is there is refused while its run waits', async () => {
    const some = toyPlan([{ id: 'fixed', madeUnder: 'made' }]);
    const land = new ToyLand().on('fixed', { verifies: false });
    const run = land.execute(some, { attended: true });
    await land.until(() => land.of('run-paused').length > 0);
    expect(run.take({ order: 'undo', step: 'fixed' })).toMatchObject({ taken: false, why: /made nothing/ });
    run.take({ order: 'stop' });
    await run.end;
  });

  it('refuses to put back a text that had a secret in it', async () => {
    const land = new ToyLand({ secrets: ['hunter22'] }).on('one', {
      act: (context) => context.remember('before', 'user hunter22'),
      undo: (context) => void context.recall('before'),
    });
    await land.execute(plan).end;
    await expect(undo(land, plan)).resolves.toMatchObject({ outcome: 'failed' });
    expect(land.of('undo-failed')[0]?.seen).toContain('it holds a secret');
  });

  it('of one step: only when nothing rests on it', async () => {
    const land = new ToyLand();
    await land.execute(plan).end;
    const past = pastOf(land.events);
    expect(() => refuseUndo(plan, past, 'two')).not.toThrow();
    expect(() => refuseUndo(plan, past, 'one')).toThrow('cannot be undone alone');
    // `two` rests on it only through `lasting`, and `lasting` is the only one that says so.
    const through = toyPlan([{ id: 'one' }, { id: 'between', needs: ['one'] }, { id: 'two', needs: ['between'] }]);
    const later = { ...past, order: () => ['one', 'two'] };
    expect(() => refuseUndo(through, later, 'one')).toThrow('cannot be undone alone');
    expect(() => refuseUndo(plan, past, 'no one')).toThrow('No step no one of this run changed anything.');
    expect(() => refuseUndo(plan, pastOf([]), 'two')).toThrow(
      expect.objectContaining({ next: ['No step of this run did: nothing is left to undo.'] }),
    );
    await expect(undo(land, plan, 'two')).resolves.toMatchObject({
      outcome: 'partly-undone',
      why: '1 step undone',
    });
    expect(land.done.has('one')).toBe(true);
  });
});
