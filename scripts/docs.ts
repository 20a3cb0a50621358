// Writes the tables in the documents that follow from the code: checks, flags, exit codes, keys of site.yaml, layers.
// Run it after a change of one of them; test/structure/docs.test.ts fails on a stale table.
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checks } from '../source/check/checks.ts';
import { flagWords, globalFlags } from '../source/cli/line/flags.ts';
import { exitCodes } from '../source/errors/exit-codes.ts';
import { gapRows, sizes } from '../test/conformance/situations.ts';
import { layers } from '../test/structure/layers.ts';
import { siteKeys } from './docs/site-keys.ts';

const home = resolve(import.meta.dirname, '..');

/** A page and the table in it, between two marks. */
interface Table {
  readonly page: string;
  readonly mark: string;
  readonly rows: () => readonly (readonly string[])[];
}

const tables: readonly Table[] = [
  { page: 'docs/preflight.md', mark: 'checks', rows: checkRows },
  { page: 'docs/flags.md', mark: 'flags', rows: flagRows },
  { page: 'docs/exit-codes.md', mark: 'exit codes', rows: exitCodeRows },
  { page: 'docs/site-file.md', mark: 'site keys', rows: siteKeyRows },
  { page: 'CONTRIBUTING.md', mark: 'layers', rows: layerRows },
  { page: 'docs/proof.md', mark: 'situations of MicroK8s', rows: sizes },
  { page: 'docs/proof.md', mark: 'situations not shown', rows: gapRows },
];

/** Every page with a generated table, as it should be there. */
export function pages(): readonly { readonly path: string; readonly text: string }[] {
  const texts = new Map<string, string>();
  for (const { page, mark, rows } of tables) {
    const path = resolve(home, page);
    texts.set(path, replaced(texts.get(path) ?? readFileSync(path, 'utf8'), mark, markdown(rows()), page));
  }
  return [...texts].map(([path, text]) => ({ path, text }));
}

function replaced(text: string, mark: string, table: string, page: string): string {
  const [begin, end] = [`<!-- ${mark}: written by scripts/docs.ts -->`, `<!-- end of ${mark} -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from === -1 || to < from) throw new Error(`${page} lacks the marks of its table: ${begin} … ${end}`);
  return `${text.slice(0, from)}${begin}\n\n${table}\n\n${text.slice(to)}`;
}

function markdown([head = [], ...rows]: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(inCell).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

const inCell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

function checkRows(): string[][] {
  const about = { node: 'each node', pair: 'nodes among themselves', site: 'the site' };
  return [
    ['Check', 'Name', 'Looks at', 'Why', 'Rule from'],
    ...checks.map((check) => [check.title, `\`${check.id}\``, about[check.about], check.why, linked(check.source)]),
  ];
}

/** Addresses become short links, so that the table can be read. */
function linked(source: string): string {
  return source.replace(/https:\/\/([^/\s,;)]+)[^\s,;)]*/g, (url, host) => `[${host}](${url})`);
}

function flagRows(): string[][] {
  const rows = Object.entries(globalFlags).map(([name, flag]) => [`\`${flagWords(name, flag)}\``, flag.about]);
  return [['Flag', 'Meaning'], ...rows];
}

function exitCodeRows(): string[][] {
  return [
    ['Code', 'Meaning', 'Continue with'],
    ...exitCodes.map(({ code, means, next = '' }) => [String(code), means, next]),
  ];
}

function siteKeyRows(): string[][] {
  return [
    ['Key', 'Type', 'Default', 'Meaning'],
    ...siteKeys(readFileSync(resolve(home, 'templates/site.schema.json'), 'utf8')).map((row) => [
      `\`${row.key}\``,
      row.type,
      row.usual,
      row.meaning,
    ]),
  ];
}

function layerRows(): string[][] {
  return [
    ['Folder', 'Holds', 'Pure', 'May import'],
    ...Object.entries(layers).map(([name, { holds, uses, pure, loads = [] }]) => [
      `\`source/${name}${name.endsWith('.ts') ? '' : '/'}\``,
      holds,
      pure ? 'yes' : '',
      uses === 'below'
        ? 'everything below but rehearsal'
        : [...uses, ...loads.map((load) => `${load} (lazily)`)].join(', '),
    ]),
  ];
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  for (const { path, text } of pages()) writeFileSync(path, text);
}
