export interface ChoiceRow {
  readonly key: string;
  readonly label: string;
  readonly hint?: string;
  /** Shown, and never taken. */
  readonly unusable?: true;
}
