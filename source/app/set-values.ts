import { parse } from 'yaml';
import { Fault } from '../errors/fault.ts';
import { textIfPresent } from '../host/read-text.ts';
import type { Finding } from '../site/finding.ts';
import { judgeDraft, parseDraft } from '../site/load.ts';
import { siteText } from '../site/save.ts';
import type { DraftValue, Site, SitePath } from '../site/schema.ts';
import { setAt } from '../wizard/draft/draft.ts';

/** A site after a change, with the text of its file. */
export interface ChangedSite {
  readonly site: Site;
  /** `site.yaml` with the change, its comments kept. */
  readonly text: string;
}

/** The site with every `path=value` set, judged as a whole. Throws `Fault` with each problem (exit code 2). */
export async function changedSite(site: Site, file: string, changes: readonly string[]): Promise<ChangedSite> {
  const before = await textIfPresent(file);
  const start = parseDraft(before ?? siteText(site));
  const draft = changes.map(change).reduce((rest, { path, value }) => setAt(rest, path, value), start);
  const judged = judgeDraft(draft);
  if ('site' in judged) return { site: judged.site, text: siteText(draft, before) };
  throw new Fault({
    what: `The site would be wrong with ${changes.join(', ')}.`,
    where: file,
    why: judged.findings.map(located).join('\n'),
    unchanged: true,
  });
}

/** The reason, after its field where it does not begin with that. */
function located({ field, reason }: Finding): string {
  const at = field?.join('.') ?? 'site';
  return reason.startsWith(`${at} `) ? reason : `${at}: ${reason}`;
}

function change(text: string): { readonly path: SitePath; readonly value: DraftValue } {
  const at = text.indexOf('=');
  if (at <= 0) {
    throw new Fault({
      what: `--set ${text} is not PATH=VALUE.`,
      next: ['Write for example --set customer.reference=berlin-2'],
    });
  }
  const path = text
    .slice(0, at)
    .split('.')
    .map((key) => (/^\d+$/.test(key) ? Number(key) : key));
  return { path, value: scalar(text.slice(at + 1)) };
}

/** As YAML reads it: a number, true, a list in brackets; anything else is text. */
function scalar(text: string): DraftValue {
  try {
    const value: DraftValue = parse(text, { logLevel: 'error' });
    return value;
  } catch {
    return text;
  }
}
