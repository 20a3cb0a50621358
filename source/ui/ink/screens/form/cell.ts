import type { Field } from '../../../../wizard/page.ts';
import type { Tone } from '../../widgets/theme.ts';

/** One cell of a table: a field, or something that is only shown. */
export interface Cell {
  readonly id: string;
  readonly text: string;
  readonly as: Tone;
  readonly mark?: 'pass' | 'warn' | 'fail' | 'running' | 'plain';
  readonly field?: Field;
}
