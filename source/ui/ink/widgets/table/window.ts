/** Which rows of a long list are shown. */
export interface Shown {
  readonly from: number;
  /** One past the last. */
  readonly to: number;
  readonly above: number;
  readonly below: number;
}

/**
 * The rows around the cursor that fit into `height` lines. Where rows are left out below, one line is kept for saying so.
 * Worked out from the cursor alone, so that a resize cannot leave it outside.
 */
export function windowOf(count: number, cursor: number, height: number): Shown {
  if (count <= height) return { from: 0, to: count, above: 0, below: 0 };
  const rows = Math.max(1, height - 1);
  const from = Math.max(0, Math.min(count - rows, cursor - Math.floor(rows / 2)));
  // At the end nothing is left to be said, so the line is a row again.
  if (from + rows >= count) {
    const last = Math.max(0, count - Math.max(1, height));
    return { from: last, to: count, above: last, below: 0 };
  }
  return { from, to: from + rows, above: from, below: count - from - rows };
}

/** The same with all of `height` for rows: what is left out is said elsewhere. */
export function rowsAround(count: number, cursor: number, height: number): Shown {
  const rows = Math.max(1, height);
  const from = Math.max(0, Math.min(count - rows, cursor - Math.floor(rows / 2)));
  const to = Math.min(count, from + rows);
  return { from, to, above: from, below: count - to };
}
