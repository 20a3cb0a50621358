import type { AppEvent, Command } from '../store/event.ts';
import type { AppState } from '../store/state.ts';
import { update } from './update.ts';

/** News is drawn at most this often, so that a chatty run stays cheap over a slow line; keys are never kept waiting. ms. */
const newsEveryMs = 66;

/**
 * Holds the state outside React, so that every key works on the newest one, however many come in one read.
 * Listeners hear once for all that happened in one turn.
 */
export class Store {
  #state: AppState;
  #keyTold = true;
  #toldAt = 0;
  #news: NodeJS.Timeout | undefined;
  readonly #listeners = new Set<() => void>();
  readonly #changed: (before: AppState, after: AppState) => void;
  readonly #perform: (command: Command) => void;

  constructor(
    state: AppState,
    perform: (command: Command) => void,
    changed: (before: AppState, after: AppState) => void,
  ) {
    this.#state = state;
    this.#perform = perform;
    this.#changed = changed;
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
    if (event.type === 'key' || event.type === 'resize') this.#tellKey();
    else this.#tellNews();
  };

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly snapshot = (): AppState => this.#state;

  #tellKey(): void {
    if (!this.#keyTold) return;
    this.#keyTold = false;
    queueMicrotask(() => {
      this.#keyTold = true;
      this.#tell();
    });
  }

  #tellNews(): void {
    if (this.#news) return;
    const wait = Math.max(0, this.#toldAt + newsEveryMs - performance.now());
    this.#news = setTimeout(() => this.#tell(), wait);
  }

  #tell(): void {
    clearTimeout(this.#news);
    this.#news = undefined;
    this.#toldAt = performance.now();
    for (const listener of this.#listeners) listener();
  }
}
