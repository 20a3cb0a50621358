import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exitCodeHelp, groupHelp, verbHelp } from '../../source/cli/line/help.ts';
import { overview } from '../../source/cli/line/overview.ts';
import type { Verb } from '../../source/cli/line/verb.ts';
import { verbs as verbTable } from '../../source/cli/verb-table.ts';
import { exitCode } from '../../source/errors/fault.ts';
import { cellsOf } from '../../source/text/width.ts';

const folder = resolve(import.meta.dirname, '../../source/cli/verbs');
const verbs = await Promise.all(
  readdirSync(folder).map(async (file): Promise<Verb> => (await import(join(folder, file))).default),
);
const tooWide = (text: string) => text.split('\n').filter((line) => cellsOf(line) > 80);

describe.each(verbs.map((verb) => [verb.name, verb] as const))('the help of %s', (name, verb) => {
  const text = verbHelp(verb);
  it('fits 80 columns', () => expect(tooWide(text)).toEqual([]));
  it('names the verb and every flag', () => {
    expect(text).toContain(`Usage: kloudspot ${name}`);
    expect(Object.keys(verb.flags).filter((flag) => !new RegExp(`--(no-)?${flag}\\b`).test(text))).toEqual([]);
  });
  it('leaves the exit codes to their own page', () => expect(verb.about).not.toMatch(/exit code/i));
});

it('lists every exit code, in 80 columns', () => {
  const text = exitCodeHelp();
  expect(tooWide(text)).toEqual([]);
  expect(Object.values(exitCode).filter((code) => !new RegExp(`^ +${code}  \\S`, 'm').test(text))).toEqual([]);
});

it('lists every verb beside its words, in 80 columns', () => {
  const text = overview(verbTable, '10.20.30');
  expect(tooWide(text)).toEqual([]);
  const lines = text.split('\n').map((line) => line.split(/ {2,}/));
  for (const [name, { about, hidden }] of Object.entries(verbTable))
    if (!hidden) expect(lines).toContainEqual(['', name, about]);
});

it('lists the verbs that begin with one word', () => {
  expect(groupHelp('storage', [['storage list', 'Disks']])).toContain('kloudspot storage list  Disks');
});
