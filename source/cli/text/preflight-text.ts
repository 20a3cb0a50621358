import { findCheck } from '../../check/checks.ts';
import { causes, countChecks, countText, foldNodes } from '../../check/summary.ts';
import type { Finding, Grade } from '../../site/finding.ts';
import type { Site } from '../../site/schema.ts';
import { kloudspot } from '../../text/command.ts';
import { columns } from '../../text/table.ts';
import { clipped } from '../../text/width.ts';

export interface PreflightTextOptions {
  readonly ascii: boolean;
  /** Reasons of passes, too. */
  readonly all: boolean;
  /** Where the site came from. */
  readonly from: string;
  /** Columns of the screen: cells are cut to fit it. Where it is undefined nothing is cut. */
  readonly width?: number;
}

type Marks = Readonly<Record<Grade | 'cut', string>>;
const signs: Marks = { pass: '✓', warn: '!', fail: '✗', cut: '…' };
const asciiSigns: Marks = { pass: '+', warn: '!', fail: 'x', cut: '..' };
const severity: readonly Grade[] = ['pass', 'warn', 'fail'];

/** A grid of nodes × checks, then the checks of the site and of pairs, then reasons and advice of what does not pass. */
export function preflightLines(site: Site, findings: readonly Finding[], options: PreflightTextOptions): string[] {
  const marks = options.ascii ? asciiSigns : signs;
  const byCheck = [...Map.groupBy(findings, ({ check }) => check)];
  const onNodes = byCheck.filter(([id]) => findCheck(id)?.about === 'node');
  const others = byCheck.filter(([id]) => findCheck(id)?.about !== 'node');
  const names = site.nodes.map(({ name }) => name);
  const cells = cellWidth(options.width, names.length);
  const siteCells = options.width === undefined ? Number.POSITIVE_INFINITY : widest;
  return [
    headLine(site, findings, options.from),
    '',
    ...columns([
      ['Check', ...names],
      ...onNodes.map(([id, of]) => [titleOf(id), ...names.map((name) => cell(of, name, marks, cells))]),
    ]),
    '',
    ...columns([['Site and pairs', ''], ...others.map(([id, of]) => [titleOf(id), siteCell(of, marks, siteCells)])]),
    ...reasons(findings, marks, options.all),
  ];
}

/** The same without the grid: for a verb that does something else than to check. */
export function openFindingLines(
  site: Site,
  findings: readonly Finding[],
  { ascii, from }: Pick<PreflightTextOptions, 'ascii' | 'from'>,
): string[] {
  return [headLine(site, findings, from), ...reasons(findings, ascii ? asciiSigns : signs, false)];
}

const headLine = ({ name }: Site, findings: readonly Finding[], from: string): string =>
  `Site ${name}, from ${from}: ${countText(countChecks(findings))}`;

function cell(findings: readonly Finding[], node: string, marks: Marks, width: number): string {
  const own = findings.filter(({ nodes }) => nodes.includes(node));
  const [worst] = own.toSorted((a, b) => severity.indexOf(b.grade) - severity.indexOf(a.grade));
  return worst ? `${marks[worst.grade]} ${cut(worst.seen, width, marks)}`.trimEnd() : '-';
}

function siteCell(findings: readonly Finding[], marks: Marks, width: number): string {
  const [worst] = findings.toSorted((a, b) => severity.indexOf(b.grade) - severity.indexOf(a.grade));
  if (!worst) return '-';
  const several = worst.grade === 'pass' && findings.length > 1;
  return `${marks[worst.grade]} ${several ? `${findings.length} looked at` : cut(worst.seen, width, marks)}`;
}

/** Titles take 30 columns. The whole text of a cell is in `--json` and, where it matters, in the reason. */
const titleWidth = 30;
const widest = 40;

function cellWidth(screen: number | undefined, nodes: number): number {
  if (screen === undefined) return Number.POSITIVE_INFINITY;
  const each = Math.floor((screen - titleWidth) / nodes) - 4;
  return each < 4 ? 0 : Math.min(each, 18);
}

function cut(text: string, width: number, marks: Marks): string {
  return width < 4 ? '' : clipped(text, width, marks.cut);
}

function titleOf(id: string): string {
  return findCheck(id)?.title ?? id;
}

function reasons(findings: readonly Finding[], marks: Marks, all: boolean): string[] {
  const told = foldNodes(causes(findings).filter(({ grade }) => all || grade !== 'pass'));
  if (told.length === 0) return ['', 'All checks pass.'];
  const sorted = told.toSorted((a, b) => severity.indexOf(b.grade) - severity.indexOf(a.grade));
  const failed = sorted.find(({ grade }) => grade === 'fail');
  return [
    ...sorted.flatMap(({ check, grade, nodes, reason, advice, accepted }) => [
      '',
      `${marks[grade]} ${titleOf(check)}${nodes.length > 0 ? ` (${nodes.join(', ')})` : ''}${accepted ? ', accepted' : ''}`,
      `  ${reason}`,
      ...(advice && grade !== 'pass' ? [`  Do: ${advice}`] : []),
    ]),
    ...(failed === undefined ? [] : ['', `${kloudspot(`explain ${failed.check}`)}  says why it matters.`]),
  ];
}
