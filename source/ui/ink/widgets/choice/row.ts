export interface ChoiceRow {
  readonly key: string;
  readonly label: string;
  readonly hint?: string;
}
