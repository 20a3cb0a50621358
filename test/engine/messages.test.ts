import { expect, it } from 'vitest';
import { keptLine } from '../../source/engine/execution/messages.ts';

it.each([
  ['\u001b[1;32mdone\u001b[0m', 'done'],
  ['10%\r 55%\r100%', '100%'],
  ['\u001b]0;title\u0007text', 'text'],
  ['\u001b[2K\u001b[1Gagain', 'again'],
  ['bell\u0007 and back\u0008space', 'bell and backspace'],
  ['C1 \u009b31mred', 'C1 red'],
  ['a\ttab stays', 'a\ttab stays'],
  ['x'.repeat(5000), `${'x'.repeat(4000)} … (5000 characters)`],
])('keeps of %j what a person reads', (line, kept) => expect(keptLine(line)).toBe(kept));
