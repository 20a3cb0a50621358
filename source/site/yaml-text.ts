import { type DocumentOptions, isScalar, type ParseOptions, type ScalarTag, type SchemaOptions, type Tags } from 'yaml';

/**
 * Options for every YAML text that we write. Helm, cloud-init and older tools read YAML 1.1, where `yes`, `no`, `0777` or
 * `12:30` are not strings: everything that such a reader could take for something else is quoted.
 * https://yaml.org/type/ lists what 1.1 resolves.
 */
export const safeYaml: ParseOptions & DocumentOptions & SchemaOptions = {
  version: '1.2',
  compat: 'yaml-1.1',
  customTags: (tags) => tags.map((tag) => (isStringTag(tag) ? careful(tag) : tag)),
};

/** Long lines stay long: folding changes diffs and, in some readers, blanks. */
export const unfolded = { lineWidth: 0, flowCollectionPadding: true } as const;

/** A string as JSON writes it, which every YAML reader reads alike; what is not printable is escaped. */
export function quoted(text: string): string {
  return JSON.stringify(text).replace(/[^\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]/g, (unit) =>
    isPairHalf(unit) ? unit : `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Characters beyond the first plane come as two halves, which JSON leaves as they are when they belong together. */
function isPairHalf(unit: string): boolean {
  const code = unit.charCodeAt(0);
  return code >= 0xd800 && code <= 0xdfff;
}

/** What the library would leave plain though YAML 1.1 reads it as something else, or a reader may stumble over. */
function needsQuotes(text: string): boolean {
  return text === '=' || text === '<<' || /[^\x20-\x7e]/.test(text);
}

function isStringTag(tag: Tags[number]): tag is ScalarTag {
  return typeof tag === 'object' && tag.tag === 'tag:yaml.org,2002:str' && tag.default === true;
}

function careful(tag: ScalarTag): ScalarTag {
  return {
    ...tag,
    stringify(item, context, onComment, onChompKeep) {
      const { value, type } = item;
      const plain = isScalar(item) && (type === undefined || type === 'PLAIN');
      if (typeof value === 'string' && plain && needsQuotes(value)) return quoted(value);
      return tag.stringify?.(item, context, onComment, onChompKeep) ?? quoted(String(value));
    },
  };
}
