import { isMap, parseAllDocuments, stringify } from 'yaml';
import * as z from 'zod';
import { unlessUnreadable } from './parsed-yaml.ts';

const object = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().optional() }),
});
/** An object of a chart as Helm renders it. */
export type Manifest = z.output<typeof object>;

/** The objects of a text of YAML documents. Helm prints comments and empty documents too: they are left out, as is what no YAML library reads. */
export function parseManifests(text: string): Manifest[] {
  return parseAllDocuments(text, { logLevel: 'error' }).flatMap((document) => {
    if (!('contents' in document) || !isMap(document.contents)) return [];
    const read = object.safeParse(unlessUnreadable(() => document.toJS()));
    return read.success ? [read.data] : [];
  });
}

/** One object that a change of the release makes, changes or removes, as texts that can be shown. */
export interface ManifestChange {
  /** `Deployment kloudspot-web` */
  readonly object: string;
  readonly kind: 'new' | 'changed' | 'gone';
  readonly before: string;
  readonly after: string;
}

/** What is different between two renderings of one release, which is in `namespace`: in the order of the new one, then what is gone. */
export function manifestChanges(
  before: readonly Manifest[],
  after: readonly Manifest[],
  namespace: string,
): ManifestChange[] {
  const keyOf = (each: Manifest) => keyIn(namespace, each);
  const old = new Map(before.map((each) => [keyOf(each), each]));
  const fresh = new Set(after.map(keyOf));
  const changes = after.flatMap((each): ManifestChange[] => {
    const standing = old.get(keyOf(each));
    const texts = { before: standing === undefined ? '' : shown(standing), after: shown(each) };
    const same = standing !== undefined && JSON.stringify(sorted(standing)) === JSON.stringify(sorted(each));
    return same ? [] : [{ object: nameOf(each), kind: standing === undefined ? 'new' : 'changed', ...texts }];
  });
  const gone = before.filter((each) => !fresh.has(keyOf(each)));
  return [
    ...changes,
    ...gone.map((each): ManifestChange => ({ object: nameOf(each), kind: 'gone', before: shown(each), after: '' })),
  ];
}

/** What tells an object of a release from another: one whose template leaves the namespace out is in that of the release. */
export const keyIn = (namespace: string, { apiVersion, kind, metadata }: Manifest): string =>
  `${apiVersion.replace(/\/?[^/]+$/, '')}/${kind}/${metadata.namespace ?? namespace}/${metadata.name}`;

/** `Deployment kloudspot-web`. */
export const nameOf = ({ kind, metadata }: Manifest): string => `${kind} ${metadata.name}`;

/** What a secret holds is not for the screen. */
function shown(manifest: Manifest): string {
  const hide = (values: unknown) => Object.fromEntries(Object.keys(Object(values)).map((key) => [key, '[hidden]']));
  const { data, stringData, ...rest } = manifest;
  const visible =
    manifest.kind === 'Secret'
      ? { ...rest, ...(data ? { data: hide(data) } : {}), ...(stringData ? { stringData: hide(stringData) } : {}) }
      : manifest;
  return stringify(sorted(visible), { lineWidth: 0 });
}

/** Keys in one order: Helm keeps that of the templates, which may change without meaning. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}
