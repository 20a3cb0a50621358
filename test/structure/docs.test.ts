import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { pages } from '../../scripts/docs.ts';
import { checks } from '../../source/check/checks.ts';
import { verbs } from '../../source/cli/verb-table.ts';
import { exitCode } from '../../source/errors/fault.ts';

const home = resolve(import.meta.dirname, '../..');
const documents = [
  join(home, 'README.md'),
  join(home, 'CONTRIBUTING.md'),
  ...readdirSync(join(home, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(home, 'docs', name)),
];

describe('the generated tables of docs/', () => {
  it.each(pages().map(({ path, text }) => [relative(home, path), path, text] as const))(
    '%s is what `npm run docs` writes',
    (_, path, text) => {
      expect(readFileSync(path, 'utf8')).toBe(text);
    },
  );

  it('has a row for every check', () => {
    const preflight = readFileSync(join(home, 'docs/preflight.md'), 'utf8');
    expect(checks.filter(({ id }) => !preflight.includes(`| \`${id}\` |`))).toEqual([]);
  });
});

describe('the pages', () => {
  it.each(documents.map((path) => [relative(home, path), path] as const))(
    '%s leads only to files that are there',
    (_, path) => {
      const targets = [...readFileSync(path, 'utf8').matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map(
        ([, target = '']) => target,
      );
      expect(targets.filter((target) => !existsSync(join(dirname(path), target)))).toEqual([]);
    },
  );

  it('names every exit code', () => {
    const page = readFileSync(join(home, 'docs/exit-codes.md'), 'utf8');
    expect(Object.values(exitCode).filter((code) => !page.includes(`| ${code} |`))).toEqual([]);
  });

  it('has one page for every verb, and the reference leads to it', () => {
    const shown = Object.entries(verbs).flatMap(([name, { hidden }]) => (hidden ? [] : [name.replace(' ', '-')]));
    expect(shown.length).toBeGreaterThan(10);
    expect(shown.filter((name) => !existsSync(join(home, `docs/${name}.md`)))).toEqual([]);
    const reference = readFileSync(join(home, 'docs/reference.md'), 'utf8');
    expect(shown.filter((name) => !reference.includes(`](${name}.md)`))).toEqual([]);
  });
});
