import type { OutputStream } from '../../host/host.ts';
import type { RunEventBody } from '../journal/event.ts';
import type { OutputFile } from '../journal/output-file.ts';
import { keptLine } from './messages.ts';

/** Lines of one command that the journal keeps of its beginning, and as many of its end. */
const shownAtEachEnd = 200;
/** ms between two lines in the journal while a command says more than that. */
const pulse = 1000;

type Line = Extract<RunEventBody, { readonly type: 'line' }>;

export interface CommandOutputInput {
  readonly step: string;
  readonly node: string;
  /** Where the whole output goes, where there is a folder for it. */
  readonly file: OutputFile | undefined;
  readonly hide: (text: string) => string;
  readonly note: (event: RunEventBody) => void;
  /** ms on a clock that never jumps. */
  readonly elapsed: () => number;
}

/** What one command says: all of it into the step's file, and for the screens the beginning, a pulse and the end into the journal. */
export class CommandOutput {
  readonly #input: CommandOutputInput;
  #lines = 0;
  #leftOut = 0;
  #shownAt = 0;
  #waiting: Line[] = [];

  constructor(input: CommandOutputInput) {
    this.#input = input;
  }

  /** The promise, where there is one, settles when the file has taken the line: the command is held up until then. */
  add(said: string, stream: OutputStream): Promise<void> | undefined {
    const text = keptLine(said);
    if (text === '') return undefined;
    this.#show({ type: 'line', step: this.#input.step, node: this.#input.node, stream, text });
    return this.#input.file?.add(this.#input.hide(text));
  }

  async end(): Promise<void> {
    this.#drop(shownAtEachEnd);
    const [first] = this.#waiting;
    if (first !== undefined && this.#leftOut > 0)
      this.#input.note({ ...first, text: `[... ${this.#leftOut} lines left out ...]` });
    for (const line of this.#waiting) this.#input.note(line);
    await this.#input.file?.endCommand();
  }

  #show(line: Line): void {
    const now = this.#input.elapsed();
    this.#lines++;
    if (this.#lines <= shownAtEachEnd || now - this.#shownAt >= pulse) {
      this.#shownAt = now;
      this.#input.note(line);
      return;
    }
    this.#waiting.push(line);
    if (this.#waiting.length > 2 * shownAtEachEnd) this.#drop(shownAtEachEnd);
  }

  #drop(kept: number): void {
    const dropped = Math.max(0, this.#waiting.length - kept);
    this.#leftOut += dropped;
    this.#waiting = this.#waiting.slice(dropped);
  }
}
