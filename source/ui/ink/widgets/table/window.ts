/** Which rows of a long list are shown. */
export interface Shown {
  readonly from: number;
  /** One past the last. */
  readonly to: number;
  readonly above: number;
  readonly below: number;
}

/**
 * The rows around the cursor that fit into `height` lines. Where rows are left out, one line is kept for saying so: see `leftOut`.
 * Worked out from the cursor alone, so that a resize cannot leave it outside.
 */
export function windowOf(count: number, cursor: number, height: number): Shown {
  if (count <= height) return { from: 0, to: count, above: 0, below: 0 };
  return rowsAround(count, cursor, height - 1);
}

/** What stands under rows of which some are left out. */
export function leftOut({ above, below }: Shown): string | undefined {
  if (below > 0) return above > 0 ? `${below} more below, ${above} above` : `${below} more below`;
  return above > 0 ? `${above} more above` : undefined;
}

/** The same with all of `height` for rows: what is left out is said elsewhere. */
export function rowsAround(count: number, cursor: number, height: number): Shown {
  const rows = Math.max(1, height);
  const from = Math.max(0, Math.min(count - rows, cursor - Math.floor(rows / 2)));
  const to = Math.min(count, from + rows);
  return { from, to, above: from, below: count - to };
}
