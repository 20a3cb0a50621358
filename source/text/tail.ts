const newline = 10;

/**
 * The end of a text of any length, as bytes in one buffer that is written round and round: a buffer for each piece would
 * cost many times as much in a long text. Takes whole pieces; gives whole lines, or from a whole character on where one line fills it all.
 */
export class Tail {
  readonly #size: number;
  #ring: Buffer | undefined;
  #written = 0;

  constructor(size: number) {
    this.#size = size;
  }

  add(piece: string): void {
    this.#ring ??= Buffer.allocUnsafe(this.#size);
    const ring = this.#ring;
    let bytes = Buffer.from(piece);
    if (bytes.length > this.#size) {
      this.#written += bytes.length - this.#size;
      bytes = bytes.subarray(-this.#size);
    }
    const at = this.#written % this.#size;
    const first = bytes.copy(ring, at);
    bytes.copy(ring, 0, first);
    this.#written += bytes.length;
  }

  /** The bytes that are kept, and how many were dropped before them. */
  read(): { readonly bytes: Buffer; readonly dropped: number } {
    const all = this.#unrolled();
    const dropped = this.#written - all.length;
    if (dropped === 0) return { bytes: all, dropped };
    const from = wholeFrom(all);
    return { bytes: all.subarray(from), dropped: dropped + from };
  }

  #unrolled(): Buffer {
    const ring = this.#ring ?? Buffer.alloc(0);
    if (this.#written <= this.#size) return ring.subarray(0, this.#written);
    const at = this.#written % this.#size;
    return Buffer.concat([ring.subarray(at), ring.subarray(0, at)]);
  }
}

/** Behind the first line break, or else the first byte that begins a character (UTF-8: 10xxxxxx goes on with one). */
function wholeFrom(bytes: Buffer): number {
  const line = bytes.indexOf(newline) + 1;
  if (line > 0 && line < bytes.length) return line;
  let from = 0;
  while (((bytes[from] ?? 0) & 0xc0) === 0x80) from += 1;
  return from;
}
