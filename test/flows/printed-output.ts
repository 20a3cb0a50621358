/** What differs from run to run: times of day, durations, ids, digests. */
const changing: readonly (readonly [RegExp, string])[] = [
  [/\b\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ/g, 'TIME'],
  [/\b\d{8}-\d{6}-[0-9a-f]{4}\b/g, 'RUN'],
  [/\b\d\d:\d\d:\d\d UTC/g, 'TIME'],
  [/\bPlan [0-9a-f]{12}\b/g, 'Plan HASH'],
  [/\bpool kloudspot-[0-9a-f]{4}\b/g, 'pool NAME'],
  [/\b(?:\d+(?:\.\d+)? (?:ms|s|min|h)|\d+:\d\d)(?![\w:])/g, 'DURATION'],
];

const steady = (line: string): string =>
  changing.reduce((text, [pattern, word]) => text.replace(pattern, word), line.trimEnd());

/** A node that was reached: which one is first is different from run to run. */
const reached = /^\S+: reached as /;

/** Lines with those of nodes that were reached one after the other in the order of their names. */
function inOrder(lines: readonly string[]): readonly string[] {
  const of = (index: number) => reached.test(lines[index] ?? '');
  const groups: string[][] = [];
  for (const [index, line] of lines.entries()) {
    if (index > 0 && of(index) && of(index - 1)) groups.at(-1)?.push(line);
    else groups.push([line]);
  }
  return groups.flatMap((group) => group.toSorted());
}

const literally = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** A line of a document as a pattern: `…` in it stands for any text. */
const patternOf = (line: string): RegExp => new RegExp(`^${steady(line).split('…').map(literally).join('.*')}$`);

/**
 * Lines of a document that are not printed, each group of them in one piece and behind the group before. `…` alone stands for any
 * lines. Empty: the document shows what was printed, from its first line to its last.
 */
export function differences(shown: readonly string[], printed: string): readonly string[] {
  const lines = inOrder(printed.replace(/\n$/, '').split('\n').map(steady));
  const groups = shown
    .join('\n')
    .split(/^…$/m)
    .map((group) => group.split('\n').filter(notEdge));
  let next = 0;
  for (const [index, group] of groups.entries()) {
    if (group.length === 0) continue;
    const patterns = inOrder(group).map(patternOf);
    const fits = (at: number) => patterns.every((pattern, offset) => pattern.test(lines[at + offset] ?? '\0'));
    const places = index === 0 ? [0] : Array.from(lines, (_, at) => at).slice(next);
    const last = index === groups.length - 1 ? lines.length - group.length : undefined;
    const at = (last === undefined ? places : places.filter((place) => place === last)).find(fits);
    if (at === undefined) return group;
    next = at + group.length;
  }
  return [];
}

/** `…` stands on a line of its own: what is before and behind it on that line is empty. */
const notEdge = (line: string, index: number, { length }: readonly string[]): boolean =>
  line !== '' || (index > 0 && index < length - 1);
