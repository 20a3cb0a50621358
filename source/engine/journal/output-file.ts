import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { Tail } from '../../text/tail.ts';

/** Bytes that are kept of the beginning of one command's output, and as many of its end. */
const keptAtEachEnd = 4 * 1024 * 1024;
const written = 64 * 1024;
const newline = 10;

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
  // Not with its parents: a folder of the run that was removed does not come back.
  await mkdir(join(directory, 'output'), { mode: 0o700 }).catch(() => undefined);
  const file = await open(path, 'a', 0o600).catch(() => undefined);
  const output = new BoundedOutput(file, kept);
  await output.add(`$ ${heading}`);
  return output;
}

class BoundedOutput implements OutputFile {
  readonly #file: FileHandle | undefined;
  readonly #kept: number;
  readonly #tail: Tail;
  #head = 0;
  #lines = 0;
  #buffer = '';

  constructor(file: FileHandle | undefined, kept: number) {
    this.#file = file;
    this.#kept = kept;
    this.#tail = new Tail(kept);
  }

  add(line: string): Promise<void> | undefined {
    this.#buffer += `${line}\n`;
    if (this.#head >= this.#kept) return this.#addToTail();
    this.#head += line.length + 1;
    if (this.#buffer.length < written && this.#head < this.#kept) return undefined;
    return this.#flush();
  }

  async endCommand(): Promise<void> {
    if (this.#head >= this.#kept) this.#tail.add(this.#buffer);
    else await this.#flush();
    const { bytes } = this.#tail.read();
    const leftOut = this.#lines - bytes.filter((byte) => byte === newline).length;
    const mark = leftOut > 0 ? `[... ${leftOut} lines left out ...]\n` : '';
    await this.#file?.appendFile(Buffer.concat([Buffer.from(mark), bytes])).catch(() => undefined);
    await this.#file?.close().catch(() => undefined);
  }

  #addToTail(): undefined {
    this.#lines++;
    if (this.#buffer.length < written) return;
    this.#tail.add(this.#buffer);
    this.#buffer = '';
  }

  async #flush(): Promise<void> {
    const text = this.#buffer;
    this.#buffer = '';
    await this.#file?.appendFile(text).catch(() => undefined);
  }
}
