import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';

/** Bytes that are kept of the beginning of one command's output. Of its end, half as many to as many. */
const keptAtEachEnd = 4 * 1024 * 1024;
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

/** Lines of the end, as bytes: many small strings would cost many times as much. */
interface Block {
  readonly bytes: Buffer;
  readonly lines: number;
}

class BoundedOutput implements OutputFile {
  readonly #file: FileHandle | undefined;
  readonly #kept: number;
  #head = 0;
  #buffer = '';
  #lines = 0;
  #tail: Block[] = [];
  #tailSize = 0;
  #leftOut = 0;

  constructor(file: FileHandle | undefined, kept: number) {
    this.#file = file;
    this.#kept = kept;
  }

  add(line: string): Promise<void> | undefined {
    this.#buffer += `${line}\n`;
    if (this.#head >= this.#kept) return this.#addToTail();
    this.#head += line.length + 1;
    if (this.#buffer.length < written && this.#head < this.#kept) return undefined;
    return this.#flush();
  }

  async endCommand(): Promise<void> {
    const mark = this.#leftOut > 0 ? `[... ${this.#leftOut} lines left out ...]\n` : '';
    const end = Buffer.concat([Buffer.from(mark), ...this.#tail.map(({ bytes }) => bytes)]);
    await this.#file?.appendFile(end).catch(() => undefined);
    await this.#flush();
    await this.#file?.close().catch(() => undefined);
  }

  /** The buffer becomes the newest block; blocks go from the front as long as enough is left behind them. */
  #addToTail(): undefined {
    this.#lines++;
    if (this.#buffer.length < Math.min(written, this.#kept / 4)) return;
    const block = { bytes: Buffer.from(this.#buffer), lines: this.#lines };
    this.#buffer = '';
    this.#lines = 0;
    this.#tail.push(block);
    this.#tailSize += block.bytes.length;
    for (let [oldest] = this.#tail; oldest !== undefined; [oldest] = this.#tail) {
      if (this.#tailSize - oldest.bytes.length < this.#kept / 2) return;
      this.#tail.shift();
      this.#tailSize -= oldest.bytes.length;
      this.#leftOut += oldest.lines;
    }
  }

  async #flush(): Promise<void> {
    const text = this.#buffer;
    this.#buffer = '';
    await this.#file?.appendFile(text).catch(() => undefined);
  }
}
