import type { DraftValue, SiteDraft, SitePath } from '../../site/schema.ts';
import { isMapping } from '../../text/mapping.ts';
import type { Field, WizardView } from '../page.ts';

export type DraftRecord = { [key: string]: DraftValue };

/** The value at a place of the draft; undefined where there is none. */
export function getAt(draft: DraftValue, path: SitePath): DraftValue {
  let here: DraftValue = draft;
  for (const key of path) {
    if (typeof key === 'number') here = Array.isArray(here) ? here[key] : undefined;
    else here = isMapping(here) && Object.hasOwn(here, key) ? here[key] : undefined;
  }
  return here;
}

/** A copy of the draft with the value at that place; what lies on the way there is made. */
export function setAt(draft: SiteDraft, path: SitePath, value: DraftValue): SiteDraft {
  const changed = withValue(draft, path, value);
  return isMapping(changed) ? changed : draft;
}

function withValue(here: DraftValue, path: SitePath, value: DraftValue): DraftValue {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (typeof key === 'number') {
    const list = Array.isArray(here) ? [...here] : [];
    list[key] = withValue(list[key], rest, value);
    return list;
  }
  const record = isMapping(here) ? here : {};
  return { ...record, [key]: withValue(Object.hasOwn(record, key) ? record[key] : undefined, rest, value) };
}

/** A copy of the draft without that place. Records left empty on the way go too; a list closes up. */
export function removeAt(draft: SiteDraft, path: SitePath): SiteDraft {
  if (path.length === 0 || getAt(draft, path) === undefined) return draft;
  const changed = without(draft, path);
  return isMapping(changed) ? changed : {};
}

function without(here: DraftValue, path: SitePath): DraftValue {
  const [key, ...rest] = path;
  if (key === undefined) return undefined;
  if (typeof key === 'number') {
    if (!Array.isArray(here)) return here;
    return rest.length === 0
      ? here.filter((_, index) => index !== key)
      : here.map((item, index) => (index === key ? (without(item, rest) ?? {}) : item));
  }
  if (!isMapping(here)) return here;
  const { [key]: old, ...others } = here;
  const left = without(old, rest);
  const result = left === undefined ? others : { ...here, [key]: left };
  return Object.keys(result).length === 0 ? undefined : result;
}

/** What is in the draft for a field; undefined where nothing was typed. */
export function typedValue(field: Field, draft: SiteDraft): DraftValue {
  const value = field.read ? field.read(draft) : getAt(draft, field.path);
  return value === null ? undefined : value;
}

export interface Answer {
  readonly value: DraftValue;
  readonly from: 'typed' | 'seen' | 'default' | 'computed';
}

/** The answer that counts: what was typed, else what is there already. */
export function answerOf(field: Field, view: WizardView): Answer | undefined {
  const typed = typedValue(field, view.draft);
  if (typed !== undefined) return { value: typed, from: 'typed' };
  return field.fallback;
}

/** A copy of the draft with this answer; undefined takes it back, so that the fallback stands again. */
export function withAnswer(draft: SiteDraft, field: Field, value: DraftValue): SiteDraft {
  if (field.write) return field.write(draft, value);
  return value === undefined ? removeAt(draft, field.path) : setAt(draft, field.path, value);
}

/** A value as the operator types it; the text that `parse` reads back. */
export function editText(value: DraftValue): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return value.map(editText).join(', ');
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** The same as shown: a choice by its label. */
export function shownText(field: Field, value: DraftValue): string {
  const text = editText(value);
  return field.choices?.find((choice) => choice.value === text)?.label ?? text;
}

/**
 * Takes a typed text over into the draft. A text that is wrong is kept as it is, so that nothing typed is lost; the problem says what to do.
 * An empty text takes the answer back.
 */
export function takeText(draft: SiteDraft, field: Field, text: string): { draft: SiteDraft; problem?: string } {
  const trimmed = text.trim();
  if (trimmed === '') return { draft: withAnswer(draft, field, undefined) };
  const parsed = field.parse(trimmed);
  if ('value' in parsed) return { draft: withAnswer(draft, field, parsed.value) };
  return { draft: field.write ? draft : withAnswer(draft, field, trimmed), problem: parsed.problem };
}

/** What is wrong with a field's answer as it stands, in one line; undefined when it is right. */
export function problemOf(field: Field, view: WizardView): string | undefined {
  const answer = answerOf(field, view);
  if (answer === undefined) return field.required ? `${field.label}: an answer is needed` : undefined;
  if (answer.from !== 'typed') return undefined;
  const parsed = field.parse(editText(answer.value));
  return 'problem' in parsed ? parsed.problem : undefined;
}

/** A text at a place, or an empty one. */
export function textAt(draft: DraftValue, path: SitePath): string {
  const value = getAt(draft, path);
  return typeof value === 'string' ? value : '';
}
