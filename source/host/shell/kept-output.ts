import { safeText } from '../../text/safe-text.ts';

/** Characters that are kept of the beginning of an output, and as many of its end. */
const keptAtEachEnd = 4 * 1024 * 1024;
const blockSize = 4000;

/** The beginning and the end of an output, with a mark where something was left out between them. Takes whole lines. */
export class KeptOutput {
  readonly #limit: number;
  readonly #head: Buffer[] = [];
  readonly #tail: Buffer[] = [];
  #headSize = 0;
  #tailSize = 0;
  #block = '';
  #leftOut = 0;

  constructor(limit = keptAtEachEnd) {
    this.#limit = limit;
  }

  /** Bytes that were left out. */
  get leftOut(): number {
    this.#flush();
    return this.#leftOut;
  }

  get text(): string {
    this.#flush();
    const [head, tail] = [this.#head, this.#tail].map((blocks) => Buffer.concat(blocks).toString());
    const mark = this.#leftOut === 0 ? '' : `\n[... ${this.#leftOut} bytes of output left out ...]\n`;
    return `${head}${mark}${tail}`;
  }

  add(line: string): void {
    this.#block += line;
    if (this.#block.length >= blockSize) this.#flush();
  }

  #flush(): void {
    if (this.#block === '') return;
    const block = Buffer.from(this.#block);
    this.#block = '';
    if (this.#headSize + block.length <= this.#limit && this.#tailSize === 0) {
      this.#headSize += block.length;
      this.#head.push(block);
      return;
    }
    this.#tailSize += block.length;
    this.#tail.push(block);
    this.#dropOldest();
  }

  #dropOldest(): void {
    for (;;) {
      const [oldest] = this.#tail;
      if (oldest === undefined || this.#tailSize - oldest.length < this.#limit) return;
      this.#tail.shift();
      this.#tailSize -= oldest.length;
      this.#leftOut += oldest.length;
    }
  }
}

/** A line without its end, as a listener gets it. */
export const withoutEnd = (line: string): string => line.replace(/\r?\n$/, '');

/** Characters after which a line without an end is handed on in pieces. */
const longestPiece = 1024 * 1024;
/** Held back of such a line, so that no mark of the launcher is torn apart. */
const heldBack = 128;

/** Bytes to whole lines of UTF-8, made safe to show. */
export class Lines {
  rest = '';
  readonly #decoder = new TextDecoder();

  add(chunk: Buffer): string[] {
    const pieces = this.#decoder.decode(chunk, { stream: true }).split('\n');
    const last = pieces.pop() ?? '';
    if (pieces.length === 0) {
      this.rest += last;
      return this.#overlong();
    }
    pieces[0] = this.rest + pieces[0];
    this.rest = last;
    return pieces.map((piece) => `${safeText(piece)}\n`);
  }

  finish(): string {
    const rest = this.rest + this.#decoder.decode();
    this.rest = '';
    return safeText(rest);
  }

  #overlong(): string[] {
    if (this.rest.length < longestPiece) return [];
    let at = this.rest.length - heldBack;
    // not between the two halves of a character beyond the basic plane
    if (/[\uDC00-\uDFFF]/.test(this.rest.charAt(at))) at -= 1;
    const piece = this.rest.slice(0, at);
    this.rest = this.rest.slice(at);
    return [safeText(piece)];
  }
}
