import type { StepView } from './step-view.ts';

/** Steps that are copied when one of them changes. */
const chunkSize = 32;

/**
 * The steps of a run by their ids, in the plan's order. Never changes: another one with one step changed shares the rest with it,
 * as events come by the thousand and a plan of a hundred nodes has a thousand steps and more.
 */
export class Steps implements ReadonlyMap<string, StepView> {
  readonly #places: ReadonlyMap<string, number>;
  readonly #chunks: readonly (readonly StepView[])[];

  private constructor(places: ReadonlyMap<string, number>, chunks: readonly (readonly StepView[])[]) {
    this.#places = places;
    this.#chunks = chunks;
  }

  static of(steps: Iterable<StepView>): Steps {
    const all = [...steps];
    const places = new Map(all.map(({ step }, place) => [step.id, place]));
    const starts = Array.from({ length: Math.ceil(all.length / chunkSize) }, (_, index) => index * chunkSize);
    return new Steps(
      places,
      starts.map((start) => all.slice(start, start + chunkSize)),
    );
  }

  /** The same, but for one of its steps. */
  with(step: StepView): Steps {
    const place = this.#places.get(step.step.id);
    if (place === undefined) return this;
    const chunk = Math.floor(place / chunkSize);
    const changed = this.#chunks[chunk]?.with(place % chunkSize, step);
    return changed === undefined ? this : new Steps(this.#places, this.#chunks.with(chunk, changed));
  }

  get size(): number {
    return this.#places.size;
  }

  get(id: string): StepView | undefined {
    const place = this.#places.get(id);
    return place === undefined ? undefined : this.#chunks[Math.floor(place / chunkSize)]?.[place % chunkSize];
  }

  has(id: string): boolean {
    return this.#places.has(id);
  }

  *entries(): Generator<[string, StepView], undefined> {
    for (const step of this.values()) yield [step.step.id, step];
  }

  keys(): MapIterator<string> {
    return this.#places.keys();
  }

  values(): ArrayIterator<StepView> {
    return this.#chunks.flat().values();
  }

  [Symbol.iterator](): Generator<[string, StepView], undefined> {
    return this.entries();
  }

  forEach(act: (step: StepView, id: string, all: ReadonlyMap<string, StepView>) => void): void {
    for (const [id, step] of this) act(step, id, this);
  }
}
