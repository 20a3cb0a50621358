import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { parseSchemaWords } from '../../../source/kubernetes/schema-words.ts';
import { judgedBySchema, withDefaults } from '../../../source/kubernetes/value-schema.ts';
import { placed } from '../../../source/plan/release/value-places.ts';
import { helmValues } from '../../../source/plan/values.ts';
import { parseSite } from '../../../source/site/load.ts';
import { siteText } from '../../../source/site/save.ts';
import { readChart } from '../../../source/workstation/chart-files.ts';
import { product, siteOf } from '../../plan/sample.ts';
import { chart, cluster, foundHelm, needsHelm } from '../../product/rendered-chart.ts';

const files = readChart(chart);
const schema = files.get('values.schema.json') ?? '';
const defaults = files.get('values.yaml') ?? '';
const good = helmValues(siteOf({ managers: 3 }), product);
const judge = (values: unknown) => judgedBySchema(schema, withDefaults(defaults, values));
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'values-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** Wrong values, and the keys at which they are wrong. */
const wrong: readonly (readonly [string, Record<string, unknown>, readonly string[]])[] = [
  ['a type', { features: { kloudManage: 'yes' } }, ['features.kloudManage']],
  ['an unknown key', { global: { extra: 1 } }, ['global.extra']],
  [
    'a pattern, and what is missing beside it',
    { volumes: { kafka: { size: '5' }, z: { enabled: true } } },
    ['volumes.kafka.size', 'volumes.z'],
  ],
  ['a choice', { components: { web: { members: 'all' } } }, ['components.web.members']],
];

describe('the schema of a chart, judged without Helm', () => {
  it('takes what the program writes', () => {
    expect(judge(good)).toEqual([]);
  });
  it.each(wrong)('refuses %s at the keys where Helm does', (_, values, keys) => {
    const found = judge(withDefaults(JSON.stringify(good), values));
    expect([...new Set(found?.map(({ path }) => path.join('.')))].toSorted()).toEqual([...keys].toSorted());
  });
  it('leaves a kind of schema that it does not know, or that points elsewhere, to Helm', () => {
    expect(judgedBySchema('{"$schema":"http://json-schema.org/draft-04/schema#"}', {})).toBeUndefined();
    expect(judgedBySchema('{"$ref":"https://example.org/x.json"}', {})).toBeUndefined();
    expect(judgedBySchema('not JSON', {})).toBeUndefined();
  });
});

test.skipIf(foundHelm === undefined).each(wrong)(
  `Helm's own words on %s name the same keys ${needsHelm}`,
  async (_, values, keys) => {
    const file = join(folder, 'values.json');
    await writeFile(file, JSON.stringify(withDefaults(JSON.stringify(good), values)));
    const { stderr } = await execa(foundHelm ?? '', ['template', 'x', chart, '--values', file, ...cluster], {
      reject: false,
    });
    const found = parseSchemaWords(stderr).map(({ path }) => path.join('.'));
    expect([...new Set(found)].toSorted(), stderr).toEqual([...keys].toSorted());
  },
);

test('words of an older Helm, and a refusal that is none of a schema', () => {
  expect(parseSchemaWords('- volumes.kafka.size: Invalid type. Expected: string, given: integer')).toEqual([
    { path: ['volumes', 'kafka', 'size'], words: 'Invalid type. Expected: string, given: integer' },
  ]);
  expect(parseSchemaWords('- (root): Additional property extra is not allowed')).toMatchObject([{ path: ['extra'] }]);
  expect(parseSchemaWords('Error: chart "x" not found')).toEqual([]);
});

test('each complaint names the key of site.yaml and its line', () => {
  const site = siteOf({ managers: 3 }, { values: { components: { web: { members: 'all' } } } });
  const text = siteText(site);
  const lines = text.split('\n');
  const complaint = (...path: string[]) => ({ path, words: 'is wrong' });
  const paths = [
    complaint('components', 'web', 'members'),
    complaint('global', 'dnsName'),
    complaint('volumes', 'kafka', 'size'),
    complaint(),
  ];
  const found = placed(paths, { site, product, text });
  expect(found.map(({ field }) => field?.join('.'))).toEqual([
    'values.components.web.members',
    'customer.dnsName',
    'storage.volumes.kafka',
    undefined,
  ]);
  expect(lines[(found[0]?.line ?? 0) - 1]).toContain('members: all');
  expect(lines[(found[1]?.line ?? 0) - 1]).toContain('dnsName: spot.acme.eu');
  expect(found[0]?.text).toBe(
    `value components.web.members, from values.components.web.members in line ${found[0]?.line}: is wrong`,
  );
  expect('site' in parseSite(text, 'site.yaml')).toBe(true);
});
