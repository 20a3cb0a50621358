/** Wakes the loop that waits; a ring that came too early is not lost. */
export class Bell {
  #next = Promise.withResolvers<void>();

  ring(): void {
    this.#next.resolve();
  }

  fail(error: unknown): void {
    // Whoever waits next hears of it; until then it is not unhandled.
    this.#next.promise.catch(() => undefined);
    this.#next.reject(error);
  }

  async rung(): Promise<void> {
    await this.#next.promise;
    this.#next = Promise.withResolvers();
  }
}
