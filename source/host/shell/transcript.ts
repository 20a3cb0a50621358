import type { OutputStream, RunOptions } from '../host.ts';
import { KeptOutput, Lines, withoutEnd } from './kept-output.ts';

/** Sorts what a launched command prints: its own output from the launcher's marks and from what login shells and sudo say before it. */
export class Transcript {
  readonly stdout: Output;
  readonly stderr: Output;
  /** The launcher's process on that machine, once the command has begun. */
  process: number | undefined;
  code: number | undefined;
  readonly #mark: string;
  readonly #onLine: RunOptions['onLine'];
  #noise = '';

  constructor(mark: string, { onLine, kept }: Pick<RunOptions, 'onLine' | 'kept'> = {}) {
    this.#mark = mark;
    this.#onLine = onLine;
    this.stdout = new Output(kept);
    this.stderr = new Output(kept);
  }

  /** What was said on standard error before the command began: ssh, sudo, login shells. */
  get noise(): string {
    return this.process === undefined ? this.#noise + this.stderr.lines.rest : this.#noise;
  }

  /** The exit code, once all that the command printed has come. */
  get whole(): number | undefined {
    return this.stdout.ended ? this.code : undefined;
  }

  /** Settles when the listener has taken every line of the piece. */
  async hear(chunk: Buffer, stream: OutputStream): Promise<void> {
    for (const line of this[stream].lines.add(chunk)) {
      const taken = this.#take(line, stream);
      if (taken instanceof Promise) await taken;
    }
  }

  /** Nothing more will come: a last line without its end counts too. */
  finish(): void {
    for (const stream of ['stdout', 'stderr'] as const) {
      const rest = this[stream].lines.finish();
      if (rest !== '') this.#take(rest, stream);
    }
  }

  #take(line: string, stream: OutputStream): unknown {
    const output = this[stream];
    if (!output.begun) return this.#beforeBegin(line, stream);
    const at = line.indexOf(`${this.#mark} ends `);
    if (at >= 0) output.ended = true;
    if (at >= 0 && stream === 'stderr') this.code = Number.parseInt(line.slice(at + this.#mark.length + 6), 10);
    const own = at < 0 ? line : line.slice(0, at);
    if (own === '') return undefined;
    output.kept.add(own);
    return this.#onLine?.(withoutEnd(own), stream);
  }

  #beforeBegin(line: string, stream: OutputStream): void {
    const at = line.indexOf(`${this.#mark} begins `);
    if (stream === 'stderr') this.#noise = (this.#noise + (at < 0 ? line : line.slice(0, at))).slice(-longestNoise);
    if (at < 0) return;
    this[stream].begun = true;
    this.process = Number.parseInt(line.slice(at + this.#mark.length + 8), 10);
  }
}

/** Characters kept of what was said before the command began. */
const longestNoise = 64 * 1024;

class Output {
  readonly lines = new Lines();
  readonly kept: KeptOutput;
  begun = false;
  /** All that the command printed has come; what it left behind in the background may print more. */
  ended = false;

  constructor(kept: number | undefined) {
    this.kept = new KeptOutput(kept);
  }

  get text(): string {
    return this.kept.text;
  }
}
