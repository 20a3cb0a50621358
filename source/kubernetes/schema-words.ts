/** What the schema of a chart refuses of its values. */
export interface ValueComplaint {
  /** Keys from the top of the values. */
  readonly path: readonly string[];
  /** Of the validator: `got number, want string`. */
  readonly words: string;
}

/** Helm 3.18 and later: `- at '/volumes/kafka/size': got number, want string`, indented where it is part of another. */
const pointer = /^\s*- at '([^']*)': (.+)$/;
/** Helm before: `- volumes.kafka.size: Invalid type. Expected: string, given: integer`. */
const dotted = /^- ([\w.()-]+): (.+)$/;
/** Only says that what follows it fails. */
const summary = /validation failed|^'?(allOf|anyOf|oneOf|if\/then)/;

/** What Helm says of a schema; empty where it refuses a chart for something else. */
export function parseSchemaWords(said: string): ValueComplaint[] {
  return said.split('\n').flatMap((line) => {
    const [, at, words = ''] = pointer.exec(line) ?? [];
    if (at !== undefined) return summary.test(words) ? [] : [complaint(keysOf(at), words)];
    const [, keys, older = ''] = dotted.exec(line) ?? [];
    return keys === undefined ? [] : [complaint(keys === '(root)' ? [] : keys.split('.'), older)];
  });
}

/** Keys of a JSON Pointer. */
export const keysOf = (text: string): string[] =>
  text
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));

/** The place of a key that is not allowed is its own, not that of the mapping that holds it. */
function complaint(path: readonly string[], words: string): ValueComplaint {
  const unknown =
    /^additional propert(?:y|ies) '([^']+)'/i.exec(words)?.[1] ?? /^Additional property (\S+)/.exec(words)?.[1];
  return { path: unknown === undefined ? path : [...path, unknown], words };
}
