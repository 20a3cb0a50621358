/** The known word that was probably meant: at most a third of the letters differ, in whatever case. None where two are as likely: `ks-9` may be `ks-1` or `ks-2`. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  const allowed = Math.max(1, Math.floor(word.length / 3));
  const ranked = [...known]
    .map((candidate) => ({ candidate, edits: distance(word.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ edits }) => edits <= allowed)
    // Of two that are equally near the one of the same length: letters are swapped more often than left out.
    .sort((a, b) => a.edits - b.edits || lengthGap(word, a.candidate) - lengthGap(word, b.candidate));
  const [first, second] = ranked;
  if (first === undefined || second === undefined) return first?.candidate;
  const alike = first.edits === second.edits && lengthGap(word, first.candidate) === lengthGap(word, second.candidate);
  return alike ? undefined : first.candidate;
}

/** `Did you mean storage?`, or nothing where no known word is near. */
export function didYouMean(word: string, known: Iterable<string>): string[] {
  const near = nearest(word, known);
  return near === undefined ? [] : [`Did you mean ${near}?`];
}

const lengthGap = (one: string, other: string): number => Math.abs(one.length - other.length);

/** Edits between two words, a swap of neighbours counted as one (optimal string alignment). */
function distance(a: string, b: string): number {
  let before: readonly number[] = [];
  let row: readonly number[] = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (before[j - 2] ?? Infinity) + 1 : Infinity;
      next[j] = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + cost, swapped);
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? 0;
}
