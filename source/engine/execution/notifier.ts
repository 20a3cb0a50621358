/** Wakes the loop that waits. A notification that comes before the wait is kept. */
export class Notifier {
  #next = Promise.withResolvers<void>();

  notify(): void {
    this.#next.resolve();
  }

  fail(error: unknown): void {
    // The next wait receives it; until then it is not an unhandled rejection.
    this.#next.promise.catch(() => undefined);
    this.#next.reject(error);
  }

  async wait(): Promise<void> {
    await this.#next.promise;
    this.#next = Promise.withResolvers();
  }
}
