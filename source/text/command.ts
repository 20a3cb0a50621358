import { quote } from './quote.ts';

let flags: readonly string[] = [];
let prefix = 'kloudspot';

/** Says once how the program was called. `given`: flags such as `--root=DIR` that name the site; commands that are printed repeat them. */
export function calledWith(given: readonly string[], sudo: boolean): void {
  flags = given;
  prefix = sudo ? 'sudo kloudspot' : 'kloudspot';
}

/** Adds what a run that is gone on with was called with: its rehearsal, its site file, its root. What was given now stays. */
export function alsoCalledWith(earlier: readonly string[]): void {
  const given = flags.map(nameOf);
  flags = [...flags, ...earlier.filter((flag) => !given.includes(nameOf(flag)))];
}

/** The flags that commands repeat. */
export const givenFlags = (): readonly string[] => flags;

/** A command to print, which works as it stands: `resume 7f3a` with the flags given. A flag that stands in the words, or in `without`, is not added. */
export function kloudspot(words: string, ...without: readonly string[]): string {
  const used = [...words.split(' '), ...without].map(nameOf);
  return [prefix, words, ...flags.filter((flag) => !used.includes(nameOf(flag))).map(quote)].join(' ');
}

const nameOf = (flag: string): string => flag.replace(/=.*/s, '');
