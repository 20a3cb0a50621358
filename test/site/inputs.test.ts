import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseSite } from '../../source/site/load.ts';
import { siteText } from '../../source/site/save.ts';

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
  expect(problem?.text).toContain(`is ${typed}, wanted text, in quotes: "${typed}"`);
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

test('a node is not called localhost, as every machine calls itself', () => {
  const read = parseSite(input('anchors.yaml').replace('name: ks-1,', 'name: localhost,'), 'site.yaml');
  const said = 'problems' in read ? read.problems.map(({ text }) => text).join() : '';
  expect(said).toContain('localhost means every machine itself');
});
