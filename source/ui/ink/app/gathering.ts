import type { AccessState, InitSession } from '../../../app/session.ts';
import { messageOf } from '../../../errors/thrown.ts';
import type { SiteDraft } from '../../../site/schema.ts';
import { textAt } from '../../../wizard/draft/draft.ts';
import { draftNodes } from '../../../wizard/draft/draft-nodes.ts';

/** A node is asked again this long after its row was changed last. */
const settleMs = 300;

/**
 * Keeps one look at each node of the draft under way: begun when a row appears or changes how it is reached,
 * dropped when the row goes or changes again. Rows that stay the same are left alone.
 */
export class Gathering {
  readonly #looks = new Map<string, { signature: string; stop: AbortController }>();
  readonly #tell: (reach: string, state: AccessState) => void;

  constructor(tell: (reach: string, state: AccessState) => void) {
    this.#tell = tell;
  }

  /** Begins and drops looks so that they fit the draft. */
  follow(session: InitSession, draft: SiteDraft): void {
    const wanted = new Map(draftNodes(draft).map((node, index) => [textAt(node, ['reach']), { node, index }]));
    for (const [reach, look] of this.#looks) {
      if (wanted.has(reach)) continue;
      look.stop.abort();
      this.#looks.delete(reach);
    }
    for (const [reach, { node }] of wanted) {
      const signature = JSON.stringify([node.name, node.access ?? null, node.local ?? null]);
      const before = this.#looks.get(reach);
      if (reach === '' || !/^[A-Za-z0-9]/.test(reach) || before?.signature === signature) continue;
      before?.stop.abort();
      this.#begin(session, draft, reach, signature, before === undefined ? 0 : settleMs);
    }
  }

  /** Looks again, at one node or at all. */
  again(session: InitSession, draft: SiteDraft, reaches: readonly string[]): void {
    for (const reach of reaches) {
      this.#looks.get(reach)?.stop.abort();
      this.#looks.delete(reach);
    }
    this.follow(session, draft);
  }

  stop(): void {
    for (const look of this.#looks.values()) look.stop.abort();
    this.#looks.clear();
  }

  #begin(session: InitSession, draft: SiteDraft, reach: string, signature: string, waitMs: number): void {
    const stop = new AbortController();
    this.#looks.set(reach, { signature, stop });
    const one: SiteDraft = { ...draft, nodes: draftNodes(draft).filter((node) => textAt(node, ['reach']) === reach) };
    const tell = (state: AccessState): void => {
      if (!stop.signal.aborted) this.#tell(reach, state);
    };
    const look = async (): Promise<void> => {
      if (stop.signal.aborted) return;
      tell({ state: 'connecting', sinceMs: Date.now() });
      await session.gather(one, (_node, state) => tell(state), stop.signal);
    };
    const timer = setTimeout(() => {
      look().catch((error: unknown) => {
        tell({ state: 'failed', what: messageOf(error), next: [] });
      });
    }, waitMs);
    stop.signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  }
}
