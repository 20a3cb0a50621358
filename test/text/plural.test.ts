import { expect, it } from 'vitest';
import { counted } from '../../source/text/plural.ts';

it.each([
  [counted(0, 'step'), '0 steps'],
  [counted(1, 'step'), '1 step'],
  [counted(2, 'key is', 'keys are'), '2 keys are'],
])('%s', (text, expected) => expect(text).toBe(expected));
