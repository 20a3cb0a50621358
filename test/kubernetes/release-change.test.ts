import { describe, expect, test } from 'vitest';
import { releaseChangeLines, waitingLines } from '../../source/cli/text/release-change-text.ts';
import { fixedChanges } from '../../source/kubernetes/fixed-fields.ts';
import { manifestChanges, parseManifests } from '../../source/kubernetes/manifests.ts';

const object = (kind: string, name: string, rest: string, apiVersion = 'apps/v1') =>
  `---\n# Source: chart/templates/x.yaml\napiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: { name: ${name} }\n${rest}\n`;

describe('what an update changes', () => {
  const before = parseManifests(
    object('Deployment', 'web', 'spec: { replicas: 1, selector: { matchLabels: { a: b } } }') +
      object('Job', 'gone', 'spec: {}', 'batch/v1') +
      object('Secret', 'login', 'data: { key: b2xk }', 'v1') +
      '---\n# nothing but a comment\n',
  );
  const after = parseManifests(
    object('Deployment', 'web', 'spec: { selector: { matchLabels: { a: b } }, replicas: 3 }') +
      object('ConfigMap', 'fresh', 'data: {}', 'v1') +
      object('Secret', 'login', 'data: { key: bmV3 }', 'v1'),
  );

  test('is said object by object; the order of keys is not a change, and what a secret holds is not shown', () => {
    const changes = manifestChanges(before, after, 'own');
    expect(changes.map(({ object: name, kind }) => `${name} ${kind}`)).toEqual([
      'Deployment web changed',
      'ConfigMap fresh new',
      'Secret login changed',
      'Job gone gone',
    ]);
    expect(changes[0]?.before).toContain('replicas: 1');
    expect(changes[0]?.after).toContain('replicas: 3');
    expect(JSON.stringify(changes)).not.toMatch(/b2xk|bmV3/);
    expect(manifestChanges(after, after, 'own')).toEqual([]);
  });
});

test('objects of one name in two namespaces are two; one without a namespace is in that of the release', () => {
  const binding = (namespace: string, role: string) =>
    parseManifests(
      `apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: { name: x${namespace} }\nroleRef: { name: ${role} }\n`,
    );
  const before = [...binding('', 'a'), ...binding(', namespace: kube-system', 'b')];
  const after = [...binding(', namespace: own', 'a'), ...binding(', namespace: kube-system', 'c')];
  expect(fixedChanges(before, after, { namespace: 'own' })).toEqual([{ object: 'RoleBinding x', field: 'roleRef' }]);
  expect(manifestChanges(after, [...binding('', 'a')], 'own').map(({ kind }) => kind)).toEqual(['changed', 'gone']);
});

/** kind · before · after · fields that Kubernetes refuses */
const table: readonly (readonly [string, string, string, readonly string[]])[] = [
  ['Deployment', 'spec: { replicas: 1 }', 'spec: { replicas: 2 }', []],
  ['Deployment', 'spec: { selector: { a: b } }', 'spec: { selector: { a: c } }', ['spec.selector']],
  ['StatefulSet', 'spec: { replicas: 1, template: {} }', 'spec: { replicas: 3, template: { x: y } }', []],
  ['StatefulSet', 'spec: { serviceName: a }', 'spec: { serviceName: b }', ['spec.serviceName']],
  ['StatefulSet', 'spec: { podManagementPolicy: Parallel }', 'spec: {}', ['spec.podManagementPolicy']],
  [
    'StatefulSet',
    'spec: { volumeClaimTemplates: [{ spec: { resources: { requests: { storage: 1Gi } } } }] }',
    'spec: { volumeClaimTemplates: [{ spec: { resources: { requests: { storage: 2Gi } } } }] }',
    ['spec.volumeClaimTemplates'],
  ],
  ['Service', 'spec: { clusterIP: None }', 'spec: {}', ['spec.clusterIP']],
  ['Service', 'spec: { ports: [{ port: 1 }] }', 'spec: { ports: [{ port: 2 }] }', []],
  ['Job', 'spec: { template: { a: b } }', 'spec: { template: { a: c } }', ['spec.template']],
  ['RoleBinding', 'roleRef: { name: a }', 'roleRef: { name: b }', ['roleRef']],
  ['ConfigMap', 'immutable: true\ndata: { a: b }', 'immutable: true\ndata: { a: c }', ['data']],
  ['ConfigMap', 'data: { a: b }', 'data: { a: c }', []],
  ['Secret', 'type: Opaque', 'type: kubernetes.io/tls', ['type']],
];

test.each(table)('%s: %s → %s', (kind, before, after, fields) => {
  const [one, other] = [before, after].map((rest) => parseManifests(object(kind, 'x', rest)));
  const refused = fixedChanges(one ?? [], other ?? [], { namespace: 'own' });
  expect(refused).toEqual(fields.map((field) => ({ object: `${kind} x`, field })));
});

test('a stateful set that is made again on the way may have larger volumes, and nothing else', () => {
  const set = (size: string, storage: string) =>
    parseManifests(
      object(
        'StatefulSet',
        'x',
        `spec: { volumeClaimTemplates: [{ spec: { storageClassName: ${storage}, resources: { requests: { storage: ${size} } } } }] }`,
      ),
    );
  expect(fixedChanges(set('1Gi', 'a'), set('2Gi', 'a'), { namespace: 'own', remade: new Set(['x']) })).toEqual([]);
  expect(fixedChanges(set('1Gi', 'a'), set('2Gi', 'b'), { namespace: 'own', remade: new Set(['x']) })).toHaveLength(1);
});

test('what is not ready before an update is said before it: it waits for that too, and goes back in the end', () => {
  const part = { name: 'kafka', namespace: 'own', kind: 'StatefulSet', wanted: 3, ready: 2, complete: false } as const;
  const seen = { workloads: [part], nodes: [] };
  expect(waitingLines(seen, { rollsBack: true })).toEqual([
    '! Not ready now: kafka 2 of 3. The update waits for every part, and goes back to the revision before where one does not become ready.',
    '',
  ]);
  expect(waitingLines(seen, { rollsBack: false })[0]).toMatch(/waits for every part\.$/);
  expect(waitingLines({ workloads: [{ ...part, ready: 3, complete: true }], nodes: [] }, { rollsBack: true })).toEqual(
    [],
  );
});

describe('a newer chart, as update --update-helm shows it', () => {
  const unheard: never[] = [];
  const chart = { from: 'kloudspot-2.4.1', to: 'kloudspot-2.5.0', changes: ['Kafka 3.9', 'Less memory'] };
  const objects = manifestChanges([], parseManifests(object('Deployment', 'web', 'spec: {}')), 'own');

  test('is named with what its maker says of it, and each object that changes', () => {
    expect(releaseChangeLines({ chart, unheard, objects }, { all: false })).toEqual([
      'Chart: kloudspot-2.4.1 becomes kloudspot-2.5.0.',
      '  - Kafka 3.9',
      '  - Less memory',
      '',
      '1 object of the cluster changes:',
      '  Deployment web is made',
      '',
    ]);
  });

  test('the same chart is not called another; what Helm does not tell is not called nothing', () => {
    const same = { ...chart, to: chart.from };
    expect(releaseChangeLines({ chart: same, unheard, objects: [] }, { all: false, newest: true })[0]).toBe(
      `Chart: ${same.to} is the newest one that the site allows.`,
    );
    expect(releaseChangeLines({ chart: same, unheard, objects: [] }, { all: false })).toEqual([
      'No object of the cluster changes.',
      '',
    ]);
    expect(releaseChangeLines({ chart: same, unheard, objects: undefined }, { all: false })[0]).toMatch(
      /no difference is shown/,
    );
  });

  test('more than 120 lines are cut, and --verbose shows them', () => {
    const many = Array.from({ length: 200 }, (_, at) => object('ConfigMap', `c${at}`, 'data: {}', 'v1')).join('');
    const all = manifestChanges([], parseManifests(many), 'own');
    const shown = (verbose: boolean) => releaseChangeLines({ chart, unheard, objects: all }, { all: verbose });
    expect(shown(false).at(-2)).toBe('  … 80 more lines; --verbose shows them');
    expect(shown(true).length - shown(false).length).toBe(79);
  });
});
