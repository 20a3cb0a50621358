import { Fault } from '../../errors/fault.ts';
import { codeOf } from '../../errors/thrown.ts';
import { asFileFault } from '../../host/file-fault.ts';
import type { Product } from '../../product/schema.ts';
import { kloudspot } from '../../text/command.ts';
import type { VirtualClock } from '../model/clock.ts';
import type { State } from '../model/state.ts';
import type { Store } from '../model/store.ts';
import type { Scenario } from '../scenario/schema.ts';
import { advance, disturb, isDue } from './advance.ts';
import { scheduleHappenings } from './happenings.ts';

export interface WorldOptions {
  readonly store: Store;
  readonly clock: VirtualClock;
  /** Of the clock; kept with the time that it reaches. */
  readonly speed: number;
  readonly scenario: Scenario;
  readonly product: Product;
}

/** The simulated machines and their clusters at the clock's time. All looks and changes go through it. */
export class World {
  readonly clock: VirtualClock;
  readonly scenario: Scenario;
  readonly product: Product;
  readonly #store: Store;
  readonly #speed: number;

  constructor(options: WorldOptions) {
    this.clock = options.clock;
    this.scenario = options.scenario;
    this.product = options.product;
    this.#store = options.store;
    this.#speed = options.speed;
  }

  /** Reads the model. `see` must not change anything. What happened meanwhile is saved, so that time goes back in no other process. */
  look<Result>(see: (state: State, now: number) => Result): Result {
    const state = this.#known(this.#store.load());
    this.clock.follow(state.clock);
    const now = Math.max(this.clock.now(), state.time);
    if (!isDue(state, now)) return see(state, now);
    if (this.#keepsTime()) return see(this.#known(this.#store.load()), now);
    const unsaved = structuredClone(this.#known(this.#store.load()));
    advance(unsaved, now, this.product);
    return see(unsaved, now);
  }

  /** Changes the model and saves it. `act` ends at once: time passes between changes, not in them. */
  change<Result>(act: (state: State, now: number) => Result): Result {
    return this.#save((state, now) => {
      const result = act(state, now);
      disturb(state);
      return result;
    });
  }

  /** Keeps the time that has passed, and the model as a whole, where the disk takes it. */
  rest(): void {
    this.#keepsTime(true);
  }

  /** False where the model cannot be written: who only looks is not kept from it by a full disk. */
  #keepsTime(wholly = false): boolean {
    try {
      this.#save(() => undefined, wholly);
      return true;
    } catch (error) {
      // A disk that reports errors is worth telling, whatever was asked.
      if (asFileFault(error) instanceof Fault && codeOf(error) !== 'EIO') return false;
      throw error;
    }
  }

  #save<Result>(act: (state: State, now: number) => Result, wholly = false): Result {
    return this.#store.change((saved) => {
      const state = this.#known(saved);
      // Another process may be ahead of this one; time never goes back.
      this.clock.follow(state.clock);
      const now = Math.max(this.clock.now(), state.time);
      advance(state, now, this.product);
      const result = act(state, now);
      advance(state, now, this.product);
      scheduleHappenings(state, this.scenario, this.product);
      state.clock = { real: Date.now(), virtual: Math.max(now, state.clock.virtual), speed: this.#speed };
      return { state, result };
    }, wholly);
  }

  #known(state: State | undefined): State {
    if (state !== undefined) return state;
    throw new Fault({
      what: 'The rehearsal was removed while it was open.',
      next: [`${kloudspot('init')}  begins a new one.`],
    });
  }
}
