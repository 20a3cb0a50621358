import { pressed } from '../widgets/bindings.ts';
import { choiceBindings } from '../widgets/field.ts';
import { type KeyName, press } from '../widgets/keys.ts';

/** What terminals send for the keys that move the pointer. */
const sent: readonly (readonly [text: string, name: KeyName])[] = [
  ['\u001b[A', 'up'],
  ['\u001bOA', 'up'],
  ['\u001b[B', 'down'],
  ['\u001bOB', 'down'],
];

/** Where the keys that come first lead the pointer in a list of `count` rows, and what was typed behind them. */
export function moved(typed: string, index: number, count: number): { readonly index: number; readonly rest: string } {
  const key = sent.find(([text]) => typed.startsWith(text));
  if (key === undefined) return { index, rest: typed };
  const [text, name] = key;
  const to = pressed(
    choiceBindings({ index, count }, (next) => next),
    press(name),
  );
  return moved(typed.slice(text.length), to ?? index, count);
}
