/** A plain table: a head and rows, as wide as their longest cell, two blanks between columns. No control codes. */
export function columns(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...all.map((row) => [...(row[column] ?? '')].length)));
  return all.map((row) =>
    head
      .map((_, column) => {
        const cell = row[column] ?? '';
        return cell + ' '.repeat((widths[column] ?? 0) - [...cell].length);
      })
      .join('  ')
      .trimEnd(),
  );
}
