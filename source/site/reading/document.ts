import {
  type Document,
  type DocumentOptions,
  isScalar,
  type ParseOptions,
  parseDocument,
  type SchemaOptions,
  visit,
  YAMLParseError,
} from 'yaml';

/** How every YAML text of an operator is read: `<<` takes the keys of an anchor over, as Compose and CI files have taught people to write. */
const reading = { merge: true, logLevel: 'error', prettyErrors: false } as const;

/** A YAML text as a document. A key given twice is an error of it; it is looked for here, as the library compares each key with all before it. */
export function documentOf(
  text: string,
  options: ParseOptions & DocumentOptions & SchemaOptions = {},
): Document.Parsed {
  const document = parseDocument(text, { ...options, ...reading, uniqueKeys: false });
  for (const range of keysGivenAgain(document))
    document.errors.push(new YAMLParseError(range, 'DUPLICATE_KEY', 'Map keys must be unique'));
  return document;
}

function keysGivenAgain(document: Document.Parsed): [number, number][] {
  const again: [number, number][] = [];
  visit(document, {
    Map(_, { items }) {
      const before = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        if (before.has(key.value) && key.range) again.push([key.range[0], key.range[1]]);
        before.add(key.value);
      }
    },
  });
  return again;
}
