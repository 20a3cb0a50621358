import { visible } from '../../text/safe-text.ts';

/** One line of a difference. */
export interface DiffLine {
  readonly mark: ' ' | '+' | '-';
  readonly text: string;
}

/** Above this many pairs of lines the middle part is shown as replaced whole; the files here are far smaller. */
const mostPairs = 4_000_000;

/**
 * The difference of two texts, line by line, by their longest common subsequence. Own code, because it is twenty lines for files of a few hundred:
 * a library would be one more thing to keep.
 */
export function diffLines(before: string, after: string): readonly DiffLine[] {
  const [one, other] = [linesOf(before), linesOf(after)];
  let start = 0;
  while (start < one.length && start < other.length && one[start] === other[start]) start += 1;
  let end = 0;
  while (end < one.length - start && end < other.length - start && one.at(-1 - end) === other.at(-1 - end)) end += 1;
  const middle = changed(one.slice(start, one.length - end), other.slice(start, other.length - end));
  const same = (text: string): DiffLine => ({ mark: ' ', text });
  return [...one.slice(0, start).map(same), ...middle, ...one.slice(one.length - end).map(same)];
}

function linesOf(text: string): readonly string[] {
  if (text === '') return [];
  return visible(text.endsWith('\n') ? text.slice(0, -1) : text).split('\n');
}

function changed(one: readonly string[], other: readonly string[]): readonly DiffLine[] {
  const removed = one.map((text): DiffLine => ({ mark: '-', text }));
  const added = other.map((text): DiffLine => ({ mark: '+', text }));
  if (one.length * other.length === 0 || one.length * other.length > mostPairs) return [...removed, ...added];
  const width = other.length + 1;
  const common = new Uint32Array((one.length + 1) * width);
  const at = (row: number, column: number): number => common[row * width + column] ?? 0;
  for (let row = one.length - 1; row >= 0; row -= 1)
    for (let column = other.length - 1; column >= 0; column -= 1)
      common[row * width + column] =
        one[row] === other[column] ? at(row + 1, column + 1) + 1 : Math.max(at(row + 1, column), at(row, column + 1));
  const lines: DiffLine[] = [];
  let [row, column] = [0, 0];
  while (row < one.length && column < other.length) {
    if (one[row] === other[column]) {
      lines.push({ mark: ' ', text: one[row] ?? '' });
      row += 1;
      column += 1;
    } else if (at(row + 1, column) >= at(row, column + 1)) lines.push(removed[row++] ?? { mark: '-', text: '' });
    else lines.push(added[column++] ?? { mark: '+', text: '' });
  }
  return [...lines, ...removed.slice(row), ...added.slice(column)];
}

/** Only what changed, with `around` lines about it; `…` stands for what is left out. */
export function shortDiff(lines: readonly DiffLine[], around = 2): readonly DiffLine[] {
  const near = lines.map((_, index) =>
    lines.slice(Math.max(0, index - around), index + around + 1).some((line) => line.mark !== ' '),
  );
  return lines.flatMap((line, index) => {
    if (near[index]) return [line];
    return index === 0 || near[index - 1] ? [{ mark: ' ', text: '…' } satisfies DiffLine] : [];
  });
}
