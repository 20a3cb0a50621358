import type { CheckHelp } from '../../../../check/check.ts';
import { causes, worst } from '../../../../check/summary.ts';
import type { Finding, Grade } from '../../../../site/finding.ts';

/** One check over all nodes, one pair, or the site. */
export interface GridRow {
  readonly check: string;
  readonly title: string;
  readonly wanted: string;
  readonly about: 'node' | 'pair' | 'site';
  readonly grade: Grade;
  /** By node; for a pair and the site under ''. */
  readonly cells: ReadonlyMap<string, { readonly grade: Grade; readonly seen: string }>;
  readonly findings: readonly Finding[];
}

const order: Readonly<Record<Grade, number>> = { fail: 0, warn: 1, pass: 2 };

/** Findings as rows: a check over its nodes in one, pairs each in their own. The order of the findings is kept. */
export function gridRows(findings: readonly Finding[], help: ReadonlyMap<string, CheckHelp>): readonly GridRow[] {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const key =
      finding.nodes.length === 2
        ? `${finding.check} ${finding.nodes.join(' ')}`
        : `${finding.check} ${finding.nodes.length === 0 ? 'site' : 'nodes'}`;
    groups.set(key, [...(groups.get(key) ?? []), finding]);
  }
  return [...groups.values()].flatMap((group) => {
    const first = group[0];
    return first ? [rowOf(first, group, help)] : [];
  });
}

function rowOf(first: Finding, findings: readonly Finding[], help: ReadonlyMap<string, CheckHelp>): GridRow {
  const about = first.nodes.length === 2 ? 'pair' : first.nodes.length === 0 ? 'site' : 'node';
  const cells = new Map<string, { grade: Grade; seen: string }>();
  for (const finding of findings) {
    for (const node of about === 'node' ? finding.nodes : ['']) {
      const before = cells.get(node);
      if (!before || order[finding.grade] < order[before.grade])
        cells.set(node, { grade: finding.grade, seen: finding.seen });
    }
  }
  const title = help.get(first.check)?.title ?? inWords(first.check);
  return {
    check: first.check,
    title: about === 'pair' ? `${first.nodes.join(' → ')}  ${title}` : title,
    wanted: first.wanted ?? '',
    about,
    grade: worst(causes(findings)),
    cells,
    findings,
  };
}

function inWords(id: string): string {
  const words = id.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** What is shown: everything, or only what does not pass and does not just follow from another row. */
export function shownRows(rows: readonly GridRow[], all: boolean): readonly GridRow[] {
  const sorted = rows.toSorted((one, other) => aboutOrder[one.about] - aboutOrder[other.about]);
  return all ? sorted : sorted.filter((row) => row.grade !== 'pass');
}

const aboutOrder = { node: 0, pair: 1, site: 2 } as const;
