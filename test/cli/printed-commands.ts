import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { execaSync } from 'execa';
import { settingsFrom } from '../../source/app/settings.ts';
import { parseWords, splitVerb } from '../../source/cli/line/arguments.ts';
import type { Verb } from '../../source/cli/line/verb.ts';

const folder = resolve(import.meta.dirname, '../../source/cli/verbs');
const verbs = new Map<string, Verb>();
for (const file of readdirSync(folder)) {
  const { default: verb }: { default: Verb } = await import(join(folder, file));
  verbs.set(verb.name, verb);
}

const firstWords = new Set([...verbs.keys()].map((name) => name.replace(/ .*/, '')));

/**
 * The commands in lines that were printed. One ends at two blanks, a backquote, a comma, a bracket, or the line's end. The product
 * and its namespace are called kloudspot too: where it is not behind `next:`, a verb follows.
 */
export const commandsIn = (lines: readonly string[]): readonly string[] =>
  lines.flatMap((line) =>
    [...line.matchAll(/(?<![\w/'-])(?:sudo )?kloudspot ([a-z]+|-)(?:(?! {2}|`|\n|, | \().)*/g)]
      .filter(({ 1: word = '', index }) => firstWords.has(word) || /^\s*next: +$/.test(line.slice(0, index)))
      // A sentence about a verb: `kloudspot init asks questions.`
      .filter(([command]) => !/ asks /.test(command))
      .map(([command]) => command.replace(/[.:,]$/, '')),
  );

export interface Understood {
  readonly verb: string;
  readonly words: readonly string[];
  readonly settings: ReturnType<typeof settingsFrom>;
}

/** A command as a shell takes it apart and the program understands it; throws what is wrong with it. */
export function understood(command: string, env: Parameters<typeof settingsFrom>[1]): Understood {
  const words = execaSync('bash', ['-c', `printf '%s\\n' ${command}`]).stdout.split('\n');
  if (words[0] === 'sudo') words.shift();
  const { verb = '', rest } = splitVerb(words.slice(1), new Set(verbs.keys()));
  const shape = verbs.get(verb);
  if (shape === undefined) throw new Error(`no verb: ${command}`);
  return { verb, words, settings: settingsFrom(parseWords(rest, shape).args, env) };
}
