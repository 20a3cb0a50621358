import type { OutputStream } from '../../host/host.ts';
import { safeText } from '../../text/safe-text.ts';

/** Collects what a command prints, and passes whole lines on as they come. */
export class Output {
  readonly #texts: Record<OutputStream, string> = { stdout: '', stderr: '' };
  readonly #rests: Record<OutputStream, string> = { stdout: '', stderr: '' };
  readonly #onLine: ((line: string, stream: OutputStream) => void) | undefined;
  #left = Number.POSITIVE_INFINITY;

  constructor(onLine?: (line: string, stream: OutputStream) => void) {
    this.#onLine = onLine;
  }

  /** From now on nothing is let through but so many characters. */
  endAfter(characters: number): void {
    this.#left = characters;
  }

  /** As real hosts do, it lets nothing through that a terminal would act on. */
  write(raw: string, stream: OutputStream): void {
    const text = safeText(raw).slice(0, this.#left);
    this.#left -= text.length;
    this.#texts[stream] += text;
    const lines = `${this.#rests[stream]}${text}`.split('\n');
    this.#rests[stream] = lines.pop() ?? '';
    for (const line of lines) this.#onLine?.(line, stream);
  }

  /** The command has ended: a last line without its end is a line. */
  end(): { readonly stdout: string; readonly stderr: string } {
    for (const stream of ['stdout', 'stderr'] as const) {
      if (this.#rests[stream] !== '') this.#onLine?.(this.#rests[stream], stream);
      this.#rests[stream] = '';
    }
    return { ...this.#texts };
  }
}
