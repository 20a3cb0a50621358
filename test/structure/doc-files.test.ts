import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { Passwords } from '../../source/host/secrets.ts';
import { readScenario } from '../../source/rehearsal/scenario/read.ts';
import { parseSite } from '../../source/site/load.ts';
import { problemLine } from '../../source/site/reading/invalid-file.ts';
import { blocksOf } from './doc-blocks.ts';

const docs = resolve(import.meta.dirname, '../../docs');
const yamlOf = (page: string): string[] =>
  blocksOf(readFileSync(join(docs, page), 'utf8'))
    .filter(({ language }) => language === 'yaml')
    .map(({ lines }) => `${lines.join('\n')}\n`);

/** The keys of a part of a file on top of those of a whole one, on every level. Lists are replaced. */
function over(whole: unknown, part: unknown): unknown {
  if (!isKeys(whole) || !isKeys(part)) return part;
  const keys = Object.entries(part).map(([key, value]) => [key, over(whole[key], value)]);
  return { ...whole, ...Object.fromEntries(keys) };
}

const isKeys = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The smallest site of site-file.md; parts that change a cluster of several nodes need no more of it. */
const smallest = parse(yamlOf('site-file.md')[0] ?? '');

function siteProblems(part: unknown): readonly string[] {
  // A site with a cluster of its own names no nodes.
  const { nodes, ...without } = smallest;
  const outside = isKeys(part) && isKeys(part['cluster']) && 'kubeconfig' in part['cluster'];
  const parsed = parseSite(stringify(over(outside ? without : { nodes, ...without }, part)), 'site.yaml');
  return 'problems' in parsed ? parsed.problems.map(problemLine) : [];
}

/** Nodes are shown with what the page is about: the rest is that of the smallest site. */
const withNodes = (part: unknown): unknown =>
  isKeys(part) && Array.isArray(part['nodes'])
    ? { ...part, nodes: part['nodes'].map((node) => over(smallest.nodes[0], node)) }
    : part;

/** Pages with blocks of YAML, each with what reads them. */
const readers: Readonly<Record<string, (text: string) => readonly string[]>> = {
  'certificates-request.md': (text) => siteProblems(parse(text)),
  'flags.md': (text) => complaint(() => Passwords.from(parse(text))),
  'rehearsal.md': scenarioProblems,
  'site-file.md': (text) => siteProblems(parse(text)),
  'storage.md': (text) => siteProblems(withNodes(parse(text))),
};

/** The first block is a whole scenario; the others are parts, of a machine or of the scenario. */
function scenarioProblems(text: string): readonly string[] {
  const [first = ''] = yamlOf('rehearsal.md');
  const part = parse(text);
  const node = { hostname: 'ks', address: { mode: 'static', address: '10.0.9.12', gateway: '10.0.9.1' } };
  const machine = isKeys(part) && 'disks' in part ? { nodes: { one: { ...part } } } : part;
  const named = isKeys(part) && ('events' in part || 'cluster' in part);
  const three = Object.fromEntries(
    ['ks-1', 'ks-2', 'ks-3'].map((name, index) => [
      name,
      {
        ...node,
        hostname: name,
        address: { ...node.address, address: `10.0.9.${21 + index}` },
        disks: [
          { name: 'sda', sizeGiB: 200 },
          { name: 'sdb', sizeGiB: 100, use: 'blank' },
        ],
      },
    ]),
  );
  const whole = over(over(parse(first), named ? { nodes: three } : {}), machine);
  return complaint(() => readScenario(stringify(whole), 'scenario.yaml'));
}

/** What a reader throws. */
function complaint(read: () => unknown): readonly string[] {
  try {
    read();
    return [];
  } catch (error) {
    return [String(error)];
  }
}

describe('files that the documents show', () => {
  it.each(
    Object.entries(readers).flatMap(([page, read]) => yamlOf(page).map((text, index) => ({ page, text, index, read }))),
  )('$page, block $index, is read without a complaint', ({ text, read }) => {
    expect(read(text)).toEqual([]);
  });

  it('are all read, and what is wrong is found', () => {
    const pages = readdirSync(docs).filter((name) => name.endsWith('.md') && yamlOf(name).length > 0);
    expect(pages).toEqual(Object.keys(readers));
    expect(siteProblems({ network: { firewal: {} } })).toHaveLength(1);
    expect(scenarioProblems('events: [{ node: ks-9 }]')).toHaveLength(1);
  });
});
