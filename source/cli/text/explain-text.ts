import { strictness, unknownCheck } from '../../check/accept.ts';
import { checks, findCheck } from '../../check/checks.ts';
import type { Product } from '../../product/schema.ts';
import { columns } from '../../text/table.ts';
import { printed } from '../../text/width.ts';

/** What can be said of a check without asking a node. */
export interface ExplainedCheck {
  readonly check: string;
  readonly title: string;
  readonly about: 'node' | 'pair' | 'site';
  readonly why: string;
  readonly source: string;
  /** Why its failure cannot be accepted; null: it can. */
  readonly strict: string | null;
}

/** The check of that name, or all. Throws a `Fault` (exit code 2) for a name that no check has. */
export function checkWordsFor(id: string | undefined, product: Product): readonly ExplainedCheck[] {
  const found = id === undefined ? undefined : findCheck(id);
  if (id !== undefined && found === undefined) throw unknownCheck(id);
  return (found ? [found] : checks).map(({ id: check, title, about, why, source }) => ({
    check,
    title,
    about,
    why,
    source,
    strict: strictness(check, product) ?? null,
  }));
}

const looksAt = { node: 'each node', pair: 'nodes among themselves', site: 'the site' };

/** One check in full, or a line for each. */
export function explainLines(found: readonly ExplainedCheck[], whole: boolean, width = 80): string[] {
  if (!whole) return columns([['Name', 'Check'], ...found.map(({ check, title }) => [check, title])]);
  return found.flatMap(({ check, title, about, why, source, strict }) => [
    `${title} (${check}), of ${looksAt[about]}`,
    '',
    ...printed(`  ${why}`, width),
    '',
    ...printed(`  The rule: ${source}`, width),
    '',
    ...printed(
      strict === null
        ? `  Preflight shows what to do beside each failure. To continue in spite of it: --accept-failure ${check}`
        : `  Preflight shows what to do beside each failure. It cannot be accepted: ${strict}`,
      width,
    ),
  ]);
}
