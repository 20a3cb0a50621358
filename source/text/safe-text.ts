const esc = '\u001b';
/** A string sequence's end: BEL, or ST in either form. */
const end = `(?:\u0007|\u009c|${esc}\\\\)`;

/**
 * What a terminal would act on instead of showing it: escape sequences with their bodies (ECMA-48: CSI, OSC, DCS, SOS, PM,
 * APC, and the short ones), in 7-bit and 8-bit form. A body without its end reaches to the end of the line.
 */
const sequences = new RegExp(
  [
    `(?:${esc}[\\]PX^_]|[\u009d\u0090\u0098\u009e\u009f])[^\n\u0007\u009c${esc}]*${end}?`,
    `(?:${esc}\\[|\u009b)[0-?]*[ -/]*[@-~]?`,
    `${esc}[ -/]*[0-~]?`,
  ].join('|'),
  'g',
);

/** Control characters but tab, line feed and carriage return; characters that reorder or break lines. https://unicode.org/reports/tr36/ */
const controls = /[^\P{Cc}\t\n\r]|[\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/** Text of a machine or a file, without what a terminal would act on. Line breaks and tabs stay. */
export function safeText(text: string): string {
  return isPlain(text) ? text : text.replace(sequences, '').replace(controls, '');
}

/** The same for a value that is one line: breaks become blanks. */
export function safeLine(text: string): string {
  return safeText(text).replace(/[\t\r\n]+/g, ' ');
}

/** A text that stays as it is, such as a file that is written, for the eye: what a terminal would act on is named, as `<U+001B>`. */
export const visible = (text: string): string => named(text, (code) => `<U+${code.toUpperCase()}>`);

/** JSON for a terminal or a program: its texts stay as they are, and what a terminal would act on is escaped. */
export const jsonText = (value: unknown, indent?: number): string =>
  named(JSON.stringify(value, undefined, indent), (code) => `\\u${code}`);

const named = (text: string, name: (code: string) => string): string =>
  isPlain(text) && !text.includes('\r')
    ? text
    : text
        .replace(/\r/g, name('000d'))
        .replace(controls, (one) => name(one.charCodeAt(0).toString(16).padStart(4, '0')));

/** JSON that another program printed, with every text in it made safe: an escaped control character is one again once parsed. */
export function parseSafeJson(text: string, safe: (text: string) => string = safeText): unknown {
  return safeValues(JSON.parse(text), safe);
}

/** Parsed data with every text and key in it made safe. Data that holds itself (a YAML alias) keeps its shape. */
export function safeValues(
  value: unknown,
  safe: (text: string) => string = safeText,
  known = new Map<object, unknown>(),
): unknown {
  if (typeof value === 'string') return safe(value);
  if (typeof value !== 'object' || value === null) return value;
  if (known.has(value)) return known.get(value);
  if (Array.isArray(value)) {
    const items: unknown[] = [];
    known.set(value, items);
    for (const item of value) items.push(safeValues(item, safe, known));
    return items;
  }
  const record: Record<string, unknown> = {};
  known.set(value, record);
  for (const [key, own] of Object.entries(value)) {
    // also for a key such as __proto__
    Object.defineProperty(record, safe(key), {
      value: safeValues(own, safe, known),
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  return record;
}

const isPlain = (text: string): boolean => /^[\t\n\r -~]*$/.test(text);
