import { safeText } from '../../text/safe-text.ts';
import { Tail } from '../../text/tail.ts';

/** Characters that are kept of the beginning of an output, and as many of its end. */
const keptAtEachEnd = 4 * 1024 * 1024;
const blockSize = 16_000;

/** The beginning and the end of an output, with a mark where something was left out between them. Takes whole lines. */
export class KeptOutput {
  readonly #limit: number;
  readonly #head: Buffer[] = [];
  readonly #tail: Tail;
  #headSize = 0;
  #full = false;
  #block = '';

  constructor(limit = keptAtEachEnd) {
    this.#limit = limit;
    this.#tail = new Tail(limit);
  }

  /** Bytes that were left out. */
  get leftOut(): number {
    this.#flush();
    return this.#tail.read().dropped;
  }

  get text(): string {
    this.#flush();
    const { bytes, dropped } = this.#tail.read();
    const mark = dropped === 0 ? '' : `\n[... ${dropped} bytes of output left out ...]\n`;
    return `${Buffer.concat(this.#head).toString()}${mark}${bytes.toString()}`;
  }

  add(line: string): void {
    this.#block += line;
    if (this.#block.length >= blockSize) this.#flush();
  }

  #flush(): void {
    const block = this.#block;
    this.#block = '';
    if (block === '') return;
    const size = Buffer.byteLength(block);
    this.#full ||= this.#headSize + size > this.#limit;
    if (this.#full) {
      this.#tail.add(block);
      return;
    }
    this.#headSize += size;
    this.#head.push(Buffer.from(block));
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
