import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';

/** Bytes that are kept of the beginning of one command's output. Of its end, half as many to as many. */
const keptAtEachEnd = 8 * 1024 * 1024;
const written = 64 * 1024;

/** The text of all commands of one step, `output/STEP` beside the journal: of each command the beginning and the end. */
export interface OutputFile {
  /** Takes a line. The promise, where there is one, settles when it is written. */
  add(line: string): Promise<void> | undefined;
  /** Writes what is kept of the end, with a mark where something was left out. */
  endCommand(): Promise<void>;
}

export const outputPath = (directory: string, step: string): string =>
  join(directory, 'output', step.replaceAll(/[^\w@.-]/g, '_'));

/** Opens the file with the command line as its heading. Output that cannot be written is given up: the journal says what counts. */
export async function openOutput(
  directory: string,
  step: string,
  heading: string,
  kept = keptAtEachEnd,
): Promise<OutputFile> {
  const path = outputPath(directory, step);
  await mkdir(join(directory, 'output'), { recursive: true, mode: 0o700 }).catch(() => undefined);
  const file = await open(path, 'a', 0o600).catch(() => undefined);
  const output = new BoundedOutput(file, kept);
  await output.add(`$ ${heading}`);
  return output;
}

interface Block {
  readonly text: string;
  readonly lines: number;
}
const nothing: Block = { text: '', lines: 0 };

class BoundedOutput implements OutputFile {
  readonly #file: FileHandle | undefined;
  readonly #kept: number;
  #head = 0;
  #buffer = '';
  /** The end so far, in two blocks: the older one goes when the newer one is full. */
  #tail: readonly [Block, Block] = [nothing, nothing];
  #leftOut = 0;

  constructor(file: FileHandle | undefined, kept: number) {
    this.#file = file;
    this.#kept = kept;
  }

  add(line: string): Promise<void> | undefined {
    if (this.#head >= this.#kept) return this.#addToTail(`${line}\n`);
    this.#head += line.length + 1;
    this.#buffer += `${line}\n`;
    return this.#buffer.length >= written ? this.#flush() : undefined;
  }

  async endCommand(): Promise<void> {
    const mark = this.#leftOut > 0 ? `[... ${this.#leftOut} lines left out ...]\n` : '';
    this.#buffer += mark + this.#tail.map(({ text }) => text).join('');
    await this.#flush();
    await this.#file?.close().catch(() => undefined);
  }

  #addToTail(text: string): undefined {
    const [older, newer] = this.#tail;
    const grown = { text: newer.text + text, lines: newer.lines + 1 };
    if (grown.text.length < this.#kept / 2) {
      this.#tail = [older, grown];
      return;
    }
    this.#leftOut += older.lines;
    this.#tail = [grown, nothing];
  }

  async #flush(): Promise<void> {
    const text = this.#buffer;
    this.#buffer = '';
    await this.#file?.appendFile(text).catch(() => undefined);
  }
}
