import type { ValueComplaint } from '../../kubernetes/schema-words.ts';
import type { Product } from '../../product/schema.ts';
import { complain, dotted, type PlacedComplaint } from '../../site/reading/complaint.ts';
import { placesOf } from '../../site/reading/reading.ts';
import type { Site } from '../../site/schema.ts';
import { type HelmRow, valueRows } from '../values.ts';

/** Each complaint with the field of `site.yaml` that the value comes from, and its line where the text of the file is there. */
export function placed(
  complaints: readonly ValueComplaint[],
  { site, product, text }: { readonly site: Site; readonly product: Product; readonly text: string | undefined },
): PlacedComplaint[] {
  const rows = valueRows(site, product);
  return complaints.map(({ path, words }) => {
    const field = rowFor(rows, path)?.field;
    const line = text === undefined || field === undefined ? undefined : lineOf(text, field);
    const value = path.length === 0 ? 'the values' : `value ${path.join('.')}`;
    const from = field === undefined ? '' : `, from ${dotted(field)}${line === undefined ? '' : ` in line ${line}`}`;
    return { text: `${value}${from}: ${words}`, ...(field && { field }), ...(line && { line }) };
  });
}

/** The row that gives the value or holds it; else one that lies in it. */
function rowFor(rows: readonly HelmRow[], path: readonly string[]): HelmRow | undefined {
  const within = (inner: readonly (string | number)[], outer: readonly (string | number)[]) =>
    outer.every((key, at) => String(inner[at]) === String(key));
  const holding = rows.filter((row) => within(path, row.path));
  const [deepest] = holding.toSorted((one, other) => other.path.length - one.path.length);
  return deepest ?? (path.length === 0 ? undefined : rows.find((row) => within(row.path, path) && row.field));
}

function lineOf(text: string, field: NonNullable<HelmRow['field']>): number | undefined {
  return placesOf(text, '', [complain(field, undefined, '')])[0]?.line;
}
