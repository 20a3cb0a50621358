import type { SitePath } from '../../site/schema.ts';
import { isMapping } from '../../text/mapping.ts';
import type { Field, Page, WizardView } from '../../wizard/page.ts';
import { fieldAt, pages } from '../../wizard/pages.ts';

/** One question of the walk. */
export interface Place {
  readonly page: Page;
  readonly field: Field;
}

/** All questions as they are now, in order; the rare ones only when they are wanted. */
export function places(view: WizardView, rare: boolean): readonly Place[] {
  return pages.flatMap((page) =>
    page
      .fields(view)
      .filter((field) => rare || !field.rare)
      .map((field) => ({ page, field })),
  );
}

/** The question after another, by its id: earlier answers may have changed what follows. */
export function placeAfter(view: WizardView, rare: boolean, id: string | undefined): Place | undefined {
  const list = places(view, rare);
  return id === undefined ? list[0] : list[list.findIndex((place) => place.field.id === id) + 1];
}

export function placeById(view: WizardView, id: string): Place | undefined {
  return places(view, true).find((place) => place.field.id === id);
}

export function placeAt(view: WizardView, path: SitePath): Place | undefined {
  const found = fieldAt(path, view);
  return found?.field ? { page: found.page, field: found.field } : undefined;
}

/** A question by what a person would call it: its id, its label, its page, or `ks-2 role`. */
export function placeNamed(view: WizardView, name: string): Place | undefined {
  const wanted = name.toLowerCase();
  const list = places(view, true);
  return (
    list.find(({ field }) => field.id.toLowerCase() === wanted) ??
    list.find(({ field }) => called(field, view).toLowerCase() === wanted) ??
    list.find(({ field }) => field.label.toLowerCase() === wanted) ??
    list.find(({ page }) => page.title.toLowerCase() === wanted || page.id === wanted) ??
    list.find(({ field }) => called(field, view).toLowerCase().includes(wanted))
  );
}

/** `ks-2 Role`, `DNS name`. */
export function called(field: Field, view: WizardView): string {
  if (field.row === undefined) return field.label;
  const nodes = view.draft.nodes;
  const node = Array.isArray(nodes) ? nodes[Number(field.row)] : undefined;
  const name = isMapping(node) ? (node.name ?? node.reach) : undefined;
  return `${typeof name === 'string' ? name : `node ${Number(field.row) + 1}`} ${field.label}`;
}
