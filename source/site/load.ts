import { basename } from 'node:path';
import type { Document } from 'yaml';
import * as z from 'zod';
import { Fault } from '../errors/fault.ts';
import { messageOf } from '../errors/thrown.ts';
import { textUpTo } from '../host/read-text.ts';
import { whyUnread } from '../host/unread.ts';
import { kloudspot } from '../text/command.ts';
import { safeValues } from '../text/safe-text.ts';
import type { Finding } from './finding.ts';
import { withOutsideNode } from './outside.ts';
import type { Complaint } from './reading/complaint.ts';
import { documentOf } from './reading/document.ts';
import { InvalidFile } from './reading/invalid-file.ts';
import { emptyPlace, judge } from './reading/issues.ts';
import { dataOf, readYaml, type SiteProblem } from './reading/reading.ts';
import { siteRules } from './rules.ts';
import { type DraftValue, type Site, type SiteDraft, type SitePath, siteSchema } from './schema.ts';

export type { SiteProblem };

/** Reads the text of a `site.yaml`. Every problem at once, each with line, column, path and what is expected. */
export function parseSite(
  text: string,
  file: string,
): { readonly site: Site } | { readonly problems: readonly SiteProblem[] } {
  const read = readYaml(text, file, siteSchema, siteRules, withOutsideNode);
  return 'value' in read ? { site: read.value } : read;
}

/** Reads a `site.yaml`. Throws `Fault` when it cannot be read, `InvalidFile` with every problem when it is wrong. */
export async function loadSite(file: string): Promise<{ readonly site: Site; readonly text: string }> {
  const text = await textOfSite(file);
  const parsed = parseSite(text, file);
  if ('problems' in parsed) throw new InvalidFile(file, parsed.problems);
  return { site: parsed.site, text };
}

/** The whole site, or what is wrong with the draft, each with its field. */
export function judgeDraft(draft: SiteDraft): { readonly site: Site } | { readonly findings: readonly Finding[] } {
  const judged = judge(siteSchema, draft, siteRules, withOutsideNode);
  return 'value' in judged ? { site: judged.value } : { findings: judged.complaints.map(findingOf) };
}

/** Why a site that has nothing at this place could not have anything there either. */
export const whyNothingAt = (path: SitePath): string | undefined => emptyPlace(siteSchema, path)?.text;

/** The draft that a text holds, right or wrong. Throws `Fault` when it is not a YAML mapping at all. */
export function parseDraft(text: string): SiteDraft {
  const what = 'The draft is not readable.';
  const document = documentOf(text);
  const [error] = document.errors;
  if (error !== undefined) throw new Fault({ what, why: error.message });
  const parsed = draftSchema.safeParse(safeValues(plainData(document) ?? {}));
  if (parsed.success) return parsed.data;
  throw new Fault({ what, why: 'It is not a mapping.' });
}

function plainData(document: Document): unknown {
  try {
    return dataOf(document);
  } catch (cause) {
    // an alias that was not set before, or one inside of itself
    throw new Fault({ what: 'The draft is not readable.', why: messageOf(cause), cause });
  }
}

const draftValue: z.ZodType<DraftValue> = z.lazy(() =>
  z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(draftValue), z.record(z.string(), draftValue)]),
);
const draftSchema = z.record(z.string(), draftValue);

/** Bytes. A site of a hundred nodes has some 50 KB; a device such as /dev/zero never ends. */
const largest = 16 * 1024 * 1024;

/** The text of a `site.yaml` that an operator names. Throws `Fault` when it cannot be read. */
export async function textOfSite(file: string): Promise<string> {
  try {
    return await textUpTo(file, largest, '--site');
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw new Fault({
      what: `${basename(file)} cannot be read.`,
      where: file,
      why: whyUnread(error),
      next: [`Give another file with --site FILE, or make one: ${kloudspot('init', '--site')}`],
      cause: error,
    });
  }
}

function findingOf(complaint: Complaint): Finding {
  return {
    check: 'site',
    grade: 'fail',
    nodes: [],
    seen: complaint.found,
    wanted: complaint.expected,
    reason: complaint.text,
    field: complaint.field,
  };
}
