import type { AppEvent, Command } from './event.ts';
import type { AppState } from './state.ts';
import { update } from './update.ts';

/**
 * Holds the state outside React, so that every key works on the newest one, however many come in one read.
 * Listeners hear once for all that happened in one turn.
 */
export class Store {
  #state: AppState;
  #told = true;
  readonly #listeners = new Set<() => void>();
  readonly #changed: (before: AppState, after: AppState) => void;
  readonly #perform: (command: Command) => void;

  constructor(
    state: AppState,
    perform: (command: Command, store: Store) => void,
    changed: (before: AppState, after: AppState, store: Store) => void,
  ) {
    this.#state = state;
    this.#perform = (command) => perform(command, this);
    this.#changed = (before, after) => changed(before, after, this);
  }

  get state(): AppState {
    return this.#state;
  }

  readonly dispatch = (event: AppEvent): void => {
    const before = this.#state;
    const step = update(before, event);
    this.#state = step.state;
    for (const command of step.commands) this.#perform(command);
    if (step.state === before) return;
    this.#changed(before, step.state);
    this.#tell();
  };

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly snapshot = (): AppState => this.#state;

  #tell(): void {
    if (!this.#told) return;
    this.#told = false;
    queueMicrotask(() => {
      this.#told = true;
      for (const listener of this.#listeners) listener();
    });
  }
}
