import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseWords, splitVerb } from '../../source/cli/line/arguments.ts';
import { type Flags, globalFlags } from '../../source/cli/line/flags.ts';
import { verbs } from '../../source/cli/verb-table.ts';
import { blocksOf, commandsIn, usagesIn } from './doc-blocks.ts';

const home = resolve(import.meta.dirname, '../..');
const documents = [
  'README.md',
  'CONTRIBUTING.md',
  ...readdirSync(join(home, 'docs')).map((name) => `docs/${name}`),
].filter((name) => name.endsWith('.md'));
const textOf = (name: string): string => readFileSync(join(home, name), 'utf8');

/** The documents with `sh` blocks, each with the test that runs them. */
const runBy: Readonly<Record<string, string>> = {
  'README.md': 'test/terminal/wizard.test.ts',
  'docs/operations.md': 'test/flows/operations.test.ts',
  'docs/packages.md': 'test/flows/packages.test.ts',
};

/**
 * What a block may be: commands that a test runs as they stand; commands with what they print, compared by
 * test/flows/printed-outputs; files that are read by test/structure/doc-files; and what no test runs.
 */
const languages = ['sh', 'console', 'yaml', 'json', 'text'];

/** What the program says against a command line; undefined: it is understood. */
async function refusal(words: readonly string[]): Promise<string | undefined> {
  const { verb = '', rest } = splitVerb(words.slice(words[0] === 'sudo' ? 2 : 1), new Set(Object.keys(verbs)));
  const entry = verbs[verb];
  if (entry === undefined) return words.some((word) => /^--(help|version)$/.test(word)) ? undefined : 'no such verb';
  try {
    parseWords(rest, (await entry.load()).default);
    return undefined;
  } catch (error) {
    return String(error);
  }
}

/** First lines of `text` blocks that show nothing that the program prints, but for the last: a node has to be switched off for it. */
const notPrinted = [
  'answers ──▶ site ──┐',
  'usable = device × 0.895 × 0.85        100 GB hold 76 GB, 20 GB hold 15.2 GB',
  'volume = data × growth / fill target / file system, whole GB up, on each instance',
];

describe('commands in the documents', () => {
  it.each(documents)('%s names only verbs and flags that there are', async (name) => {
    const wrong: string[] = [];
    for (const { words, line } of commandsIn(textOf(name))) {
      const why = await refusal(words);
      if (why !== undefined) wrong.push(`${relative(home, name)}:${line}: ${words.join(' ')}: ${why}`);
    }
    expect(wrong).toEqual([]);
  });

  it.each(Object.entries(verbs).flatMap(([verb, { hidden }]) => (hidden ? [] : [verb])))(
    'the page of %s shows in its usage and tables only flags that it has, and all that are its own',
    async (verb) => {
      const flags: Flags = (await verbs[verb]?.load())?.default.flags ?? {};
      const page = textOf(`docs/${verb.replace(' ', '-')}.md`);
      const usage = usagesIn(page, verb);
      expect(usage).not.toBe('');
      const named = (text: string) => [...text.matchAll(/(?<![\w-])--([a-z][a-z-]*)/g)].map(([, flag = '']) => flag);
      const known = Object.entries(flags).map(([flag, { negative }]) => (negative ? `no-${flag}` : flag));
      expect(named(usage).filter((flag) => !known.includes(flag))).toEqual([]);
      const own = Object.keys(flags).filter((flag) => !(flag in globalFlags));
      expect(own.filter((flag) => !named(page).includes(flag))).toEqual([]);
    },
  );

  it('print nothing in a block that no test compares', () => {
    const printed = documents.flatMap((name) =>
      blocksOf(textOf(name)).flatMap(({ language, lines: [first = ''], line }) =>
        language !== 'text' || /^(sudo |bin\/)?(kloudspot|npm|sudo) /.test(first) || notPrinted.includes(first)
          ? []
          : [`${name}:${line}: ${first}`],
      ),
    );
    expect(printed).toEqual([]);
  });

  it('stand in blocks that say what is done with them', () => {
    const wrong = documents.flatMap((name) =>
      blocksOf(textOf(name)).flatMap(({ language, line }) =>
        languages.includes(language) ? [] : [`${name}:${line}: ${language}`],
      ),
    );
    expect(wrong).toEqual([]);
    expect(documents.filter((name) => /\n\n {4,}\S/.test(textOf(name).replaceAll(/^```.*?^```$/gms, '')))).toEqual([]);
  });

  it('of `sh` blocks are run by a test that reads the document', () => {
    const withCommands = documents.filter((name) => blocksOf(textOf(name)).some(({ language }) => language === 'sh'));
    expect(withCommands).toEqual(Object.keys(runBy));
    for (const [name, test] of Object.entries(runBy)) expect(textOf(test)).toContain(`'${name}'`);
  });

  it('finds commands, and one that is wrong', async () => {
    const [good, bad, third] = commandsIn(
      '```sh\nsudo kloudspot status --watch   # looks\nkloudspot staus\n```\n```console\n$ kloudspot plan --rehearse | head -1\n```\n',
    );
    expect(good?.words).toEqual(['sudo', 'kloudspot', 'status', '--watch']);
    expect(await refusal(good?.words ?? [])).toBeUndefined();
    expect(await refusal(bad?.words ?? [])).toBeDefined();
    expect(third?.words).toEqual(['kloudspot', 'plan', '--rehearse']);
  });
});
