import { dirname } from 'node:path';
import { parse } from 'yaml';
import { Fault } from '../errors/fault.ts';
import { textIfPresent } from '../host/read-text.ts';
import { fitComplaints } from '../product/fit.ts';
import { loadProduct, productFor } from '../product/load.ts';
import type { Product } from '../product/schema.ts';
import type { Finding } from '../site/finding.ts';
import { judgeDraft, parseDraft, whyNothingAt } from '../site/load.ts';
import { siteText } from '../site/save.ts';
import type { DraftValue, Site, SiteDraft, SitePath } from '../site/schema.ts';
import { getAt, setAt } from '../wizard/draft/draft.ts';

/** A site after a change, with the text of its file. */
export interface ChangedSite {
  readonly site: Site;
  /** `site.yaml` with the change, its comments kept. */
  readonly text: string;
}

/** The site with every `path=value` set, judged as a whole and with its product. Throws `Fault` with each problem (exit code 2). */
export async function changedSite(
  site: Site,
  file: string,
  changes: readonly string[],
): Promise<ChangedSite & { readonly product: Product }> {
  const before = await textIfPresent(file);
  const start = parseDraft(before ?? siteText(site));
  const wanted = changes.map(change);
  const draft = wanted.reduce((rest, { path, value }) => setAt(rest, path, value), start);
  const nothing = wanted.flatMap((each) => emptied(start, each) ?? []);
  const judged = judgeDraft(draft);
  if ('findings' in judged) throw wrong(changes, file, [...nothing, ...judged.findings.map(located)]);
  const product = productFor(judged.site, await loadProduct(judged.site.product, dirname(file)));
  const problems = [...nothing, ...fitComplaints(judged.site, product).map(({ text }) => text)];
  if (problems.length > 0) throw wrong(changes, file, problems);
  return { site: judged.site, text: siteText(draft, before), product };
}

/** An empty value takes out what is there: where nothing is, another key was meant. In `values` it also takes out what the chart has. */
function emptied(start: SiteDraft, { path, value }: Change): string | undefined {
  if (value !== null || path[0] === 'values' || getAt(start, path) !== undefined) return undefined;
  return whyNothingAt(path);
}

const wrong = (changes: readonly string[], where: string, problems: readonly string[]): Fault =>
  new Fault({
    what: `The site would be invalid with ${changes.join(', ')}.`,
    where,
    why: [...new Set(problems)].join('\n'),
    unchanged: true,
    next: ['Correct it in the command, then run that again.'],
  });

/** The reason, after its field where it does not begin with that. */
function located({ field, reason }: Finding): string {
  const at = field?.join('.') ?? 'site';
  return reason.startsWith(`${at} `) ? reason : `${at}: ${reason}`;
}

interface Change {
  readonly path: SitePath;
  readonly value: DraftValue;
}

function change(text: string): Change {
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
