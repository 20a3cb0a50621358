/** Lets a few through at once and has the others wait in line. How many can change while it is used. */
export class Semaphore {
  #limit: number;
  #inside = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** How many are inside now. */
  get inside(): number {
    return this.#inside;
  }

  /** Lowers the limit, to one at least; those inside stay. */
  lowerTo(limit: number): void {
    this.#limit = Math.max(1, Math.min(this.#limit, limit));
  }

  async use<T>(work: () => Promise<T>): Promise<T> {
    if (this.#inside >= this.#limit) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#inside += 1;
    try {
      return await work();
    } finally {
      this.#leave();
    }
  }

  /** A place is handed on to the next one in line, unless the limit was lowered meanwhile. */
  #leave(): void {
    const next = this.#inside <= this.#limit ? this.#waiting.shift() : undefined;
    if (next) next();
    else this.#inside -= 1;
  }
}
