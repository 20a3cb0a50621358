import type { Parsed, WizardView } from './page.ts';
import type { Parse } from './parse.ts';

/** A file that this user can read. The answer is its absolute path: the run works in another folder. */
export const readableFile =
  ({ machine }: WizardView): Parse =>
  (text): Parsed => {
    if (text === '') return { problem: 'A path is needed' };
    const found = machine.file(text);
    return 'problem' in found ? found : { value: found.path };
  };
