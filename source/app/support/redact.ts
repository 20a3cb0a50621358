import { createMask, hidden } from '../../engine/journal/masking.ts';

/** What was hidden in one text, so that the sender sees it first. */
export interface Redacted {
  readonly text: string;
  /** How many places were hidden. */
  readonly places: number;
}

/** Names of keys whose values are secret wherever they are: `password: x`, `"token": "x"`, `API_KEY=x`. */
const secretKey = 'passw(?:or)?d|passwd|passphrase|secret|token|credential|api[-_]?key|private[-_]?key|auth';
/** Names that only end so, and hold names of things or places. */
const harmless = /(?:secret|token)-?_?(?:name|file|path|ttl)$|^auth(?:ori[sz]ation)?[-_]?mode$|^known_hosts$/i;

const keyed = new RegExp(
  String.raw`(["']?)([\w.-]*(?:${secretKey})[\w.-]*)\1([ \t]*[:=][ \t]*)("(?:[^"\\]|\\.)*"|'[^']*'|[^\s,}\]]+)`,
  'gi',
);
const pem = /-----BEGIN ([A-Z ]*PRIVATE KEY)-----[\s\S]*?-----END \1-----/g;
/** A join token: `ADDRESS:25000/TOKEN/FINGERPRINT`. */
const joinToken = /(:25000\/)[0-9a-f]{32,}(?:\/[0-9a-f]{12,})?/gi;

/** Hides the secrets that are known, in all their forms, and whatever is behind a key that names a secret. */
export function redactor(secrets: readonly string[]): (text: string) => Redacted {
  const mask = createMask(secrets);
  return (text) => {
    const found = text
      .replace(pem, hidden)
      .replace(joinToken, `$1${hidden}`)
      .replace(keyed, (whole, quote: string, key: string, between: string, value: string) =>
        harmless.test(key) || isPlain(value) ? whole : `${quote}${key}${quote}${between}${inQuotes(value)}`,
      );
    const masked = mask.text(found);
    return { text: masked, places: masked.split(hidden).length - text.split(hidden).length };
  };
}

/** Not a value: a structure follows, a switch, or what is hidden already. */
const isPlain = (value: string): boolean => /^(?:true|false|null|~|[[{|>].*|"?\[hidden\]"?)$/i.test(value);

const inQuotes = (value: string): string => (/^["']/.test(value) ? `${value[0]}${hidden}${value[0]}` : hidden);
