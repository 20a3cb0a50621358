import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { splitVerb } from '../../source/cli/line/arguments.ts';
import { verbs } from '../../source/cli/verb-table.ts';
import { blocksOf } from '../structure/doc-blocks.ts';
import { home, Rehearsal } from './program.ts';

const guide = readFileSync(join(home, 'docs/operations.md'), 'utf8');
const commands = blocksOf(guide)
  .filter(({ language }) => language === 'sh')
  .flatMap(({ lines }) => lines)
  .map((line) => line.replace(/^kloudspot /, '').split(' '));

it('every command of a sh block in the guide for operations works on a site that was built', async () => {
  expect(commands.length).toBeGreaterThan(10);
  const rehearsal = await Rehearsal.built();
  for (const words of commands) {
    const { verb = '', rest } = splitVerb(words, new Set(Object.keys(verbs)));
    const { code, stderr } = await rehearsal.run(verb, ...rest);
    expect([words.join(' '), code, code === 0 ? '' : stderr]).toEqual([words.join(' '), 0, '']);
  }
});
