import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseSite } from '../../source/site/load.ts';
import { siteText } from '../../source/site/save.ts';
import type { Site } from '../../source/site/schema.ts';

const input = (name: string) => readFileSync(join(import.meta.dirname, 'inputs', name), 'utf8');

function siteOf(text: string) {
  const read = parseSite(text, 'site.yaml');
  return 'site' in read ? read.site : expect.fail(JSON.stringify(read.problems));
}

test.each([
  ['007', 'nodes.0.name'],
  ['1e3', 'nodes.0.zone'],
  ['0123', 'nodes.0.access.user'],
  ['00420', 'customer.reference'],
])('%s keeps what was typed in the advice', (typed, path) => {
  const read = parseSite(input('scalars.yaml'), 'site.yaml');
  const problem = 'problems' in read ? read.problems.find((one) => one.path === path) : undefined;
  expect(problem?.text).toContain(`is ${typed}, expected text, in quotes: "${typed}"`);
});

describe('anchors', () => {
  test.each(['aliases-only.yaml', 'anchors.yaml'])('%s is read, with lines that end as on Windows too', (name) => {
    const site = siteOf(input(name));
    expect(site.nodes.map(({ network, access }) => [network?.mode, network?.gateway, access?.user])).toEqual(
      Array.from({ length: 3 }, () => ['static', '10.0.4.1', 'ops']),
    );
    expect(siteOf(input(name).replaceAll('\n', '\r\n'))).toEqual(site);
  });

  test('a change of one node is written where it belongs, and the others stay as they were written', () => {
    const text = input('anchors.yaml');
    const site = siteOf(text);
    const [first, ...others] = site.nodes;
    const changed = {
      ...site,
      nodes: [...(first ? [{ ...first, network: { ...first.network, mode: 'dhcp' as const } }] : []), ...others],
    };
    expect(siteOf(siteText(changed, text))).toEqual(changed);
    expect(siteOf(siteText(site, text))).toEqual(site);
    expect(siteText(site, text)).toContain('<<: *net');
  });
});

describe('a mistake in what aliases stand for', () => {
  const problems = (text: string) => {
    const read = parseSite(text, 'site.yaml');
    const found = 'problems' in read ? read.problems : [];
    return found.map(({ line, column, text: words }) => `${line}:${column} ${words}`);
  };

  test.each([
    ['aliases-only.yaml', 'port: 22 }', 'port: twenty }', '4:36 nodes.0.access.port is "twenty", expected a number'],
    [
      'anchors.yaml',
      'mode: static',
      'mode: statik',
      '5:21 nodes.0.network.mode is "statik", expected one of static, dhcp',
    ],
    ['anchors.yaml', 'gateway:', 'gatway:', '5:29 nodes.0.network.gatway is not a known key; did you mean gateway?'],
  ])('%s: is shown once, at the anchor: %s', (name, right, wrong, line) => {
    expect(problems(input(name).replace(right, wrong))).toEqual([line]);
  });

  test('keys that << takes over count least, and those of the first mapping most among them', () => {
    const text = input('anchors.yaml').replace('{ <<: *net,', '{ <<: [*net, *login], mode: none,');
    expect(problems(text).map((line) => line.split(/[,;]/)[0])).toEqual([
      '4:19 nodes.0.network.user is not a known key',
      '4:30 nodes.0.network.port is not a known key',
      '7:105 nodes.0.network.mode is "none"',
    ]);
  });

  test.each([
    ['access: *nope', '7:60 *nope is an alias of nothing, expected &nope before it'],
    [
      'access: &own { user: *own }',
      '7:73 an alias stands inside what it stands for, expected an alias of something else',
    ],
    ['access: { <<: 7 }', '7:66 << without keys to take over, expected keys and values, or an alias of some'],
  ])('%s is shown where it stands', (wrong, line) => {
    expect(problems(input('anchors.yaml').replace('access: *login', wrong))).toEqual([line]);
  });
});

describe('an edit of a text whose anchors stand at values', () => {
  const text = input('anchors-at-values.yaml');
  const site = siteOf(text);
  const [first, second, third] = site.nodes;
  if (!first || !second || !third) throw new Error('three nodes');

  test.each<[string, Site['nodes'], string[]]>([
    ['nothing of it changes', [first, second, third], ['*role', '*login', '<<: *net', '*gateway']],
    ['the node that holds the anchors goes', [second, third], []],
    ['it comes behind the others', [third, second, first], []],
    ['its role changes', [{ ...first, role: 'worker' }, second, third], ['*login', '<<: *net', '*gateway']],
    ['its login changes', [{ ...first, access: { user: 'x' } }, second, third], ['*role', '<<: *net', '*gateway']],
    ['its login goes', [{ ...first, access: undefined }, second, third], ['*role', '<<: *net', '*gateway']],
    [
      'its gateway changes',
      [{ ...first, network: { ...first.network, mode: 'static', gateway: '10.0.4.9' } }, second, third],
      ['*role', '*login'],
    ],
    [
      'another address is given to one that takes keys over',
      [first, { ...second, network: { ...second.network, mode: 'static', address: '10.0.4.9/24' } }, third],
      ['*role', '*login', '<<: *net', '*gateway'],
    ],
    [
      'one that takes keys over loses one of them',
      [first, { ...second, network: { mode: 'dhcp' } }, third],
      ['*role', '*login', '*gateway'],
    ],
  ])('%s: the others say what they did, with the aliases that still hold', (_, nodes, aliases) => {
    const changed = { ...site, nodes: nodes.map((node) => structuredClone(node)), name: 'other' };
    const after = siteText(changed, text);
    expect(siteOf(after)).toEqual(siteOf(siteText(changed)));
    expect([...new Set(after.match(/(<<: )?\*\w+/g))].sort()).toEqual([...aliases].sort());
  });
});

test('a node is not called localhost, as every machine calls itself', () => {
  const read = parseSite(input('anchors.yaml').replace('name: ks-1,', 'name: localhost,'), 'site.yaml');
  const said = 'problems' in read ? read.problems.map(({ text }) => text).join() : '';
  expect(said).toContain('localhost means every machine itself');
});
