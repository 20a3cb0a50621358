import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { schemaFiles } from '../../source/cli/text/schema-files.ts';
import { allSets, enabledComponents, featureSet, requirements } from '../../source/product/features.ts';
import { listProducts } from '../../source/product/file.ts';
import { chartReference, loadProduct, templatesFolder } from '../../source/product/load.ts';
import { InvalidFile } from '../../source/site/reading/invalid-file.ts';

const fixtures = join(import.meta.dirname, 'fixtures');
const kloudspot = await loadProduct('kloudspot');

function stored(...features: string[]): string[] {
  return featureSet(kloudspot, features).volumes.map(
    (volume) => `${volume.label} ${volume.defaultGiB} ${volume.class}`,
  );
}

describe('the product kloudspot', () => {
  it('asks for its three features in the order of the guide', () => {
    expect(kloudspot.features.map((feature) => feature.label)).toEqual(['KloudManage', 'KloudInsights', 'Kloudhybrid']);
  });

  it('stores with KloudInsights what the first transcript shows', () => {
    expect(stored('kloudInsights')).toEqual([
      'Stream processing elasticsearch 10 shared',
      'Stream processing state storage 10 shared',
      'Kloudinsights database 10 unshared',
      'Kafka distributed messaging 2 unshared',
      'Zookeeper coordinator 2 unshared',
    ]);
  });

  it('stores with Kloudhybrid what the second transcript shows', () => {
    expect(stored('kloudhybrid')).toEqual([
      'Stream processing elasticsearch 10 unshared',
      'Kloudinsights database 10 unshared',
    ]);
  });

  it('has a row for each of the eight sets, two of them seen, the others with their reasoning', () => {
    const sets = allSets(kloudspot.features.map((feature) => feature.id)).map((set) => featureSet(kloudspot, set));
    expect(sets).toHaveLength(8);
    expect(sets.filter((set) => set.evidence === 'seen')).toHaveLength(2);
    expect(sets.every((set) => (set.source ?? '').length > 20)).toBe(true);
  });

  it('runs components of all three kinds; Elasticsearch follows its volume', () => {
    const kinds = (features: string[]) =>
      Object.fromEntries(enabledComponents(kloudspot, features).map((component) => [component.id, component]));
    const insights = kinds(['kloudInsights']);
    expect(insights['report-generator']?.kind).toBe('stateless');
    expect(insights['mongodb']).toMatchObject({ kind: 'stateful-lvm', instances: 'perManager' });
    expect(insights['flink-job-manager']).toMatchObject({ kind: 'stateful-shared', instances: 1 });
    expect(insights['elasticsearch']).toMatchObject({ kind: 'stateful-shared', instances: 1 });
    expect(kinds(['kloudhybrid'])['elasticsearch']).toMatchObject({ kind: 'stateful-lvm', instances: 'perManager' });
    expect(Object.keys(kinds([]))).toEqual(['web', 'report-generator']);
  });

  it('wants what the guide wants of a node', () => {
    const floor = { cores: 8, memoryGiB: 32, diskGiB: 931, rootGiB: 100 };
    expect(requirements(kloudspot, ['kloudInsights'])).toEqual({ floor, recommended: floor });
    expect(requirements(kloudspot, ['kloudManage', 'kloudInsights']).recommended).toMatchObject({
      cores: 16,
      memoryGiB: 64,
    });
    expect(kloudspot.nodes).toMatchObject({ cpuFlags: ['avx'], requireSsd: true });
    expect(kloudspot.nodes.os).toEqual([{ id: 'ubuntu', minimum: '22.04', ltsOnly: true }]);
  });

  it('finds its chart beside the program', () => {
    expect(chartReference(kloudspot, kloudspot.chart.reference)).toBe(join(templatesFolder(), 'chart/kloudspot'));
    expect(chartReference(kloudspot, 'oci://x/y')).toBe('oci://x/y');
  });

  it('refuses a feature that it does not have', () => {
    expect(() => featureSet(kloudspot, ['kloudsight'])).toThrow('no set of features [kloudsight]');
  });
});

describe('other products', () => {
  it('load though they look quite different', async () => {
    const zenko = await loadProduct(join(fixtures, 'zenko-like.yaml'));
    expect(featureSet(zenko, []).volumes).toHaveLength(4);
    const foresight = await loadProduct(join(fixtures, 'foresight-like.yaml'));
    expect(requirements(foresight, [], 'worker').floor.cores).toBe(8);
    expect(requirements(foresight, [], 'manager').floor.cores).toBe(2);
    expect(foresight.nodes.interfaces).toBe(2);
    expect(enabledComponents(foresight, ['ceph']).find((component) => component.id === 'files')).toMatchObject({
      kind: 'stateful-lvm',
      instances: 3,
    });
    expect(chartReference(foresight, foresight.chart.reference)).toBe(join(fixtures, 'charts/platform'));
  });

  it('are listed, and one that is not there is told with those that are', async () => {
    expect(listProducts()).toContain('kloudspot');
    await expect(loadProduct('cloudspot')).rejects.toMatchObject({ message: 'Unknown product "cloudspot".' });
    await expect(loadProduct('./none.yaml')).rejects.toThrow(/The product file .*none.yaml does not exist/);
  });
});

const folder = mkdtempSync(join(tmpdir(), 'product-'));
afterAll(() => rmSync(folder, { recursive: true }));
const text = readFileSync(kloudspot.file, 'utf8');

/** Each row: a slip in the product file, and the path and words of the problem that it gives. */
const slips: readonly (readonly [string, string, string, RegExp])[] = [
  ['a misspelt key', 'requireSsd', 'requireSSDs', /nodes\.requireSSDs is not a known key; did you mean requireSsd\?/],
  [
    'an unknown feature',
    'features: [kloudManage]\n    instances',
    'features: [kloudManag]\n    instances',
    /components\.3\.features\.0: "kloudManag", expected a feature/,
  ],
  [
    'an unknown component',
    'component: zookeeper',
    'component: zoo',
    /volumes\.4\.component: "zoo", expected a component/,
  ],
  [
    'a set without a row',
    '- features: [kloudManage]\n    evidence',
    '- features: []\n    evidence',
    /featureSets: no row, expected one row for the features \[kloudManage\]/,
  ],
  [
    'a volume of the wrong class',
    '{ id: kafka, class: unshared }',
    '{ id: kafka, class: shared }',
    /featureSets\.2\.volumes\.3\.class: "shared", expected the class of kafka/,
  ],
  [
    'a volume of a component that is off',
    '- { id: manageDatabase, class: unshared }',
    '- { id: kafka, class: unshared }',
    /featureSets\.1\.volumes\.0\.id: "kafka", expected a volume of a component that is on/,
  ],
  [
    'an unknown volume',
    '{ id: streamState, class: shared }',
    '{ id: streams, class: shared }',
    /featureSets\.2\.volumes\.1\.id: "streams", expected the id of a volume/,
  ],
  [
    'a value from nowhere',
    'from: customer.dnsName',
    'from: customer.dns',
    /values\.0\.from: "customer\.dns", expected a place in the site/,
  ],
  [
    'a value of an unknown volume',
    "'volume:kafka.size'",
    "'volume:kafkas.size'",
    /values\.\d+\.from: "volume:kafkas\.size"/,
  ],
  ['a value that is a list', 'from: customer.dnsName', 'from: nodes', /values\.0\.from: "nodes"/],
  [
    'a path twice',
    'path: global.customerReference',
    'path: global.dnsName',
    /values\.1\.path: "global\.dnsName", expected a path beside/,
  ],
  [
    'a path inside another',
    'path: global.customerReference',
    'path: global.dnsName.x',
    /values\.1\.path: "global\.dnsName\.x"/,
  ],
  [
    'both value and source',
    'from: customer.dnsName',
    'form: customer.dnsName',
    /values\.0\.(from|value) is missing|values\.0\.form is not a known key/,
  ],
  [
    'several nodes on a volume of one node',
    'component: mongodb\n',
    'component: mongodb\n    access: ReadWriteMany\n',
    /volumes\.2\.access: ReadWriteMany, expected ReadWriteOnce: it is a volume of one node/,
  ],
  [
    'several instances on one shared volume',
    'kind: stateful-shared\n    features: [kloudInsights]',
    'kind: stateful-shared\n    features: [kloudInsights]\n    instances: 2',
    /volumes\.1\.access: ReadWriteOnce, expected ReadWriteMany, or one instance of flink-job-manager/,
  ],
  [
    'an id twice',
    '- id: zookeeper\n    label: ZooKeeper',
    '- id: kafka\n    label: ZooKeeper',
    /components\.5\.id: "kafka" again/,
  ],
];

describe('a wrong product file', () => {
  it.each(slips)('%s is told with its place', async (_name, from, to, expected) => {
    expect(text).toContain(from);
    const file = join(folder, 'product.yaml');
    writeFileSync(file, text.replace(from, to));
    const fault = await loadProduct(file).catch((error: unknown) => error);
    const why = fault instanceof InvalidFile ? fault.why : '';
    expect(why).toMatch(expected);
    expect(why).toMatch(/^line \d+, column \d+: /);
  });
});

describe('the schemas for editors', () => {
  it.each(schemaFiles())('are not stale: npm run schemas renews $path', ({ path, text: wanted }) => {
    expect(readFileSync(path, 'utf8')).toBe(wanted);
  });

  it('allow keys of the operator and no others, and do not ask for what has a default', () => {
    const schema = JSON.parse(schemaFiles()[0]?.text ?? '');
    expect(schema).toMatchObject({ additionalProperties: false, patternProperties: { '^x-': {} } });
    expect(schema.required).toEqual(['version', 'name', 'customer']);
  });
});
