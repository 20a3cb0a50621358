import { basename } from 'node:path';
import type { Finding } from '../site/finding.ts';
import type { SiteDraft, SitePath } from '../site/schema.ts';
import { isMapping } from '../text/mapping.ts';
import { onceFor } from '../text/once.ts';
import { getAt, problemOf, removeAt, setAt, typedValue, withAnswer } from './draft/draft.ts';
import { draftNodes } from './draft/draft-nodes.ts';
import { otherSettings, settingWords } from './draft/other-settings.ts';
import type { Field, Note, Page, WizardView } from './page.ts';
import { featuresPage } from './pages/features.ts';
import { networkPage } from './pages/network.ts';
import { nodesPage } from './pages/nodes.ts';
import { sitePage } from './pages/site.ts';
import { storagePage } from './pages/storage.ts';

/** The pages in the order in which they are asked: the only list. Both UIs, the progress line and the number keys follow from it. */
const ordered = [nodesPage, networkPage, featuresPage, storagePage, sitePage] as const;
/** Id of a page. */
export type PageId = (typeof ordered)[number]['id'];
/** A page of the list. */
export type WizardPage = Page<PageId>;
/** All pages in order. */
export const pages: readonly WizardPage[] = ordered;

/** Page ids and titles in order. */
export const pageTitles: readonly { readonly id: PageId; readonly title: string }[] = ordered;

/** Whether a text is the id of a page. */
export function isPageId(id: string): id is PageId {
  return pages.some((page) => page.id === id);
}

/** The page of that id. */
export function pageOf(id: PageId): WizardPage {
  const page = pages.find((candidate) => candidate.id === id);
  if (!page) throw new Error(`no page ${id}`);
  return page;
}

type OfPage<Value> = (page: Page, view: WizardView) => Value;

/** Works a thing of a page out once for a view: a screen asks for it at every key. */
export function onceForView<Value>(work: OfPage<Value>): OfPage<Value> {
  const valuesOf = onceFor((_view: WizardView) => new Map<Page, Value>());
  return (page, view) => {
    const ofView = valuesOf(view);
    const kept = ofView.get(page) ?? work(page, view);
    ofView.set(page, kept);
    return kept;
  };
}

/** The fields of a page. */
export const pageFields = onceForView((page, view): readonly Field[] => page.fields(view));

/** Everything that is not right on a page, fields first. Empty: nothing is open on it. */
export const pageFindings = onceForView(findingsOn);

/** What is not right across the fields of a page. */
export const findingsAcross = onceForView((page, view): readonly Finding[] => page.validate(view));

/** The notes of a page, and the settings of its subject that only the file says. */
export const pageNotes = onceForView((page, view): readonly Note[] => [
  ...(page.notes?.(view) ?? []),
  ...fileNotes(page, view),
]);

const settingsOf = onceFor((view: WizardView) =>
  otherSettings(
    view.draft,
    pages.flatMap((page) => pageFields(page, view)),
  ),
);

function fileNotes(page: Page, view: WizardView): readonly Note[] {
  const own = settingsOf(view).filter(({ path }) => subjectOf(path) === page.id);
  if (own.length === 0) return [];
  const words = own.map((setting) => settingWords(setting, view.draft, view.source));
  const file = view.source === undefined ? 'the site file' : basename(view.source.file);
  return [{ grade: 'plain', text: `Also in ${file}, and kept: ${words.join('; ')}.` }];
}

/** The page whose subject a setting is that no page asks for. */
function subjectOf([first, , inNode]: SitePath): PageId {
  if (first === 'storage' || (first === 'nodes' && (inNode === 'storage' || inNode === 'volumes'))) return 'storage';
  if (first === 'network' || (first === 'nodes' && (inNode === 'network' || inNode === 'workloadInterface')))
    return 'network';
  if (first === 'nodes') return 'nodes';
  return first === 'customer' ? 'site' : 'features';
}

function findingsOn(page: Page, view: WizardView): readonly Finding[] {
  const fields = pageFields(page, view).flatMap((field): Finding[] => {
    const reason = problemOf(field, view);
    if (reason === undefined) return [];
    const node = field.row === undefined ? undefined : draftNodes(view.draft)[Number(field.row)];
    const named = typeof node?.name === 'string' ? [node.name] : [];
    return [{ check: 'site', grade: 'fail', nodes: named, seen: '', reason, field: field.path }];
  });
  return [...fields, ...findingsAcross(page, view)];
}

/** The page and field that a place of the site belongs to: the field itself, else the nearest one around it. */
export function fieldAt(path: SitePath, view: WizardView): { page: WizardPage; field: Field | undefined } | undefined {
  let best: { page: WizardPage; field: Field; depth: number } | undefined;
  for (const page of pages) {
    for (const field of pageFields(page, view)) {
      const depth = commonDepth(field.path, path);
      if (depth > 0 && depth > (best?.depth ?? 0)) best = { page, field, depth };
    }
  }
  if (best) return best;
  return path[0] === 'nodes' ? { page: nodesPage, field: undefined } : undefined;
}

function commonDepth(one: SitePath, other: SitePath): number {
  let depth = 0;
  while (depth < one.length && depth < other.length && one[depth] === other[depth]) depth += 1;
  return depth;
}

/**
 * The draft as a whole site: every answer that is there by default or because it was seen is written down,
 * and what an earlier answer hides is left out. What was typed stays as it is.
 */
export function settle(view: WizardView): SiteDraft {
  let draft: SiteDraft = { version: 1, product: view.product.id, ...view.draft };
  // A field may appear because of another's answer, so the pages are gone through one after the other.
  for (const page of pages) {
    for (const field of page.fields({ ...view, draft })) {
      if (typedValue(field, draft) === undefined && field.fallback !== undefined && settles(field))
        draft = withAnswer(draft, field, field.fallback.value);
    }
  }
  if (!isMapping(getAt(draft, ['network']))) draft = setAt(draft, ['network'], {});
  if (getAt(draft, ['tls', 'mode']) !== 'files') draft = withoutKeys(draft);
  return draft;
}

/** The login name that answered is a fact of today's access, not a wish; a computed size follows the volumes. */
function settles(field: Field): boolean {
  return field.path.at(-1) !== 'user' && field.fallback?.from !== 'computed';
}

function withoutKeys(draft: SiteDraft): SiteDraft {
  const tls = getAt(draft, ['tls']);
  if (!isMapping(tls)) return draft;
  return setAt(removeAt(draft, ['tls']), ['tls', 'mode'], 'self-signed');
}
