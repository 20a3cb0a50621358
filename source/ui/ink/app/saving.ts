import type { InitSession } from '../../../app/session.ts';
import type { SiteDraft } from '../../../site/schema.ts';

/** Saves every change, one write at a time; what changes meanwhile is written right after. */
export class Saving {
  #next: SiteDraft | undefined;
  #under: Promise<void> | undefined;
  readonly #saved: (at: Date) => void;
  readonly #failed: (error: unknown) => void;

  constructor(saved: (at: Date) => void, failed: (error: unknown) => void) {
    this.#saved = saved;
    this.#failed = failed;
  }

  save(session: InitSession, draft: SiteDraft): void {
    this.#next = draft;
    this.#under ??= this.#write(session).finally(() => {
      this.#under = undefined;
    });
  }

  /** What was typed must not be lost by leaving fast. */
  async settled(): Promise<void> {
    await this.#under;
  }

  /** Nothing is written after this: the site file has taken the draft's place. */
  drop(): void {
    this.#next = undefined;
  }

  async #write(session: InitSession): Promise<void> {
    // Changes of one turn are one write.
    await Promise.resolve();
    while (this.#next !== undefined) {
      const draft = this.#next;
      this.#next = undefined;
      try {
        this.#saved(await session.saveDraft(draft));
      } catch (error) {
        this.#failed(error);
      }
    }
  }
}
