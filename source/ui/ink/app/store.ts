import type { Transition } from '../store/event.ts';

/** News is drawn at most this often, so that a chatty run stays cheap over a slow line; keys are never kept waiting. ms. */
const newsEveryMs = 125;
/** News waits until this many times what the last frame took has gone by, so that a slow machine is not kept busy with drawing. */
const waitPerFrame = 8;
/** ms that news waits at most. */
const newsWithinMs = 500;

/** What a screen is made of: its reducer, who does what it asks, and who hears of a change. */
export interface StoreParts<State, Event, Effect> {
  readonly update: (state: State, event: Event) => Transition<State, Effect>;
  readonly perform: (effect: Effect) => void;
  readonly changed?: (before: State, after: State) => void;
  readonly typedAhead?: AheadOf<State, Event>;
}

/** Events that are kept until the state can take them, in their order. */
export interface AheadOf<State, Event> {
  readonly keeps: (state: State, event: Event) => boolean;
  /** Whether kept events are thrown away, as nothing comes any more that could take them. */
  readonly drops: (state: State) => boolean;
}

/**
 * Holds the state outside React, so that every key works on the newest one, however many come in one read.
 * Listeners hear once for all that happened in one turn.
 */
export class Store<State, Event extends { readonly type: string }, Effect> {
  #state: State;
  #keyTold = true;
  #toldAt = performance.now();
  /** ms that the last frame took. */
  #frameMs = 0;
  #news: NodeJS.Timeout | undefined;
  readonly #kept: Event[] = [];
  readonly #listeners = new Set<() => void>();
  readonly #parts: StoreParts<State, Event, Effect>;

  constructor(state: State, parts: StoreParts<State, Event, Effect>) {
    this.#state = state;
    this.#parts = parts;
  }

  get state(): State {
    return this.#state;
  }

  readonly dispatch = (event: Event): void => {
    if (this.#parts.typedAhead?.keeps(this.#state, event)) this.#kept.push(event);
    else {
      this.#update(event);
      this.#releaseKept();
    }
  };

  #releaseKept(): void {
    const ahead = this.#parts.typedAhead;
    if (ahead?.drops(this.#state)) this.#kept.length = 0;
    for (let first = this.#kept[0]; first !== undefined; first = this.#kept[0]) {
      if (ahead?.keeps(this.#state, first)) return;
      this.#kept.shift();
      this.#update(first);
    }
  }

  #update(event: Event): void {
    const before = this.#state;
    const after = this.#parts.update(before, event);
    this.#state = after.state;
    for (const effect of after.effects) this.#parts.perform(effect);
    if (after.state === before) return;
    this.#parts.changed?.(before, after.state);
    if (event.type === 'key' || event.type === 'resize') this.#tellKey();
    else this.#tellNews();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly snapshot = (): State => this.#state;

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
    const apart = Math.min(newsWithinMs, Math.max(newsEveryMs, waitPerFrame * this.#frameMs));
    this.#news = setTimeout(() => this.#tell(), Math.max(0, this.#toldAt + apart - performance.now()));
  }

  #tell(): void {
    clearTimeout(this.#news);
    this.#news = undefined;
    this.#toldAt = performance.now();
    for (const listener of this.#listeners) listener();
    // What hears of it draws in a task of this turn, which is in line before this one.
    queueMicrotask(() => {
      this.#frameMs = performance.now() - this.#toldAt;
    });
  }
}
