import type { KeyLines } from '../../site/reading/key-lines.ts';
import type { DraftValue, SiteDraft, SitePath } from '../../site/schema.ts';
import { isMapping } from '../../text/mapping.ts';
import { counted } from '../../text/plural.ts';
import type { Field } from '../page.ts';
import { textAt } from './draft.ts';
import { draftNodes } from './draft-nodes.ts';

/** A setting of the draft that no field shows. */
export interface OtherSetting {
  readonly path: SitePath;
  readonly value: DraftValue;
}

/** What every draft has and the pages say elsewhere; keys of a certificate that is not used are not kept. */
const saidElsewhere = /^(version|product|tls(\.|$)|x-|nodes\.\d+\.(local|x-))/;

/** Settings of the draft that none of these fields shows, each as the whole that no field is a part of. They stay as they are. */
export function otherSettings(draft: SiteDraft, fields: readonly Field[]): readonly OtherSetting[] {
  const shown = fields.map(({ path }) => path);
  const found: OtherSetting[] = [];
  const visit = (value: DraftValue, path: SitePath): void => {
    if (saidElsewhere.test(path.join('.')) || shown.some((one) => begins(path, one)) || isEmpty(value)) return;
    const parts = partsOf(value);
    // A record of one entry stands by that entry.
    const opens = path.length === 0 || (isMapping(value) && parts.length === 1);
    if (opens || (parts.length > 0 && shown.some((one) => begins(one, path))))
      for (const [key, part] of parts) visit(part, [...path, key]);
    else found.push({ path, value });
  };
  visit(draft, []);
  return found;
}

const begins = (path: SitePath, start: SitePath): boolean => start.every((key, place) => path[place] === key);

const isEmpty = (value: DraftValue): boolean =>
  value === undefined || value === null || (typeof value === 'object' && partsOf(value).length === 0);

function partsOf(value: DraftValue): readonly (readonly [string | number, DraftValue])[] {
  if (Array.isArray(value)) return value.map((item, index) => [index, item] as const);
  return isMapping(value) ? Object.entries(value) : [];
}

/** `ks-1 volumes, 2 entries (line 12)`. The line is that of the file which the draft comes from. */
export function settingWords({ path, value }: OtherSetting, draft: SiteDraft, source: KeyLines | undefined): string {
  const [first, index, ...rest] = path;
  const node = first === 'nodes' ? textAt(draftNodes(draft)[Number(index)], ['name']) : '';
  const called = first === 'nodes' ? `${node} ${rest.join('.')}` : path.join('.');
  const line = source?.lines.get((first === 'nodes' ? [first, node, ...rest] : path).join('.'));
  const many = partsOf(value).length;
  const what = many > 0 ? `, ${counted(many, 'entry', 'entries')}` : ` ${String(value)}`;
  return `${called}${what}${line === undefined ? '' : ` (line ${line})`}`;
}
