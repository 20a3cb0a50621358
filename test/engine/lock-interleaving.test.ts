import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type LockFiles, returnLock, takeLock } from '../../source/engine/lock/lock.ts';
import { claimText, type LockClaim, ownClaim } from '../../source/engine/lock/lock-claim.ts';
import { Fault } from '../../source/errors/fault.ts';
import { type FileAct, successorPath } from '../../source/host/succession.ts';
import { filesUnder } from '../../source/site/files.ts';

const path = '/lock';
const example = await ownClaim(filesUnder('/nowhere'), 'example');
const claimOf = (name: string): LockClaim => ({ ...example, token: name, run: name });

/** What lies there when the processes begin. */
const beginnings: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'no lock': {},
  'a holder that is gone': { [path]: claimText(claimOf('gone')) },
  'a text that is not a claim': { [path]: 'half a li' },
  'a holder that is gone, and one that came after it and is gone too': {
    [path]: claimText(claimOf('gone')),
    [successorPath(path, 'gone')]: claimText(claimOf('gone-later')),
  },
  'what was left by a holder that was killed while it gave the lock back': {
    [successorPath(path, 'gone')]: claimText(claimOf('gone-later')),
    [successorPath(path, undefined)]: claimText(claimOf('gone')),
  },
};

/** One process: after so many of its own steps it is killed; with 0 never. Once it holds the lock it gives it back or keeps it. */
interface Actor {
  readonly name: string;
  readonly killedAt: number;
  readonly givesBack: boolean;
}

/** Processes whose every step waits for its turn: the scheduler decides whose it is. */
class Land {
  readonly files: Map<string, string>;
  readonly dead = new Set(['gone', 'gone-later']);
  readonly holding = new Set<string>();
  readonly everHeld = new Set<string>();
  /** Two at once, where it came to that. */
  clash: string | undefined;
  readonly #turns: fc.Scheduler;

  constructor(beginning: Readonly<Record<string, string>>, turns: fc.Scheduler) {
    this.files = new Map(Object.entries(beginning));
    this.#turns = turns;
  }

  /** Settles when the process has given up, holds the lock for good, gave it back, or was killed. */
  async carryOut(actor: Actor): Promise<void> {
    const killed = Promise.withResolvers<void>();
    let steps = 0;
    const step = async <Result>(name: string, act: () => Result): Promise<Result> => {
      await this.#turns.schedule(Promise.resolve(), `${actor.name} ${name}`);
      if (++steps === actor.killedAt) {
        this.dead.add(actor.name);
        this.holding.delete(actor.name);
        killed.resolve();
      }
      return this.dead.has(actor.name) ? new Promise<never>(() => undefined) : act();
    };
    await Promise.race([killed.promise, this.#compete(actor, step)]);
  }

  async #compete({ name, givesBack }: Actor, step: <R>(name: string, act: () => R) => Promise<R>): Promise<void> {
    const own = this.#through(step);
    const lifeOf = async ({ run }: LockClaim) => step('looks', () => this.#life(run));
    for (let tries = 0; tries < 3; tries++) {
      try {
        await takeLock(own, path, claimOf(name), { takeOver: true, lifeOf });
      } catch (error) {
        if (!(error instanceof Fault)) throw error;
        continue;
      }
      this.#hold(name);
      if (!givesBack) return;
      await step('works', () => undefined);
      this.holding.delete(name);
      return returnLock(own, path, claimOf(name));
    }
  }

  #life(run: string): 'alive' | 'gone' {
    return this.dead.has(run) ? 'gone' : 'alive';
  }

  #hold(name: string): void {
    this.holding.add(name);
    this.everHeld.add(name);
    if (this.holding.size > 1) this.clash = [...this.holding].join(' and ');
  }

  #through(step: <R>(name: string, act: () => R) => Promise<R>): LockFiles {
    const { files } = this;
    const done = (one: FileAct): readonly string[] => {
      const there = files.get(one.path);
      if (one.act === 'read') return there === undefined ? [] : [there];
      if (one.act === 'list') return [...files.keys()].filter((path) => path.startsWith(one.path));
      if (one.act === 'remove') files.delete(one.path);
      else if (one.act === 'replace' || there === undefined) files.set(one.path, one.text);
      return one.act === 'place' && there === undefined ? [one.path] : [];
    };
    return (one) => step(`${one.act} ${one.path}`, () => done(one));
  }
}

const actors = fc
  .array(fc.record({ killedAt: fc.integer({ min: 0, max: 14 }), givesBack: fc.boolean() }), {
    minLength: 3,
    maxLength: 4,
  })
  .map((some) => some.map((one, place) => ({ ...one, name: `p${place}` })));

const runs = Number(process.env['FUZZ'] ?? 2000);

it.each(Object.entries(beginnings))(
  'of three or four processes at once, none or one holds the lock: %s',
  {
    timeout: 1_800_000,
  },
  async (_, beginning) => {
    const once = fc.asyncProperty(fc.scheduler(), actors, async (turns, all) => {
      const land = new Land(beginning, turns);
      const ends = Promise.all(all.map((actor) => land.carryOut(actor)));
      await turns.waitFor(ends);
      expect(land.clash).toBeUndefined();
      if (land.dead.size === 2) expect(land.everHeld.size).toBeGreaterThan(0);
      // The last holder that released it left nothing behind.
      if (land.dead.size === 2 && land.holding.size === 0 && Object.keys(beginning).length > 0)
        expect(land.files.has(path)).toBe(false);
    });
    await fc.assert(once, { numRuns: runs, seed: 9 });
  },
);
