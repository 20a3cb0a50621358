import { resolve } from 'node:path';

/** A change to a file of a library, made while it is bundled. */
export interface Patch {
  readonly file: RegExp;
  /** Each must be found exactly as written, or the build fails: a patch that matches nothing is worse than none. */
  readonly replace: readonly (readonly [found: string, by: string])[];
  readonly prelude?: string;
}

const charactersOfText = `const characterLines = [[]];
        for (const character of this.caches.getStyledChars(text)) {
            if (character.value === '\\n') {
                characterLines.push([]);
            }
            else {
                characterLines.at(-1).push(character);
            }
        }
        let lines = characterLines.map(line => styledCharsToString(line));`;

const newCell = `row.push({
                    type: 'char',
                    value: ' ',
                    fullWidth: false,
                    styles: [],
                });`;

/** Keeps what was found out of a text for one frame more. */
const caches = `let newest;
class OutputCaches {
    lines = new Map();
    before = newest;
    constructor() {
        if (newest) newest.before = undefined;
        newest = this;
    }
    getLines(text) {
        let cached = this.lines.get(text) ?? this.before?.lines.get(text);
        if (cached === undefined) {
            const characterLines = [[]];
            for (const character of this.getStyledChars(text)) {
                if (character.value === '\\n') characterLines.push([]);
                else characterLines.at(-1).push(character);
            }
            cached = characterLines.map(line => styledCharsToString(line));
        }
        this.lines.set(text, cached);
        return cached;
    }`;

const plainText = resolve(import.meta.dirname, 'lazy-segmenter.js');

/** What Ink works out again at each frame, although most lines are those of the frame before. What is drawn stays the same. */
export const drawingPatches: readonly Patch[] = [
  {
    file: /ink\/build\/output\.js$/,
    replace: [
      ['class OutputCaches {', caches],
      ['cached = styledCharsFromTokens(', 'cached = this.before?.styledChars.get(line) ?? styledCharsFromTokens('],
      ['cached = stringWidth(text);', 'cached = this.before?.widths.get(text) ?? stringWidth(text);'],
      [charactersOfText, 'let lines = this.caches.getLines(text);'],
      // A line that is not cut stays as it is.
      [
        'return this.sliceLineToColumns(line, from, to);',
        'return from === 0 && to === width ? line : this.sliceLineToColumns(line, from, to);',
      ],
      // Cells are replaced, never changed: all blank ones can be the same.
      [newCell, 'row.push(blank);'],
    ],
    prelude: "const blank = { type: 'char', value: ' ', fullWidth: false, styles: [] };\n",
  },
  // Each cell has a copy of its looks, which nothing changes.
  {
    file: /@alcalzone\/ansi-tokenize\/build\/styledChars\.js$/,
    replace: [['styles: [...codes],', 'styles: codes,']],
  },
  // Takes every text apart to find what is not allowed. Plain signs and looks come out as they go in.
  {
    file: /ink\/build\/sanitize-ansi\.js$/,
    replace: [
      [
        'if (!hasAnsiControlCharacters(text)) {',
        'if (drawable.test(text)) return text;\n    if (!hasAnsiControlCharacters(text)) {',
      ],
    ],
    prelude: `import { drawable } from ${JSON.stringify(plainText)};\n`,
  },
];
