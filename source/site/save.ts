import { rm, stat } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { Document, isMap, isNode, isScalar } from 'yaml';
import { Fault } from '../errors/fault.ts';
import { messageOf } from '../errors/thrown.ts';
import { freeName, moveAside } from '../host/move-aside.ts';
import { textIfPresent } from '../host/read-text.ts';
import { writeAtomic } from '../host/write-atomic.ts';
import { isMapping } from '../text/mapping.ts';
import { siteDefaults } from './defaults.ts';
import type { Files } from './files.ts';
import { parseDraft } from './load.ts';
import { mergeInto } from './merge.ts';
import { documentOf } from './reading/document.ts';
import { dataOf } from './reading/reading.ts';
import { type DraftValue, type Site, type SiteDraft, siteSchema } from './schema.ts';
import { schemaLine } from './templates.ts';
import { safeYaml, unfolded } from './yaml-text.ts';

/**
 * The text of a site or draft. With `before`, an edit of that text: comments, blank lines, order, quoting and the operator's
 * own keys stay, and a text that says the same already is returned as it is. The first line names the schema for editors.
 */
export function siteText(site: SiteDraft | Site, before?: string): string {
  const read = before === undefined ? undefined : editable(before);
  if (before === undefined || read === undefined || !isSameSite(read.said, { ...site }))
    return withSchemaLine(freshText(site));
  const { document, said } = read;
  mergeInto(document, said, { ...site }, siteDefaults);
  const unchanged = isDeepStrictEqual(document.toJS(), said);
  return withSchemaLine(unchanged ? before : document.toString(unfolded));
}

/** A text that can be edited, and what it says; undefined where it is not a YAML mapping or holds an alias that leads nowhere or into itself. */
function editable(text: string): { readonly document: Document; readonly said: unknown } | undefined {
  const document = documentOf(text, safeYaml);
  if (document.errors.length > 0 || !isMap(document.contents)) return undefined;
  try {
    return { document, said: dataOf(document) };
  } catch {
    return undefined;
  }
}

/** Whether a text holds something that no edit of it could keep: it goes aside before its file is written. */
export const isUnreadable = (text: string): boolean => text.trim() !== '' && editable(text) === undefined;

let drafts: Promise<unknown> = Promise.resolve();

/**
 * Saves at every change, one after the other. Returns the time at which it was safe on disk. A draft that cannot be read is
 * moved aside first.
 */
export function saveDraft(files: Files, draft: SiteDraft): Promise<Date> {
  const saved = drafts.then(async () => {
    await setAsideUnreadable(files);
    const before = (await textIfPresent(files.draft)) ?? (await textIfPresent(files.site));
    await writeAtomic(files.draft, siteText(draft, before), 0o600);
    return new Date();
  });
  drafts = saved.catch(() => undefined);
  return saved;
}

/** The unfinished draft, if there is one. Throws `Fault` when it cannot be read, with the name under which it is kept. */
export async function loadDraft(
  files: Files,
): Promise<{ readonly draft: SiteDraft; readonly savedAt: Date } | undefined> {
  const text = await textIfPresent(files.draft);
  if (text === undefined) return undefined;
  const savedAt = (await stat(files.draft)).mtime;
  try {
    return { draft: parseDraft(text), savedAt };
  } catch (cause) {
    throw new Fault({
      what: 'The unfinished draft cannot be read, and so not be continued.',
      where: files.draft,
      why: cause instanceof Fault && cause.why !== undefined ? cause.why : messageOf(cause),
      next: [`Nothing is written over it: the next draft moves it to ${await freeName(asideOf(files.draft))}`],
      cause,
    });
  }
}

async function setAsideUnreadable({ draft }: Files): Promise<void> {
  const text = await textIfPresent(draft);
  if (text !== undefined && isUnreadable(text)) await moveAside(draft, asideOf(draft));
}

const asideOf = (path: string): string => `${path}.unreadable`;

/** Copies the draft beside itself, named by the time: `site.draft.2026-01-31T14-02-07.yaml`. Undefined: there is none. */
export async function copyDraft(files: Files, now: Date): Promise<string | undefined> {
  await drafts;
  const text = await textIfPresent(files.draft);
  if (text === undefined) return undefined;
  const stamp = now.toISOString().slice(0, 19).replaceAll(':', '-');
  const copy = files.draft.replace(/\.yaml$/, `.${stamp}.yaml`);
  await writeAtomic(copy, text, 0o600);
  return copy;
}

export async function removeDraft(files: Files): Promise<void> {
  await drafts;
  await setAsideUnreadable(files);
  await rm(files.draft, { force: true });
}

/** Remarks about another site must not stay beside this one's answers. */
function isSameSite(before: unknown, site: { [key: string]: DraftValue }): boolean {
  if (!isMapping(before)) return false;
  const marks = (data: { readonly [key: string]: unknown }) => {
    const nodes = Array.isArray(data['nodes']) ? data['nodes'] : [];
    const ofNodes = nodes.flatMap((node) => (isMapping(node) ? [node['name'], node['reach']] : []));
    return [data['name'], ...ofNodes].filter((mark) => typeof mark === 'string');
  };
  const known = marks(before);
  return known.length === 0 || marks(site).some((mark) => known.includes(mark));
}

function freshText(site: SiteDraft | Site): string {
  const document = new Document(inSchemaOrder({ ...site }), safeYaml);
  document.commentBefore = ' What is wanted. Edit it by hand or with kloudspot init; keys of your own begin with x-.';
  if (isMap(document.contents)) {
    for (const { key, value } of document.contents.items.slice(1)) {
      if (isNode(key) && !isScalar(value)) key.spaceBefore = true;
    }
  }
  return document.toString(unfolded);
}

function inSchemaOrder(site: { [key: string]: DraftValue }): { [key: string]: DraftValue } {
  const known = Object.keys(siteSchema.shape);
  const keys = [...known.filter((key) => key in site), ...Object.keys(site).filter((key) => !known.includes(key))];
  const entries = keys.map((key) => [key, withoutGaps(site[key])] as const).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries);
}

function withoutGaps(value: DraftValue): DraftValue {
  if (Array.isArray(value)) return value.map(withoutGaps);
  if (!isMapping(value)) return value ?? undefined;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) =>
      inner === undefined || inner === null ? [] : [[key, withoutGaps(inner)]],
    ),
  );
}

function withSchemaLine(text: string): string {
  const line = schemaLine('site.schema.json');
  const first = /^# yaml-language-server: .*site\.schema\.json[^\n]*\n/.exec(text);
  return first === null ? `${line}\n${text}` : `${line}\n${text.slice(first[0].length)}`;
}
