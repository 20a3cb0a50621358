import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Fault } from '../../source/errors/fault.ts';
import { judgeDraft, loadSite, parseDraft, parseSite } from '../../source/site/load.ts';
import { InvalidFile, problemLine } from '../../source/site/reading/invalid-file.ts';
import { berlin } from './a-site.ts';

function problemsOf(text: string): string[] {
  const parsed = parseSite(text, 'site.yaml');
  return 'problems' in parsed ? parsed.problems.map(problemLine) : [];
}

function siteOf(text: string) {
  const parsed = parseSite(text, 'site.yaml');
  if ('problems' in parsed) throw new InvalidFile('site.yaml', parsed.problems);
  return parsed.site;
}

describe('a right site.yaml', () => {
  it('is read with its defaults', () => {
    const site = siteOf(berlin);
    expect(site.nodes.map((node) => node.name)).toEqual(['ks-1', 'ks-2', 'ks-3']);
    expect(site.cluster.channel).toBe('1.34/stable');
    expect(site.storage.shared).toEqual({ engine: 'cstor', volumeGroup: 'ubuntu-vg', volume: 'shared' });
    expect(site.tls).toEqual({ mode: 'self-signed' });
    expect(site.customer.reference).toBe('no');
  });

  it('may hold keys of the operator that begin with x-, anywhere', () => {
    expect(problemsOf(berlin.replace('  virtualAddress', '  x-vlan: 12\n  virtualAddress'))).toEqual([]);
  });

  it('takes an empty key for one that is not there', () => {
    expect(siteOf(berlin.replace('  gateway: 10.0.4.1\n', '  gateway:\n')).network.gateway).toBeUndefined();
  });
});

/** Each row: what is written instead, and the one line that it gives. */
const wrong: readonly (readonly [string, string, string, string])[] = [
  ['a tab', '    role: manager\n    local', '\trole: manager\n    local', 'line 11, column 1: a tab, expected spaces'],
  ['a duplicate key', 'name: berlin', 'name: x\nname: berlin', 'line 5, column 1: this key is given twice'],
  ['a number for text', '"no"', '12', 'line 29, column 14: customer.reference is 12, expected text, in quotes: "12"'],
  ['text for a list', '[10.0.4.1, 8.8.8.8]', 'x', 'line 26, column 16: network.nameservers is "x", expected a list'],
  [
    'a capital letter',
    'name: ks-1',
    'name: KS-1',
    'line 9, column 11: nodes.0.name is "KS-1", expected lower-case letters',
  ],
  [
    'an underscore',
    'name: ks-1',
    'name: ks_1',
    'line 9, column 11: nodes.0.name is "ks_1", expected lower-case letters',
  ],
  [
    'no prefix',
    '10.0.4.22/24',
    '10.0.4.22',
    'network.address is "10.0.4.22", expected an IPv4 address with its prefix',
  ],
  ['a network', '10.0.4.22/24', '10.0.4.0/24', 'is "10.0.4.0/24", expected the address of a machine'],
  ['a broadcast', '10.0.4.22/24', '10.0.4.255/24', 'is "10.0.4.255/24", expected the address of a machine'],
  ['a loopback', '10.0.4.22/24', '127.0.0.1/8', 'expected an address that a machine can have'],
  ['a short address', '10.0.4.30', '10.0.4', 'network.virtualAddress is "10.0.4", expected an IPv4 address'],
  ['an option for ssh', 'reach: 10.0.4.87', 'reach: -oProxyCommand=x', 'nodes.1.reach is "-oProxyCommand=x", expected'],
  [
    'a reach with user',
    'reach: 10.0.4.87',
    'reach: a@10.0.4.87',
    'nodes.1.reach is "a@10.0.4.87", expected an address',
  ],
  [
    'a wrong choice',
    'local: true',
    'local: true\n    access: {port: 0}',
    'nodes.0.access.port is 0, expected at least 1',
  ],
  [
    'a role',
    'role: manager\n    local',
    'role: boss\n    local',
    'nodes.0.role is "boss", expected one of manager, worker',
  ],
  [
    'an unknown key',
    'customer:',
    'fetures: []\ncustomer:',
    'line 27, column 1: fetures is not a known key; did you mean features?',
  ],
  ['a far unknown key', 'customer:', 'colour: blue\ncustomer:', 'colour is not a known key; known here: version, name'],
  [
    'a deep unknown key',
    'mode: static,',
    'mode: static, gatway: 10.0.4.1,',
    'nodes.1.network.gatway is not a known key; did you mean gateway?',
  ],
  [
    'a missing key',
    "  dnsName: 'spot.acme.eu'\n",
    '',
    'line 27, column 1: customer.dnsName is missing, expected text: The DNS name',
  ],
  [
    'an unknown TLS mode',
    'customer:',
    'tls: {mode: file}\ncustomer:',
    'tls.mode is "file", expected one of self-signed, files',
  ],
  [
    'a missing TLS key',
    'customer:',
    'tls: {mode: files, certificate: a}\ncustomer:',
    'tls.key is missing, expected text',
  ],
  [
    'a size of 0',
    'customer:',
    'storage: {volumes: {kafka: 0}}\ncustomer:',
    'storage.volumes.kafka is 0, expected at least 1 GB',
  ],
  [
    'a size with unit',
    'customer:',
    'storage: {volumes: {kafka: 10GB}}\ncustomer:',
    'storage.volumes.kafka is "10GB", expected a number',
  ],
  [
    'a size too big',
    'customer:',
    'storage: {volumes: {kafka: 1e9}}\ncustomer:',
    'storage.volumes.kafka is 1000000000, expected at most 1000000 GB',
  ],
  ['another version', 'version: 1', 'version: 2', 'line 3, column 10: version is 2, expected 1'],
];

describe('a wrong site.yaml', () => {
  it.each(wrong)('%s', (_name, from, to, line) => {
    expect(berlin).toContain(from);
    const problems = problemsOf(berlin.replace(from, to));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(line);
  });

  it('gives every problem at once, in the order of the text, beside tabs and duplicates', () => {
    const text = berlin
      .replace('name: berlin', 'name: x\nname: Berlin')
      .replace('name: ks-2\n    reach', 'name: KS-2\n\treach')
      .replace('10.0.4.30', '10.0.4');
    expect(problemsOf(text).map((line) => line.replace(/:.*/, ''))).toEqual([
      'line 5, column 1',
      'line 5, column 7',
      'line 17, column 11',
      'line 18, column 1',
      'line 25, column 19',
    ]);
  });

  it.each(['', '- a\n', 'a: [\n', 'just text', 'a: *b\n', '{'])('%j is refused with a place', (text) => {
    expect(problemsOf(text)[0]).toMatch(/^line \d+, column \d+: ./);
  });

  it.each(['&a [*a]', 'name: &a [*a]', 'nodes: &a\n  - { name: *a }', 'a: &a { b: [1, *a] }'])(
    'an alias inside of what it stands for is a message: %s',
    (text) => {
      expect(problemsOf(text).join()).toContain('an alias stands inside what it stands for');
      expect(() => parseDraft(text)).toThrow(Fault);
    },
  );

  const tenfold = (names: string) =>
    [...names].map((name, place) => `${name}: &${name} [${Array(10).fill(place === 0 ? 1 : `*${names[place - 1]}`)}]`);

  it.each([
    ['a second document', `${berlin}---\n${berlin}`, 'a second document begins here (---), expected one'],
    ['lists in lists without end', `a: ${'['.repeat(20_000)}${']'.repeat(20_000)}`, 'nested too deeply'],
    [
      'aliases that multiply',
      tenfold('abcdefghi').join('\n'),
      'aliases of aliases stand for more than fits into memory',
    ],
  ])('%s is reported in words for the author of the file', (_, text, words) => {
    expect(problemsOf(text).join()).toContain(words);
  });

  it('never throws, whatever the text', () => {
    const line = fc.constantFrom(
      'nodes:',
      '  - name: a',
      '\tx: 1',
      'a: [',
      'a: *x',
      '? b',
      '"',
      'version: 1',
      '- 1',
      '&a b',
      '&a [*a]',
      'nodes: &a [{ name: *a }]',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(line, fc.string())), (lines) => {
        for (const problem of problemsOf(lines.join('\n')))
          expect(problem).toMatch(/^line [1-9]\d*, column [1-9]\d*: ./);
      }),
    );
  });
});

describe('loading a file', () => {
  it('a device that never ends is refused', async () => {
    await expect(loadSite('/dev/zero')).rejects.toMatchObject({ message: '/dev/zero is too large to be read.' });
  });

  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'site-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('names the file and every problem', async () => {
    const file = join(folder, 'site.yaml');
    await writeFile(file, berlin.replace('version: 1', 'version: 2').replace('"no"', '1'));
    const fault = await loadSite(file).catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(InvalidFile);
    expect(fault).toMatchObject({ message: 'site.yaml has 2 problems.', where: file, exitCode: 2 });
    expect(String(fault instanceof InvalidFile && fault.why).split('\n')).toHaveLength(2);
  });

  it('says in words why it cannot be read', async () => {
    await expect(loadSite(join(folder, 'none.yaml'))).rejects.toMatchObject({ why: 'The file does not exist.' });
    await expect(loadSite(folder)).rejects.toMatchObject({ why: 'It is a folder.' });
  });
});

describe('a draft', () => {
  it('is judged by the same rules, each finding with its field', () => {
    const judged = judgeDraft({ ...parseDraft(berlin), name: 'A', customer: {} });
    expect('findings' in judged && judged.findings.map((finding) => finding.field)).toEqual([
      ['name'],
      ['customer', 'dnsName'],
      ['customer', 'reference'],
    ]);
  });

  it('becomes the very site that its text gives', () => {
    expect(judgeDraft(parseDraft(berlin))).toEqual({ site: siteOf(berlin) });
  });

  it('is refused when it is not a mapping', () => {
    expect(() => parseDraft('a: [')).toThrow('not readable');
    expect(() => parseDraft('- 1')).toThrow('not readable');
  });
});

it('Helm values keep every key, empty ones and those of the operator too', () => {
  const text = `version: 1
name: a
nodes: [{ name: a, reach: a, role: manager }]
network: {}
customer: { dnsName: a.example.org, reference: a }
values:
  x-chart: 1
  removed:
  list: [{ x-a: null }]
`;
  expect(parseSite(text, 'site.yaml')).toMatchObject({
    site: { values: { 'x-chart': 1, removed: null, list: [{ 'x-a': null }] } },
  });
});
