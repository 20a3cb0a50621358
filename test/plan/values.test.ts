import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { helmValues, valuesText } from '../../source/plan/values.ts';
import { allSets, featureSet } from '../../source/product/features.ts';
import { loadProduct, templatesFolder } from '../../source/product/load.ts';
import type { Product } from '../../source/product/schema.ts';
import { replicas } from '../../source/product/shape.ts';
import { type Site, siteSchema } from '../../source/site/schema.ts';

const kloudspot = await loadProduct('kloudspot');
const zenko = await loadProduct(join(import.meta.dirname, '../product/fixtures/zenko-like.yaml'));

function siteOf(more: { [key: string]: unknown } = {}): Site {
  return siteSchema.parse({
    version: 1,
    name: 'berlin',
    nodes: ['a', 'b', 'c'].map((name) => ({ name, reach: name, role: 'manager' })),
    network: { virtualAddress: '10.0.4.30' },
    customer: { dnsName: 'spot.acme.eu', reference: 'acme' },
    ...more,
  });
}

it('hands the addresses of the second network to the product', () => {
  const workload = { range: '10.20.0.0/24', interface: 'eno2', addresses: { syslog: '10.20.0.50' } };
  const site = siteOf({ network: { virtualAddress: '10.0.4.30', workload } });
  const values = [
    { path: 'listen', from: 'network.workload.addresses.syslog' },
    { path: 'network', from: 'network.workload.range' },
    { path: 'none', from: 'network.workload.addresses.other' },
  ];
  expect(helmValues(site, { ...kloudspot, values })).toEqual({ listen: '10.20.0.50', network: '10.20.0.0/24' });
});

/** Leaf paths of nested values: `volumes.kafka.size` → value. */
function leaves(value: unknown, path = ''): [string, unknown][] {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, inner]) => leaves(inner, path === '' ? key : `${path}.${key}`))
    : [[path, value]];
}

describe('the values of every set of features', () => {
  const sets = allSets(kloudspot.features.map((feature) => feature.id));

  it.each(sets.map((set) => [set.join(' + ') || 'none', set] as const))('%s: exactly the chosen ones', (_name, set) => {
    const values = new Map(leaves(helmValues(siteOf({ features: set }), kloudspot)));
    for (const { id } of kloudspot.features) expect(values.get(`features.${id}`)).toBe(set.includes(id));
    const chosen = featureSet(kloudspot, set).volumes;
    const sizes = [...values].filter(([path]) => path.endsWith('.size'));
    expect(sizes).toEqual(chosen.map((volume) => [`volumes.${volume.id}.size`, `${volume.defaultGiB}Gi`]));
    const on = [...values].filter(([path, value]) => path.endsWith('.enabled') && value === true);
    expect(on.map(([path]) => path)).toEqual(chosen.map((volume) => `volumes.${volume.id}.enabled`));
    for (const { id, class: kind } of chosen) {
      const storageClass = kind === 'shared' ? 'kloudspot-shared' : 'kloudspot-lvm';
      expect([values.get(`volumes.${id}.class`), values.get(`volumes.${id}.storageClass`)]).toEqual([
        kind,
        storageClass,
      ]);
    }
  });

  it('carry the sizes that were typed, of volumes that the set has', () => {
    const site = siteOf({ features: ['kloudhybrid'], storage: { volumes: { insightsDatabase: 77, kafka: 5 } } });
    expect(helmValues(site, kloudspot)).toMatchObject({
      volumes: { insightsDatabase: { size: '77Gi' }, streamElasticsearch: { size: '10Gi' }, kafka: { enabled: false } },
    });
    expect(JSON.stringify(helmValues(site, kloudspot))).not.toContain('5Gi');
  });
});

describe('values', () => {
  it('take shared volumes from a storage class of the operator', () => {
    const storage = { shared: { engine: 'existing', storageClass: 'ceph-rbd' } };
    expect(helmValues(siteOf({ features: ['kloudInsights'], storage }), kloudspot)).toMatchObject({
      volumes: { streamState: { storageClass: 'ceph-rbd' }, kafka: { storageClass: 'kloudspot-lvm' } },
    });
  });

  it('leave out what the site does not say', () => {
    const one = siteOf({ nodes: [{ name: 'a', reach: 'a', role: 'manager' }], network: {} });
    expect(helmValues(one, kloudspot)['global']).toEqual({ dnsName: 'spot.acme.eu', customerReference: 'acme' });
    expect(helmValues(one, kloudspot)['topology']).toEqual({ managers: 1, replicas: 1 });
  });

  it.each([
    [1, 1],
    [2, 1],
    [3, 3],
    [4, 3],
    [5, 5],
  ])('%i managers carry %i members of a service that votes', (managers, members) => {
    expect(replicas(managers)).toBe(members);
  });

  it('of another product follow that product alone, constants too', () => {
    expect(helmValues(siteOf({ product: 'zenko' }), zenko)).toEqual({
      ingress: { host: 'spot.acme.eu' },
      nodeCount: 3,
      mongodb: { size: '50Gi', class: 'router-local' },
      global: { edition: 'on' },
    });
    expect(valuesText(siteOf(), zenko)).toContain('edition: "on" # set by product zenko-like\n');
  });

  it('say beside each one where it came from', () => {
    const text = valuesText(siteOf({ features: ['kloudInsights'], storage: { volumes: { kafka: 5 } } }), kloudspot);
    const lines = text.split('\n').filter((line) => /: \S/.test(line) && !line.startsWith('#'));
    expect(lines.filter((line) => !/ # \S/.test(line))).toEqual([]);
    expect(text).toContain('size: 5Gi # site.yaml: storage.volumes.kafka\n');
    expect(text).toContain('size: 10Gi # default of product kloudspot\n');
    expect(text).toContain('dnsName: spot.acme.eu # site.yaml: customer.dnsName\n');
    expect(text).toContain('replicas: 3 # computed: the largest odd number of managers');
  });

  it('of the site win, and say what they replace', () => {
    const values = {
      features: { kloudManage: true },
      volumes: { kafka: null },
      ingress: { className: 'nginx', tls: [{ 'x-kept': null }], 'a.b': {} },
      'x-own': 'no',
    };
    const site = siteOf({ features: ['kloudInsights'], values });
    expect(helmValues(site, kloudspot)).toMatchObject({
      features: { kloudManage: true, kloudInsights: true },
      ingress: values.ingress,
      'x-own': 'no',
    });
    expect(helmValues(site, kloudspot)['volumes']).toMatchObject({ kafka: null, zookeeper: { size: '2Gi' } });
    const text = valuesText(site, kloudspot);
    expect(parse(text, { version: '1.1' })).toEqual(helmValues(site, kloudspot));
    expect(text).toContain(
      'kloudManage: true # site.yaml: values.features.kloudManage, in place of: site.yaml: features\n',
    );
    expect(text).toContain('className: nginx # site.yaml: values.ingress.className\n');
    expect(text).toContain('# site.yaml: values.ingress.tls\n');
  });

  it('name the registry and its pull secret where the site has one', () => {
    const site = siteOf({ registry: { host: 'registry.example.org', user: 'deploy' } });
    expect(helmValues(site, kloudspot)['global']).toMatchObject({
      registry: 'registry.example.org',
      imagePullSecret: 'kloudspot-registry',
    });
  });

  it('are what the chart of the product knows', () => {
    const folder = join(templatesFolder(), 'chart/kloudspot');
    const chart = parse(readFileSync(join(folder, 'values.yaml'), 'utf8'));
    const { definitions } = JSON.parse(readFileSync(join(folder, 'values.schema.json'), 'utf8'));
    const ofVolume = Object.keys(definitions.volume.properties);
    const known = new Set(leaves(chart).map(([path]) => path));
    for (const id of Object.keys(chart.volumes)) for (const key of ofVolume) known.add(`volumes.${id}.${key}`);
    const given = leaves(helmValues(siteOf({ features: kloudspot.features.map(({ id }) => id) }), kloudspot));
    // The names in settings are variables: any, each read by the program of the component or by its command.
    const placed = (path: string) => path.replace(/(\.settings)\..*/, '$1');
    expect(given.map(([path]) => path).filter((path) => !known.has(placed(path)))).toEqual([]);
    expect(Object.keys(chart.volumes)).toEqual(kloudspot.volumes.map((volume) => volume.id));
  });
});

/** Strings that a YAML 1.1 reader takes for something else, or stumbles over. */
const nasty = [
  ...[
    'yes',
    'no',
    'on',
    'off',
    'y',
    'n',
    'Y',
    'NO',
    'true',
    'null',
    '~',
    '',
    ' ',
    '=',
    '<<',
    '-',
    '?',
    ':',
    '- a',
    'a: b',
  ],
  ...[
    '0777',
    '0o17',
    '0x1F',
    '1_000',
    '1e3',
    '.5',
    '1.',
    '+1',
    '-0',
    '12:30',
    '12:30:00',
    '190:20:30.15',
    '0b11',
    '.inf',
    '.NaN',
  ],
  ...[
    '2026-11-21',
    '2026-11-21T10:00:00Z',
    '52:54:00:12:34:56',
    '10.0.4.1',
    'a\tb',
    '\ta',
    'a ',
    ' a',
    'a # b',
    '#a',
    '!a',
    '&a',
  ],
  ...[
    '*a',
    '%a',
    '@a',
    '`a`',
    '|',
    '>',
    '"',
    "'",
    '\\',
    '[a]',
    '{a: b}',
    'é',
    '😀',
    '\u2028',
    '\u0085',
    '\u007f',
    '\ufeff',
    '\u0000',
  ],
  ...[
    'a\nb',
    'a\n',
    '\na',
    'a\r\nb',
    '---',
    '...',
    '\ud7ff',
    '\ufffe',
    '\ue000',
    'a\u00a0b',
    'key: "x',
    '{{ .Values }}',
  ],
];

/** A product with one value after the other, so that any string can go through the real writer. */
function carrying(strings: readonly string[]): Product {
  return { ...zenko, values: strings.map((value, index) => ({ path: `v${index}`, value })) };
}

function throughVersion11(text: string): unknown {
  return parse(text, { version: '1.1' });
}

/** PyYAML, as other people's tools read it: all texts in one go, because starting it takes a while. */
function throughPyYaml(texts: readonly string[]): unknown {
  const program = 'import json,sys,yaml\nprint(json.dumps([yaml.safe_load(t) for t in json.load(sys.stdin)]))';
  const python = spawnSync('python3', ['-c', program], { input: JSON.stringify(texts), encoding: 'utf8' });
  if (python.status !== 0) throw new Error(python.stderr);
  return JSON.parse(python.stdout);
}

const anyString = fc.oneof(
  fc.constantFrom(...nasty),
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom(...'0123456789:._-+exon yYtT=~\t\n#"\'\\'.split('')) }),
);
const hasPyYaml = spawnSync('python3', ['-c', 'import yaml']).status === 0;
const required = process.env['KLOUDSPOT_REQUIRE'] === 'all';

describe('every string stays a string', () => {
  it('for a reader of YAML 1.1 and of 1.2', () => {
    fc.assert(
      fc.property(fc.array(anyString, { minLength: 1, maxLength: 5 }), (strings) => {
        const text = valuesText(siteOf(), carrying(strings));
        const expected = Object.fromEntries(strings.map((value, index) => [`v${index}`, value]));
        expect(throughVersion11(text)).toEqual(expected);
        expect(parse(text)).toEqual(expected);
      }),
    );
  });

  it.skipIf(!hasPyYaml && !required)('for PyYAML (skipped where python3-yaml is not installed)', () => {
    const samples = [...nasty, ...fc.sample(anyString, 300)];
    const texts = samples.map((value) => valuesText(siteOf(), carrying([value])));
    expect(throughPyYaml(texts)).toEqual(samples.map((value) => ({ v0: value })));
  });

  it('in site.yaml, through the customer reference', () => {
    for (const reference of nasty) {
      const judged = siteSchema.shape.customer.shape.reference.safeParse(reference);
      if (!judged.success) continue;
      const text = valuesText(siteOf({ customer: { dnsName: 'spot.acme.eu', reference } }), kloudspot);
      expect(throughVersion11(text)).toMatchObject({ global: { customerReference: reference } });
    }
  });
});
