import type { Clock } from '../../host/host.ts';
import { type RealWork, watchRealWork } from './real-work.ts';

/** The state of virtual time; shared by all processes that have the rehearsal open. */
export interface Anchor {
  readonly real: number;
  readonly virtual: number;
  readonly speed: number;
}

interface Sleeper {
  readonly until: number;
  readonly order: number;
  readonly wake: () => void;
}

/** A command that runs sleeps no longer than this (ms) at a time; only deadlines and waits do. */
const farMs = 6_000;
/** Real ms without work before a leap further than that: on a busy machine work that was not seen takes its time, and no deadline may expire because of it. */
const patienceMs = 500;
/** Turns of the event loop without work before time passes. */
const quietTurns = 2;
/** Longest real wait (ms) until the time that has passed is counted. */
const tickMs = 20;
/** After this many leaps in a row without real work, who sleeps only waits for what does not come: wait longer, to spare the processor. */
const restlessLeaps = 5_000;
/** Up to this speed the longer wait is hardly any time in the rehearsal (5 s at most), and spares most of the processor even at work. */
const unhurried = 1_000;

/** One watch for all clocks of this process. */
let watched: RealWork | undefined;

/**
 * Stands still while anything works. When all sleep, it goes to the next sleeper's time, `speed` times as fast as real time;
 * at once when `speed` is 0. So real work, such as that of a slow disk, never counts against a deadline.
 */
export class VirtualClock implements Clock {
  #now: number;
  #order = 0;
  #leaps = 0;
  /** Pieces of real work that had ended at the last leap. */
  #ended = 0;
  #scheduled = false;
  readonly #speed: number;
  readonly #sleepers: Sleeper[] = [];
  readonly #works: RealWork;

  constructor({ virtual, speed }: Pick<Anchor, 'virtual' | 'speed'>) {
    this.#now = virtual;
    this.#speed = speed > 0 ? speed : Number.POSITIVE_INFINITY;
    watched ??= watchRealWork();
    this.#works = watched;
  }

  /** Takes over the time that another process has reached. */
  follow(anchor: Anchor): void {
    this.#now = Math.max(this.#now, anchor.virtual);
  }

  now(): number {
    return Math.round(this.#now);
  }

  /** Virtual time never goes back. */
  elapsed(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(reasonOf(signal));
        return;
      }
      this.#order += 1;
      const sleeper: Sleeper = {
        until: this.#now + Math.max(0, ms),
        order: this.#order,
        wake: () => {
          signal?.removeEventListener('abort', stop);
          resolve();
        },
      };
      const stop = () => {
        this.#sleepers.splice(this.#sleepers.indexOf(sleeper), 1);
        reject(signal === undefined ? undefined : reasonOf(signal));
      };
      signal?.addEventListener('abort', stop, { once: true });
      this.#sleepers.push(sleeper);
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    const begin = () => this.#settle(performance.now());
    if (this.#leaps > restlessLeaps) setTimeout(begin, 5);
    else setImmediate(begin);
  }

  /** `counted`: real time up to which time has passed. `quiet`: since when nothing works. */
  #settle(counted: number, quiet = counted, turns = 0): void {
    if (this.#sleepers.length === 0) this.#scheduled = false;
    else if (this.#works.isUnderWay()) this.#settleLater();
    else if (turns < quietTurns) setImmediate(() => this.#settle(counted, quiet, turns + 1));
    else this.#pass(counted, quiet);
  }

  #settleLater(): void {
    this.#works.afterNext(() => this.#settle(performance.now()));
  }

  /** Lets pass what has passed in real time, up to the next sleeper. */
  #pass(counted: number, quiet: number): void {
    const real = performance.now();
    const gap = this.#soonest() - this.#now;
    const passed = this.#speed === Number.POSITIVE_INFINITY ? gap : (real - counted) * this.#speed;
    if (passed >= gap && (gap <= farMs || real - quiet >= patienceMs)) {
      this.#leap();
      return;
    }
    if (passed < gap) this.#now += passed;
    const left = passed < gap ? (gap - passed) / this.#speed : patienceMs - (real - quiet);
    setTimeout(() => this.#settle(passed < gap ? real : counted, quiet), Math.min(tickMs, left));
  }

  #soonest(): number {
    return this.#sleepers.reduce((soonest, { until }) => Math.min(soonest, until), Number.POSITIVE_INFINITY);
  }

  #leap(): void {
    this.#scheduled = false;
    const ended = this.#works.ended();
    this.#leaps = ended !== this.#ended && this.#speed > unhurried ? 0 : this.#leaps + 1;
    this.#ended = ended;
    this.#sleepers.sort((one, other) => one.until - other.until || one.order - other.order);
    const next = this.#sleepers.shift();
    if (next === undefined) return;
    this.#now = Math.max(this.#now, next.until);
    next.wake();
    if (this.#sleepers.length > 0) this.#schedule();
  }
}

function reasonOf(signal: AbortSignal): unknown {
  return signal.reason ?? new DOMException('This operation was aborted', 'AbortError');
}
