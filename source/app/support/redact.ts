import { createMask, hidden } from '../../engine/journal/masking.ts';
import { isMapping } from '../../text/mapping.ts';

/** What was hidden in one text, so that the sender sees it first. */
export interface Redacted {
  readonly text: string;
  /** How many places were hidden. */
  readonly places: number;
}

/** Names of keys whose values are secret wherever they are: `password: x`, `"token": "x"`, `API_KEY=x`. */
const secretName = String.raw`[\w.-]*(?:passw(?:or)?d|passwd|passphrase|secret|token|credential|api[-_]?key|private[-_]?key|auth)[\w.-]*`;
const secretKey = new RegExp(secretName, 'i');
/** Names that only end so, and hold names of things or places. */
const harmless =
  /(?:secret|token|password)-?_?(?:name|file|path|ttl|fd)$|auth(?:ori[sz]ation)?[-_]?mode$|^known_hosts$/i;

const keyed = new RegExp(
  String.raw`(["']?)(${secretName})\1([ \t]*[:=][ \t]*)("(?:[^"\\]|\\.)*"|'[^']*'|[^\s,}\]]+)`,
  'gi',
);
/** A line of YAML: the value goes to the end of the line, with spaces in it. */
const lineOfYaml = new RegExp(
  String.raw`^([ \t]*(?:- )?(${secretName}):[ \t]+)([^\s"'#|>{[][^\n]*?)([ \t]+#[^\n]*)?$`,
  'gim',
);
/** The lines below `password: |` that are indented further. */
const blockOfYaml = new RegExp(
  String.raw`^(([ \t]*)(?:- )?(${secretName}):[ \t]*[|>][-+\d]*[ \t]*\n)((?:\2[ \t]+[^\n]*(?:\n|$)|[ \t]*\n)+)`,
  'gim',
);
/** A variable of a container: its name and its value are two keys. */
const namedValue = new RegExp(
  String.raw`((?:name|key):[ \t]*(["']?)(${secretName})\2[ \t]*\n[ \t]*value:[ \t]*)([^\s][^\n]*)`,
  'gi',
);
/** `--password x`: the value is the next word. */
const flagged = new RegExp(String.raw`(--?(${secretName})[ \t]+)("[^"\n]*"|'[^'\n]*'|[^\s-]\S*)`, 'gi');
const pem = /-----BEGIN ([A-Z ]*PRIVATE KEY)-----[\s\S]*?-----END \1-----/g;
/** A join token: `ADDRESS:25000/TOKEN/FINGERPRINT`. */
const joinToken = /(:25000\/)[0-9a-f]{32,}(?:\/[0-9a-f]{12,})?/gi;
/** A line that may be JSON, as in a journal. */
const lineOfJson = /^(\{.*\})$/m;

/** Hides the secrets that are known, in all their forms, and whatever is behind a key that names a secret. */
export function redactor(secrets: readonly string[]): (text: string) => Redacted {
  const mask = createMask(secrets);
  return (text) => {
    const masked = mask.text(inText(text));
    return { text: masked, places: masked.split(hidden).length - text.split(hidden).length };
  };
}

/** JSON is taken apart first: inside its strings quotes and line breaks are escaped, and no pattern would end where the value does. */
function inText(text: string): string {
  const whole = inJson(text);
  if (whole !== undefined) return whole;
  return text
    .split(lineOfJson)
    .map((part, at) => (at % 2 === 1 ? inJson(part) : undefined) ?? inPlain(part))
    .join('');
}

/** As it was where nothing is hidden in it; undefined where it is not JSON. */
function inJson(text: string): string | undefined {
  if (!/^\s*[{[]/.test(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    const compact = JSON.stringify(value);
    const found = inValue(value);
    if (JSON.stringify(found) === compact) return text;
    const indent = text.trim().includes('\n') ? 2 : undefined;
    return JSON.stringify(found, undefined, indent) + (text.endsWith('\n') ? '\n' : '');
  } catch {
    return undefined;
  }
}

/** `key`: the name that the value has. */
function inValue(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((item, at) => inValue(item, flagBefore(value, at) ?? key));
  if (isMapping(value)) {
    const named = [value.name, value.key].find((name) => typeof name === 'string');
    return Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [name, inValue(inner, name === 'value' ? named : name)]),
    );
  }
  if (typeof value !== 'string') return typeof value === 'number' && isSecret(key, String(value)) ? hidden : value;
  return isSecret(key, value) ? hidden : inText(value);
}

/** Of the words of a command: the flag whose value this is. */
function flagBefore(words: readonly unknown[], at: number): string | undefined {
  const before = words[at - 1];
  return typeof before === 'string' && /^--?[\w-]+$/.test(before) ? before : undefined;
}

function inPlain(text: string): string {
  return text
    .replace(pem, hidden)
    .replace(joinToken, `$1${hidden}`)
    .replace(blockOfYaml, (whole, head: string, indent: string, key: string, lines: string) =>
      isSecret(key, lines) ? `${head}${indent}  ${hidden}${lines.endsWith('\n') ? '\n' : ''}` : whole,
    )
    .replace(lineOfYaml, (whole, head: string, key: string, value: string, remark = '') =>
      isSecret(key, value) ? `${head}${hidden}${remark}` : whole,
    )
    .replace(namedValue, (whole, head: string, _quote: string, key: string, value: string) =>
      isSecret(key, value) ? head + inQuotes(value) : whole,
    )
    .replace(keyed, (whole, quote: string, key: string, between: string, value: string) =>
      isSecret(key, value) ? `${quote}${key}${quote}${between}${inQuotes(value)}` : whole,
    )
    .replace(flagged, (whole, head: string, key: string, value: string) =>
      isSecret(key, value) ? head + inQuotes(value) : whole,
    );
}

const isSecret = (key: string, value: string): boolean => secretKey.test(key) && !harmless.test(key) && !isPlain(value);

/** Not a value: none, a structure follows, a switch, or what is hidden already. */
const isPlain = (value: string): boolean =>
  /^(?:|""|''|true|false|null|~|[[{|>].*|"?\[hidden\]"?)$/i.test(value.trim());

const inQuotes = (value: string): string => (/^["']/.test(value) ? `${value[0]}${hidden}${value[0]}` : hidden);
