import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseWords, splitVerb } from '../../source/cli/line/arguments.ts';
import { verbs } from '../../source/cli/verb-table.ts';
import { blocksOf, commandsIn } from './doc-blocks.ts';

const home = resolve(import.meta.dirname, '../..');
const documents = ['README.md', ...readdirSync(join(home, 'docs')).map((name) => `docs/${name}`)].filter((name) =>
  name.endsWith('.md'),
);

/** The documents with `sh` blocks, each with the test that runs them. */
const runBy: Readonly<Record<string, string>> = {
  'README.md': 'test/terminal/wizard.test.ts',
  'docs/operations.md': 'test/flows/operations.test.ts',
  'docs/packages.md': 'test/flows/packages.test.ts',
};

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

describe('commands in the documents', () => {
  it.each(documents)('%s names only verbs and flags that there are', async (name) => {
    const wrong: string[] = [];
    for (const { words, line } of commandsIn(readFileSync(join(home, name), 'utf8'))) {
      const why = await refusal(words);
      if (why !== undefined) wrong.push(`${relative(home, name)}:${line}: ${words.join(' ')}: ${why}`);
    }
    expect(wrong).toEqual([]);
  });

  it('of `sh` blocks are run by a test that reads the document', () => {
    const withCommands = documents.filter((name) =>
      blocksOf(readFileSync(join(home, name), 'utf8')).some(({ language }) => language === 'sh'),
    );
    expect(withCommands).toEqual(Object.keys(runBy));
    for (const [name, test] of Object.entries(runBy))
      expect(readFileSync(join(home, test), 'utf8')).toContain(`'${name}'`);
  });

  it('finds commands, and one that is wrong', async () => {
    const [good, bad] = commandsIn('```sh\nsudo kloudspot status --watch   # looks\nkloudspot staus\n```\n');
    expect(good?.words).toEqual(['sudo', 'kloudspot', 'status', '--watch']);
    expect(await refusal(good?.words ?? [])).toBeUndefined();
    expect(await refusal(bad?.words ?? [])).toBeDefined();
  });
});
