import { describe, expect, it } from 'vitest';
import { execute } from '../../source/engine/execution/execute.ts';
import type { RunEventBody } from '../../source/engine/journal/event.ts';
import { HostFault } from '../../source/host/host-fault.ts';
import { OwnReboot } from '../../source/plan/execution/own-reboot.ts';
import { StepFault } from '../../source/plan/step-fault.ts';
import { leapingClock, ToyLand, toyPlan } from './toys.ts';

/** A step that lasts until the test lets it end. */
function gate() {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { act: () => promise, open: resolve };
}

describe('order', () => {
  it('does what is needed first and ends as done', async () => {
    const land = new ToyLand();
    const plan = toyPlan([{ id: 'third', needs: ['second'] }, { id: 'first' }, { id: 'second', needs: ['first'] }]);
    await expect(land.execute(plan).end).resolves.toMatchObject({ outcome: 'done' });
    expect(land.acts()).toEqual(['begin first', 'end first', 'begin second', 'end second', 'begin third', 'end third']);
    expect(land.of('step-done').map(({ step, outcome }) => [step, outcome])).toEqual([
      ['first', 'changed'],
      ['second', 'changed'],
      ['third', 'changed'],
    ]);
  });

  it('leaves alone what is there already', async () => {
    const land = new ToyLand();
    land.done.add('first');
    await land.execute(toyPlan([{ id: 'first' }, { id: 'second', needs: ['first'] }])).end;
    expect(land.acts()).toEqual(['begin second', 'end second']);
    expect(land.of('step-done')[0]).toMatchObject({ step: 'first', outcome: 'already', seen: 'there' });
  });

  it.each([
    ['looks again where what it asks does not answer', 3, []],
    ['acts where it does not for half a minute', 16, ['begin first', 'end first']],
  ])('%s', async (_, silentLooks, acts) => {
    const land = new ToyLand({ clock: leapingClock() });
    land.done.add('first');
    land.on('first', { silentLooks });
    await expect(land.execute(toyPlan([{ id: 'first' }])).end).resolves.toMatchObject({ outcome: 'done' });
    expect(land.acts()).toEqual(acts);
    expect(land.of('progress').map(({ text }) => text)).toEqual(['it does not answer; waits for an answer']);
  });

  it('runs independent steps of different nodes side by side, those of one node one after the other', async () => {
    const land = new ToyLand();
    const [one, other] = [gate(), gate()];
    land.on('one@a', one).on('one@b', other);
    const { end } = land.execute(
      toyPlan([
        { id: 'one@a', node: 'a' },
        { id: 'two@a', node: 'a' },
        { id: 'one@b', node: 'b' },
      ]),
    );
    await land.until(() => land.acts().length === 2);
    expect(land.acts()).toEqual(['begin one@a', 'begin one@b']);
    one.open();
    await land.until(() => land.acts().includes('end two@a'));
    other.open();
    expect((await end).outcome).toBe('done');
  });

  it('runs one dangerous step at a time, and harmless ones beside it', async () => {
    const land = new ToyLand();
    const [one, other] = [gate(), gate()];
    land.on('risk@a', one).on('risk@b', other);
    const { end } = land.execute(
      toyPlan([
        { id: 'risk@a', node: 'a', risk: 'dangerous' },
        { id: 'risk@b', node: 'b', risk: 'dangerous' },
        { id: 'safe@c', node: 'c' },
      ]),
    );
    await land.until(() => land.acts().includes('end safe@c'));
    expect(land.acts()).toEqual(['begin risk@a', 'begin safe@c', 'end safe@c']);
    one.open();
    await land.until(() => land.acts().includes('begin risk@b'));
    other.open();
    expect((await end).outcome).toBe('done');
  });

  it('lets a step that wants to be alone run alone', async () => {
    const land = new ToyLand();
    const [one, alone] = [gate(), gate()];
    land.on('one@a', one).on('alone@b', alone);
    const { end } = land.execute(
      toyPlan([
        { id: 'one@a', node: 'a' },
        { id: 'alone@b', node: 'b', alone: true },
        { id: 'late@c', node: 'c', needs: ['one@a'] },
      ]),
    );
    await land.until(() => land.acts().length === 1);
    one.open();
    await land.until(() => land.acts().includes('begin alone@b'));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(land.acts().at(-1)).toBe('begin alone@b');
    alone.open();
    expect((await end).outcome).toBe('done');
  });
});

describe('failure', () => {
  const plan = toyPlan([
    { id: 'bad@a', node: 'a', skippable: true },
    { id: 'long@b', node: 'b' },
    { id: 'next@c', node: 'c', needs: ['long@b'] },
  ]);

  function badLand() {
    const land = new ToyLand();
    const long = gate();
    let broken = true;
    land.on('long@b', long).on('bad@a', {
      act: () => {
        if (broken) throw new StepFault({ tried: 'make it', seen: 'it broke', causes: ['age'], next: ['look at it'] });
      },
    });
    return { land, long, remedy: () => (broken = false) };
  }

  it('starts nothing new, lets the running ones end, and ends as failed when no one is there', async () => {
    const { land, long } = badLand();
    const { end } = land.execute(plan);
    await land.until(() => land.of('step-failed').length === 1);
    expect(land.acts()).not.toContain('end long@b');
    long.open();
    await expect(end).resolves.toEqual({ outcome: 'failed', why: 'Do bad@a (a) failed' });
    expect(land.acts()).toContain('end long@b');
    expect(land.acts()).not.toContain('begin next@c');
    expect(land.of('step-failed')[0]).toMatchObject({
      tried: 'make it',
      seen: 'it broke',
      causes: ['age'],
      next: ['look at it'],
    });
  });

  it('waits for an order when someone is there; retry goes on', async () => {
    const { land, long, remedy } = badLand();
    const execution = land.execute(plan, { attended: true });
    long.open();
    await land.until(() => land.of('run-paused').length === 1);
    expect(execution.take({ order: 'retry', step: 'next@c' })).toMatchObject({ taken: false });
    remedy();
    expect(execution.take({ order: 'retry', step: 'bad@a' })).toEqual({ taken: true });
    expect((await execution.end).outcome).toBe('done');
    expect(
      land
        .of('step-started')
        .filter(({ step }) => step === 'bad@a')
        .map(({ attempt }) => attempt),
    ).toEqual([1, 2]);
    expect(land.of('run-continued')).toHaveLength(1);
  });

  it('skips only what may be skipped', async () => {
    const { land, long } = badLand();
    const execution = land.execute(plan, { attended: true });
    long.open();
    await land.until(() => land.of('run-paused').length === 1);
    expect(execution.take({ order: 'skip', step: 'bad@a' })).toEqual({ taken: true });
    expect((await execution.end).outcome).toBe('done');
    expect(land.of('step-done').find(({ step }) => step === 'bad@a')).toMatchObject({ outcome: 'skipped' });

    const stiff = new ToyLand().on('only', { verifies: false });
    const other = stiff.execute(toyPlan([{ id: 'only' }]), { attended: true });
    await stiff.until(() => stiff.of('run-paused').length === 1);
    expect(other.take({ order: 'skip', step: 'only' })).toMatchObject({ taken: false });
    other.take({ order: 'stop' });
    expect((await other.end).outcome).toBe('failed');
  });

  it('undoes the failed step and still waits; a retry then does it again', async () => {
    const { land, long, remedy } = badLand();
    const execution = land.execute(plan, { attended: true });
    long.open();
    await land.until(() => land.of('run-paused').length === 1);
    expect(execution.take({ order: 'undo', step: 'bad@a' })).toEqual({ taken: true });
    await land.until(() => land.of('step-undone').length === 1);
    // A screen that asks at each pause would else ask no more.
    await land.until(() => land.of('run-paused').length === 2);
    remedy();
    await land.until(() => execution.take({ order: 'retry', step: 'bad@a' }).taken);
    expect((await execution.end).outcome).toBe('done');
  });

  it('waits for a choice for each of several failed steps, and says for which', async () => {
    const two = toyPlan([
      { id: 'x@a', node: 'a' },
      { id: 'x@b', node: 'b' },
    ]);
    const land = new ToyLand().on('x@a', { verifies: false }).on('x@b', { verifies: false });
    const execution = land.execute(two, { attended: true });
    await land.until(() => land.of('run-paused').length === 1);
    land.on('x@a', {}).on('x@b', {});
    await land.until(() => execution.take({ order: 'retry', step: 'x@a' }).taken);
    await land.until(() => land.of('run-paused').length === 2);
    expect(land.of('run-paused')[1]?.why).toBe('Do x@b (b) failed');
    expect(land.of('step-requeued')).toMatchObject([{ step: 'x@a' }]);
    await land.until(() => execution.take({ order: 'retry', step: 'x@b' }).taken);
    expect((await execution.end).outcome).toBe('done');
  });

  it('believes the end state, not the commands', async () => {
    const land = new ToyLand().on('liar', { verifies: false });
    expect((await land.execute(toyPlan([{ id: 'liar' }])).end).outcome).toBe('failed');
    expect(land.of('step-failed')[0]).toMatchObject({
      tried: 'wait for the expected state',
      seen: 'after 60 s: not there',
      causes: [expect.stringContaining('All commands succeeded')],
    });
  });

  it('gives a state a minute to show: a node that has just restarted is not ready for some seconds more', async () => {
    const clock = leapingClock();
    const sleep: typeof clock.sleep = (ms, signal) => {
      if (clock.elapsed() > 30_000) land.done.add('late');
      return clock.sleep(ms, signal);
    };
    const land = new ToyLand({ clock: { ...clock, sleep } }).on('late', { verifies: false });
    expect((await land.execute(toyPlan([{ id: 'late' }])).end).outcome).toBe('done');
    expect(land.of('waiting')[0]).toMatchObject({ step: 'late', for: 'the expected state', seen: 'not there' });
  });

  it('takes for ready what has to stay so only when it did', async () => {
    const said = [true, false, true, true, true, true];
    let asked = 0;
    const land = new ToyLand({ clock: leapingClock() }).on('x', {
      act: (context) =>
        context.until({
          for: 'calm',
          deadline: 60_000,
          every: 5_000,
          steady: 10_000,
          probe: async () => ({ ok: said[asked++] ?? false, observed: 'restless' }),
        }),
    });
    expect((await land.execute(toyPlan([{ id: 'x' }])).end).outcome).toBe('done');
    expect(asked).toBe(5);
  });

  it('says of a command that failed what it said', async () => {
    const land = new ToyLand();
    land.hosts.command = () => ({ code: 3, stdout: 'one\n', stderr: 'two\nno space left\n' });
    await land.execute(toyPlan([{ id: 'x', node: 'b' }])).end;
    expect(land.of('step-failed')[0]).toMatchObject({ tried: 'make x', seen: 'exit code 3: two / no space left' });
    expect(land.of('command-ended')[0]).toMatchObject({ node: 'b', code: 3 });
    expect(land.of('line').map(({ stream, text }) => [stream, text])).toEqual([
      ['stdout', 'one'],
      ['stderr', 'two'],
      ['stderr', 'no space left'],
    ]);
  });

  it('says which node did not answer', async () => {
    const land = new ToyLand().on('x', {
      act: () => {
        throw new HostFault('lost', 'b', { what: 'The connection to b was lost', why: 'no keep-alive for 30 s' });
      },
    });
    await land.execute(toyPlan([{ id: 'x' }])).end;
    expect(land.of('step-failed')[0]).toMatchObject({
      seen: 'The connection to b was lost',
      causes: ['no keep-alive for 30 s'],
    });
  });
});

describe('time', () => {
  it('ends a step at its deadline, also one that does not listen, and says what it did last', async () => {
    const land = new ToyLand().on('slow', { act: () => new Promise(() => undefined) });
    const { end } = land.execute(toyPlan([{ id: 'slow', deadline: 100_000 }]));
    expect((await end).outcome).toBe('failed');
    expect(land.of('step-failed')[0]).toMatchObject({
      tried: 'Do slow',
      seen: 'not finished after 100 s; last: make slow on a',
    });
  });

  it('waits until ready, tells what it sees when that changes, and gives up with the last thing seen', async () => {
    const seen = ['off', 'off', 'starting', 'starting'];
    const land = new ToyLand({ clock: leapingClock() }).on('wait', {
      act: (context) =>
        context.until({
          for: 'the light',
          deadline: 40_000,
          every: 2000,
          probe: async () => ({ ok: false, observed: seen.shift() ?? 'starting' }),
          causes: ['the switch'],
        }),
    });
    await land.execute(toyPlan([{ id: 'wait' }])).end;
    const waits = land.of('waiting').map((event) => event.seen);
    // Said again every 15 s, not at each of the 20 looks.
    expect(waits).toEqual(['off', 'starting', 'starting', 'starting']);
    expect(land.of('step-failed')[0]).toMatchObject({
      tried: 'wait for the light',
      seen: 'after 40 s: starting',
      causes: ['the switch'],
    });
  });

  it('waits through a machine that is away, but not through hopelessness', async () => {
    const land = new ToyLand();
    let looks = 0;
    land
      .on('away', {
        act: (context) =>
          context.until({
            for: 'b',
            deadline: 600_000,
            probe: async () => {
              if (++looks < 3) throw new HostFault('unreachable', 'b', { what: 'b does not answer' });
              return { ok: true, observed: 'up' };
            },
          }),
      })
      .on('hopeless', {
        act: (context) =>
          context.until({
            for: 'x',
            deadline: 3_000_000,
            probe: async () => ({ ok: false, observed: 'dead', hopeless: true }),
          }),
      });
    await land.execute(toyPlan([{ id: 'away' }, { id: 'hopeless', needs: ['away'] }])).end;
    expect(looks).toBe(3);
    expect(land.of('step-failed')).toMatchObject([{ step: 'hopeless', seen: 'dead' }]);
  });
});

describe('orders', () => {
  const three = toyPlan([{ id: 'one' }, { id: 'two', needs: ['one'] }, { id: 'three', needs: ['two'] }]);

  it('pauses after the running step and continues', async () => {
    const land = new ToyLand();
    const one = gate();
    land.on('one', one);
    const execution = land.execute(three);
    await land.until(() => land.acts().length === 1);
    expect(execution.take({ order: 'pause' })).toEqual({ taken: true });
    expect(execution.take({ order: 'pause' })).toMatchObject({ taken: false });
    one.open();
    await land.until(() => land.acts().includes('end one'));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(land.acts()).not.toContain('begin two');
    expect(execution.take({ order: 'continue' })).toEqual({ taken: true });
    expect((await execution.end).outcome).toBe('done');
  });

  it('stops after the running step; a resume does the rest and nothing twice', async () => {
    const land = new ToyLand();
    const one = gate();
    land.on('one', one);
    const execution = land.execute(three);
    await land.until(() => land.acts().length === 1);
    execution.take({ order: 'stop' });
    one.open();
    await expect(execution.end).resolves.toMatchObject({ outcome: 'stopped' });
    expect((await land.execute(three).end).outcome).toBe('done');
    expect(land.acts().filter((line) => line.startsWith('begin'))).toEqual(['begin one', 'begin two', 'begin three']);
    expect(land.of('step-started').filter(({ step }) => step === 'one')).toHaveLength(1);
  });

  it('stops now: running steps are told to end, and it is in the journal', async () => {
    const land = new ToyLand().on('one', {
      act: ({ signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    });
    const execution = land.execute(three);
    await land.until(() => land.acts().length === 1);
    execution.take({ order: 'stop-now' });
    await expect(execution.end).resolves.toMatchObject({ outcome: 'stopped' });
    expect(land.of('step-failed')[0]).toMatchObject({ step: 'one', seen: 'ended early: by the operator' });
  });

  it('ends for the restart of the workstation, and goes on with that step', async () => {
    const land = new ToyLand().on('two', {
      act: () => {
        throw new OwnReboot('a');
      },
    });
    await expect(land.execute(three).end).resolves.toMatchObject({ outcome: 'rebooting', local: 'a' });
    land.done.add('two');
    expect((await land.execute(three).end).outcome).toBe('done');
    // It ran commands before the restart: the change is this run's.
    expect(land.of('step-done').find(({ step }) => step === 'two')).toMatchObject({ outcome: 'changed' });
  });
});

describe('resume', () => {
  const two = toyPlan([{ id: 'one' }, { id: 'two', needs: ['one'] }]);

  it('does a step again that is not done any more', async () => {
    const land = new ToyLand();
    await land.execute(two).end;
    land.done.delete('one');
    land.story.length = 0;
    expect((await land.execute(two).end).outcome).toBe('done');
    expect(land.story).toEqual(['look one', 'look one', 'begin one', 'end one', 'look one', 'look two']);
  });

  it('looks first at a step that was begun and not ended', async () => {
    const land = new ToyLand();
    land.events.push({ at: '2026-01-01T00:00:00.000Z', type: 'step-started', step: 'one', attempt: 1, deadlineMs: 1 });
    land.done.add('one');
    await land.execute(two).end;
    expect(land.acts()).toEqual(['begin two', 'end two']);
    expect(land.of('step-started').map(({ step, attempt }) => [step, attempt])).toEqual([
      ['one', 1],
      ['one', 2],
      ['two', 1],
    ]);
  });

  const begun = (step: string, attempt = 1) =>
    ({ at: '2026-01-01T00:00:00.000Z', type: 'step-started', step, attempt, deadlineMs: 1 }) as const;

  it('goes first to the step that was interrupted: what it left unfinished is not a fault of an earlier one', async () => {
    const land = new ToyLand().on('two', { act: () => void land.done.add('one') });
    await land.execute(toyPlan([{ id: 'one' }])).end;
    // The second step was killed in its middle, and until it has ended the first one's end state does not show.
    land.done.delete('one');
    land.events.push(begun('two'));
    land.story.length = 0;
    expect((await land.execute(two).end).outcome).toBe('done');
    expect(land.story).toEqual(['look two', 'begin two', 'end two', 'look two', 'look one']);
  });

  it('looks at the earlier steps where the interrupted one cannot go on, and then tries it again', async () => {
    const land = new ToyLand().on('two', {
      act: () => {
        if (!land.done.has('one')) throw new StepFault({ tried: 'do two', seen: 'one is not there' });
      },
    });
    await land.execute(toyPlan([{ id: 'one' }])).end;
    land.done.delete('one');
    land.events.push(begun('two'));
    land.story.length = 0;
    expect((await land.execute(two).end).outcome).toBe('done');
    expect(land.acts()).toEqual(['begin two', 'begin one', 'end one', 'begin two', 'end two']);
  });

  it('looks again at once where the last attempt has failed: it was not interrupted', async () => {
    const land = new ToyLand().on('two', { verifies: false });
    expect((await land.execute(two).end).outcome).toBe('failed');
    land.story.length = 0;
    await land.execute(two).end;
    expect(land.story[0]).toBe('look one');
  });

  it('keeps the first value that a step remembered, over attempts', async () => {
    const land = new ToyLand();
    const recalled: (string | undefined)[] = [];
    let name = 'old';
    land.on('one', {
      verifies: false,
      act: (context) => {
        context.remember('before', name);
        recalled.push(context.recall('before'));
        name = 'new';
      },
    });
    await land.execute(two).end;
    await land.execute(two).end;
    expect(recalled).toEqual(['old', 'old']);
  });
});

describe('a journal that cannot be written', () => {
  it('ends the run only when nothing runs any more', async () => {
    const land = new ToyLand();
    let running = 0;
    const long = {
      act: async ({ signal }: { readonly signal: AbortSignal }) => {
        running++;
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        await new Promise((resolve) => setTimeout(resolve, 20));
        running--;
      },
    };
    land.on('a', long).on('b', long);
    const plan = toyPlan([
      { id: 'a', node: 'a' },
      { id: 'b', node: 'b' },
      { id: 'c', node: 'c' },
    ]);
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    const input = land.input(plan);
    const { write } = input.world.journal;
    const journal = {
      ...input.world.journal,
      write: async (event: RunEventBody) => {
        if (event.type === 'step-done' || event.type === 'step-failed') {
          if (event.step === 'c') await land.until(() => running === 2);
          throw full;
        }
        return write(event);
      },
    };
    const { end } = execute({ ...input, world: { ...input.world, journal } });
    await expect(end).rejects.toBe(full);
    expect(running).toBe(0);
  });
});
