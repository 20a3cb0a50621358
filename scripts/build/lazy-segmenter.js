// Stands in for Intl.Segmenter in the bundle: building a real one costs about 25 ms at start, and text of plain signs needs none.
// Plain: Latin, general punctuation, arrows, box drawing, blocks, geometric shapes and the program's own marks; one sign is one grapheme there.
const plain =
  '\\n\\u0020-\\u007E\\u00A0-\\u02FF\\u2010-\\u2027\\u2030-\\u203A\\u2190-\\u2193\\u2500-\\u25A9\\u25B2-\\u25B5\\u25BC-\\u25BF\\u25C6-\\u25FA\\u2713\\u2717\\u276F\\u23CE\\u2800-\\u28FF';
export const plainText = new RegExp(`^[\\u001B${plain}]*$`);

/** The same, where every escape is one of a look (SGR) in its short form. */
export const drawable = new RegExp(`^[${plain}]*(?:\\u001B\\[[\\d;]*m[${plain}]*)*$`);

export class LazySegmenter {
  #arguments;
  #real;

  constructor(...args) {
    this.#arguments = args;
  }

  segment(input) {
    if (plainText.test(input)) return signs(input);
    this.#real ??= new Intl.Segmenter(...this.#arguments);
    return this.#real.segment(input);
  }
}

/** The part of Segments that is used: walked over, and asked what stands at a place. */
function signs(input) {
  const at = (index) => ({ segment: input[index], index, input });
  return {
    containing: (index = 0) => (index >= 0 && index < input.length ? at(Math.trunc(index)) : undefined),
    *[Symbol.iterator]() {
      for (let index = 0; index < input.length; index++) yield at(index);
    },
  };
}
