import type { Clock } from '../../host/host.ts';

/** Where virtual time stands; shared by all processes that have the rehearsal open. */
export interface Anchor {
  readonly real: number;
  readonly virtual: number;
  readonly speed: number;
}

/** A clock of a rehearsal that another process may have set anew. */
export interface VirtualClock extends Clock {
  /** Takes over what the state on disk says. */
  follow(anchor: Anchor): void;
}

export function virtualClock(anchor: Anchor, patience = usualPatience): VirtualClock {
  return anchor.speed > 0 ? new RunningClock(anchor) : new LeapingClock(anchor.virtual, patience);
}

function aborted(signal: AbortSignal): unknown {
  return signal.reason ?? new DOMException('This operation was aborted', 'AbortError');
}

/** Runs `speed` times as fast as real time. */
class RunningClock implements VirtualClock {
  #anchor: Anchor;

  constructor(anchor: Anchor) {
    this.#anchor = anchor;
  }

  follow(anchor: Anchor): void {
    this.#anchor = anchor;
  }

  now(): number {
    const { real, virtual, speed } = this.#anchor;
    return Math.round(virtual + (Date.now() - real) * (speed || 1));
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    const until = this.now() + ms;
    for (;;) {
      if (signal?.aborted) throw aborted(signal);
      const left = until - this.now();
      if (left <= 0) return;
      await realSleep(Math.min(left / (this.#anchor.speed || 1), 0x7fff_ffff), signal);
    }
  }
}

function realSleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal === undefined ? undefined : aborted(signal));
    };
    const timer = setTimeout(
      () => {
        signal?.removeEventListener('abort', stop);
        resolve();
      },
      Math.max(1, Math.ceil(ms)),
    );
    signal?.addEventListener('abort', stop, { once: true });
  });
}

interface Sleeper {
  readonly until: number;
  readonly order: number;
  readonly wake: () => void;
}

/** A command that runs sleeps no longer than this at a time; only deadlines and waits do, and they must not expire too early. */
const farMs = 6_000;
/** Turns of the event loop without any file work before a near leap. */
const quietTurns = 2;
/**
 * ms of quiet before a far leap, which is a deadline's: what the machine really works at (the keys of a certificate)
 * must not be overtaken by it.
 */
const usualPatience = 1_500;
/** After this many leaps in a row nothing but a heartbeat is left waiting: spare the processor. */
const restlessLeaps = 5_000;

/**
 * Stands still while anything works and leaps to the next sleeper's time as soon as all sleep: minutes pass in no time,
 * in the right order. Work that waits for files keeps it standing, so that no deadline expires because of a slow disk.
 */
class LeapingClock implements VirtualClock {
  #now: number;
  #order = 0;
  #leaps = 0;
  #scheduled = false;
  readonly #sleepers: Sleeper[] = [];

  readonly #patience: number;

  constructor(now: number, patience: number) {
    this.#now = now;
    this.#patience = patience;
  }

  follow(anchor: Anchor): void {
    this.#now = Math.max(this.#now, anchor.virtual);
  }

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(aborted(signal));
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
        reject(signal === undefined ? undefined : aborted(signal));
      };
      signal?.addEventListener('abort', stop, { once: true });
      this.#sleepers.push(sleeper);
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    const settle = (quiet: number): void => {
      const busy = process.getActiveResourcesInfo().some((resource) => /^(FSReq|CloseReq)/.test(resource));
      const far = this.#soonest() - this.#now > farMs;
      if (!busy && quiet >= (far ? this.#patience : quietTurns)) this.#leap();
      else if (busy || far) setTimeout(settle, 1, busy ? 0 : quiet + 1);
      else setImmediate(settle, quiet + 1);
    };
    if (this.#leaps > restlessLeaps) setTimeout(settle, 5, 0);
    else setImmediate(settle, 0);
  }

  #soonest(): number {
    return this.#sleepers.reduce((soonest, { until }) => Math.min(soonest, until), Number.POSITIVE_INFINITY);
  }

  #leap(): void {
    this.#scheduled = false;
    this.#leaps += 1;
    this.#sleepers.sort((one, other) => one.until - other.until || one.order - other.order);
    const next = this.#sleepers.shift();
    if (next === undefined) return;
    this.#now = Math.max(this.#now, next.until);
    next.wake();
    if (this.#sleepers.length > 0) this.#schedule();
  }
}
