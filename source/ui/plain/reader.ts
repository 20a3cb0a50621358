import { StringDecoder } from 'node:string_decoder';

/** What lines are read from: a terminal, a pipe, a file. */
export interface PlainInput {
  readonly isTTY?: boolean;
  setRawMode?(on: boolean): unknown;
  on(event: 'data', listener: (chunk: Buffer | string) => void): unknown;
  on(event: 'end' | 'close', listener: () => void): unknown;
  off(event: 'data', listener: (chunk: Buffer | string) => void): unknown;
  off(event: 'end' | 'close', listener: () => void): unknown;
  resume(): unknown;
  pause(): unknown;
}

/** No one will answer any more. */
export class InputEnded extends Error {
  readonly why: 'end' | 'interrupt';
  constructor(why: 'end' | 'interrupt') {
    super(why === 'end' ? 'The input has ended.' : 'Interrupted.');
    this.why = why;
  }
}

interface Waiting {
  readonly resolve: (line: string) => void;
  readonly reject: (error: InputEnded) => void;
}

/**
 * Reads whole lines, one at a time, and prints nothing itself. Lines that come early wait for their question.
 * `node:readline` is not used, because it sends control codes on a terminal.
 */
export class LineReader {
  readonly #input: PlainInput;
  readonly #decoder = new StringDecoder('utf8');
  readonly #lines: string[] = [];
  #rest = '';
  #waiting: Waiting | undefined;
  #ended: 'end' | 'interrupt' | undefined;
  #secret = false;

  constructor(input: PlainInput) {
    this.#input = input;
    input.on('data', this.#take);
    input.on('end', this.#end);
    input.on('close', this.#end);
    input.resume();
  }

  get terminal(): boolean {
    return this.#input.isTTY === true;
  }

  /** The next line without its end. Throws `InputEnded`. */
  read(): Promise<string> {
    const early = this.#lines.shift();
    if (early !== undefined) return Promise.resolve(early);
    if (this.#ended) return Promise.reject(new InputEnded(this.#ended));
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  /** The same, not echoed where the input is a terminal. */
  async readSecret(): Promise<string> {
    if (!this.terminal || !this.#input.setRawMode) return this.read();
    this.#secret = true;
    this.#input.setRawMode(true);
    try {
      return await this.read();
    } finally {
      this.#input.setRawMode(false);
      this.#secret = false;
    }
  }

  /** Ctrl-C: reported to the code that waits for an answer. */
  interrupt(): void {
    this.#finish('interrupt');
  }

  close(): void {
    this.#input.off('data', this.#take);
    this.#input.off('end', this.#end);
    this.#input.off('close', this.#end);
    this.#input.pause();
  }

  readonly #take = (chunk: Buffer | string): void => {
    const text = typeof chunk === 'string' ? chunk : this.#decoder.write(chunk);
    if (this.#secret) this.#takeKeys(text);
    else {
      this.#rest += text;
      const parts = this.#rest.split('\n');
      this.#rest = parts.pop() ?? '';
      for (const part of parts) this.#give(part.replace(/\r$/, ''));
    }
  };

  /** In raw mode the terminal edits nothing: Enter, Backspace, Ctrl-U, Ctrl-C and Ctrl-D are ours. */
  #takeKeys(text: string): void {
    for (const key of text) {
      if (key === '\r' || key === '\n') {
        const line = this.#rest;
        this.#rest = '';
        this.#give(line);
      } else if (key === '\u0003') this.#finish('interrupt');
      else if (key === '\u0004') this.#finish('end');
      else if (key === '\u007f' || key === '\b') this.#rest = [...this.#rest].slice(0, -1).join('');
      else if (key === '\u0015') this.#rest = '';
      else if (key >= ' ') this.#rest += key;
    }
  }

  #give(line: string): void {
    const { resolve } = this.#waiting ?? {};
    this.#waiting = undefined;
    if (resolve) resolve(line);
    else this.#lines.push(line);
  }

  readonly #end = (): void => {
    // A last line without its end counts.
    if (this.#rest !== '' && !this.#ended) {
      const line = this.#rest;
      this.#rest = '';
      this.#give(line);
    }
    this.#finish('end');
  };

  #finish(why: 'end' | 'interrupt'): void {
    this.#ended ??= why;
    const { reject } = this.#waiting ?? {};
    this.#waiting = undefined;
    reject?.(new InputEnded(why));
  }
}
