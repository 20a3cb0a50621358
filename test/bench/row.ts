/** One line of the table of figures. */
export interface Row {
  readonly what: string;
  /** With its unit. */
  readonly figure: string;
  /** What is held against the goal: a ratio, ms or s. */
  readonly value: number;
  /** At most this; undefined: for comparison only. */
  readonly goal?: number;
}

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
