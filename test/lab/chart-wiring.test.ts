import { execa } from 'execa';
import { beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import * as z from 'zod';
import { allSets } from '../../source/product/features.ts';
import { loadProduct } from '../../source/product/load.ts';
import { chart, cluster, valuesFor } from '../product/rendered-chart.ts';
import { volumesOf } from './images.ts';
import { ensureBuilt } from './lab.ts';
import { at } from './place.ts';

const product = await loadProduct('kloudspot');
const sets = allSets(product.features.map(({ id }) => id));
const helm = at('plane/helm');
beforeAll(() => ensureBuilt());

const object = z.object({
  kind: z.string(),
  metadata: z.object({ name: z.string(), annotations: z.record(z.string(), z.string()).default({}) }),
  spec: z.unknown(),
});
const podSpec = z.object({
  template: z.object({
    spec: z.object({
      affinity: z.object({
        podAntiAffinity: z.object({
          preferredDuringSchedulingIgnoredDuringExecution: z.array(
            z.object({ podAffinityTerm: z.object({ topologyKey: z.string() }) }),
          ),
          requiredDuringSchedulingIgnoredDuringExecution: z.array(z.object({ topologyKey: z.string() })).default([]),
        }),
      }),
      topologySpreadConstraints: z.array(z.object({ topologyKey: z.string() })).default([]),
      containers: z.tuple([
        z.object({
          image: z.string(),
          volumeMounts: z.array(z.object({ mountPath: z.string() })).default([]),
          command: z.array(z.string()).default([]),
          env: z.array(z.object({ name: z.string(), value: z.string().optional() })).default([]),
          resources: z.object({ requests: z.object({ memory: z.string() }) }),
          startupProbe: z.unknown().optional(),
          readinessProbe: z.unknown().optional(),
          livenessProbe: z.unknown().optional(),
        }),
      ]),
    }),
  }),
});

async function rendered(managers: number, features: readonly string[], more: readonly string[] = []) {
  const words = ['template', 'kloudspot', chart, '--namespace', 'kloudspot', '--values', '-', ...cluster, ...more];
  const { stdout } = await execa(helm, words, { input: valuesFor(product, managers, features) });
  const objects = parseAllDocuments(stdout).flatMap((one) => object.safeParse(one.toJS()).data ?? []);
  const pod = (name: string) => {
    const found = objects.find(({ kind, metadata }) => /Deployment|StatefulSet/.test(kind) && metadata.name === name);
    return podSpec.parse(found?.spec).template.spec;
  };
  const container = (name: string) => pod(`kloudspot-${name}`).containers[0];
  const env = (name: string) =>
    Object.fromEntries(container(name).env.map((one): [string, string | undefined] => [one.name, one.value]));
  return { objects, pod, container, env };
}

const names = (part: string, domain: string, port: number) =>
  [0, 1, 2].map((n) => `kloudspot-${part}-${n}.kloudspot-${part}${domain}:${port}`);

describe('the chart makes members that find each other', () => {
  test.each([1, 3].flatMap((managers) => sets.map((features) => ({ managers, features }))))(
    'helm lint --strict: $managers managers, $features',
    async ({ managers, features }) => {
      const values = valuesFor(product, managers, features);
      const words = ['lint', '--strict', chart, '--values', '-', ...cluster];
      const { exitCode, stdout } = await execa(helm, words, { input: values, reject: false });
      expect({ exitCode, stdout }).toMatchObject({ exitCode: 0 });
    },
  );

  test('MongoDB: the first member makes the replica set of all, in a script that bash accepts', async () => {
    const { container } = await rendered(3, ['kloudManage', 'kloudInsights']);
    for (const part of ['mongodb', 'manage-mongodb']) {
      const [shell, flag, script = ''] = container(part).command;
      expect([shell, flag]).toEqual(['bash', '-c']);
      expect((await execa('bash', ['-n', '-c', script])).exitCode).toBe(0);
      for (const host of names(part, '.kloudspot.svc', 27017)) expect(script).toContain(`host: '${host}'`);
      expect(script).toMatch(new RegExp(`rs\\.initiate\\(\\{_id: 'kloudspot-${part}'`));
      expect(script).toContain(`--replSet kloudspot-${part} --bind_ip_all`);
      expect(container(part).readinessProbe).toHaveProperty('exec');
    }
  });

  test('ZooKeeper has ids from 1 and knows all three; Kafka has ids, listeners and all of ZooKeeper', async () => {
    const { env, container } = await rendered(3, ['kloudInsights']);
    expect(env('zookeeper')['ZOO_SERVERS']).toBe(
      names('zookeeper', '', 2888)
        .map((host, n) => `server.${n + 1}=${host}:3888;2181`)
        .join(' '),
    );
    const ids = await execa('bash', ['-c', `exec() { :; }; ${container('zookeeper').command[2]}; echo $ZOO_MY_ID`], {
      env: { POD_NAME: 'kloudspot-zookeeper-2' },
    });
    expect(ids.stdout).toBe('3');
    expect(env('kafka')).toMatchObject({
      KAFKA_ZOOKEEPER_CONNECT: names('zookeeper', '', 2181).join(','),
      KAFKA_ADVERTISED_LISTENERS: 'PLAINTEXT://$(POD_NAME).kloudspot-kafka.$(NAMESPACE).svc:9092',
      KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '3',
      KAFKA_MIN_INSYNC_REPLICAS: '2',
    });
  });

  test('what a part keeps is on its volume, and in no folder that its image keeps for itself', async () => {
    const all = product.features.map(({ id }) => id);
    const { objects, container, env } = await rendered(3, all);
    for (const { kind, metadata } of objects.filter((one) => /Deployment|StatefulSet/.test(one.kind))) {
      const { image, volumeMounts } = container(metadata.name.replace('kloudspot-', ''));
      const below = volumesOf(image.replace(/:[^/]*$/, '')).filter((path) =>
        volumeMounts.some(({ mountPath }) => path.startsWith(`${mountPath}/`)),
      );
      expect([kind, metadata.name, below]).toEqual([kind, metadata.name, []]);
    }
    for (const [part, kept] of [
      ['kafka', 'KAFKA_LOG_DIRS'],
      ['zookeeper', 'ZOO_DATA_LOG_DIR'],
    ] as const)
      expect(`${env(part)[kept]}/`).toMatch(new RegExp(`^${container(part).volumeMounts[0]?.mountPath}/`));
  });

  test('Elasticsearch: one alone on a shared volume, a cluster on local ones', async () => {
    const shared = (await rendered(3, ['kloudInsights'])).env('elasticsearch');
    expect(shared['discovery.type']).toBe('single-node');
    expect(shared).not.toHaveProperty(['cluster.initial_master_nodes']);
    const local = (await rendered(3, ['kloudhybrid'])).env('elasticsearch');
    expect(local).not.toHaveProperty(['discovery.type']);
    expect(local['discovery.seed_hosts']).toBe(names('elasticsearch', '', 9300).join(','));
    expect(local['cluster.initial_master_nodes']).toBe(
      'kloudspot-elasticsearch-0,kloudspot-elasticsearch-1,kloudspot-elasticsearch-2',
    );
  });

  test('Flink: both kinds of managers read the same cluster id', async () => {
    const { env } = await rendered(3, ['kloudInsights']);
    const common = 'kubernetes.cluster-id: kloudspot-flink';
    expect(env('flink-job-manager')['FLINK_PROPERTIES']?.split('\n')).toContain(common);
    expect(env('flink-task-manager')['FLINK_PROPERTIES']?.split('\n')).toContain(common);
  });

  test('the memory of a part sets its heap and its caches', async () => {
    const all = product.features.map(({ id }) => id);
    const more = ['kafka', 'elasticsearch', 'mongodb', 'flink-task-manager'].flatMap((part) => [
      '--set',
      `components.${part}.memory=6Gi`,
    ]);
    for (const [how, heap, cache, process] of [
      [[], '1024m', '0.50', '1728m'],
      [more, '3072m', '3.00', '6144m'],
    ] as const) {
      const { env, container } = await rendered(3, all, how);
      expect(env('elasticsearch')['ES_JAVA_OPTS']).toBe(`-Xms${heap} -Xmx${heap}`);
      expect(container('mongodb').command[2]).toContain(`--wiredTigerCacheSizeGB ${cache}`);
      expect(env('flink-task-manager')['FLINK_PROPERTIES']).toContain(`taskmanager.memory.process.size: ${process}`);
    }
    const { env } = await rendered(3, all, more);
    expect(env('kafka')['KAFKA_HEAP_OPTS']).toBe('-Xms3072m -Xmx3072m');
    expect(env('zookeeper')['ZK_SERVER_HEAP']).toBe('256');
    expect(env('flink-job-manager')['FLINK_PROPERTIES']).toContain('jobmanager.memory.process.size: 1600m');
  });

  const nodeMemory = (gib: number) => ['--set', `topology.nodeMemoryGiB=${gib}`];

  test.each([
    [16, '1Gi', '-Xms1024m -Xmx1024m', '0.50'],
    [32, '1Gi', '-Xms1024m -Xmx1024m', '0.50'],
    [64, '2048Mi', '-Xms2048m -Xmx2048m', '1.00'],
    [128, '4096Mi', '-Xms4096m -Xmx4096m', '2.00'],
  ])('on nodes of %i GiB databases and streams get their share', async (gib, database, heap, cache) => {
    const { env, container } = await rendered(3, ['kloudInsights', 'kloudManage'], nodeMemory(gib));
    expect(container('mongodb').resources.requests.memory).toBe(database);
    expect(container('mongodb').command[2]).toContain(`--wiredTigerCacheSizeGB ${cache}`);
    expect(env('elasticsearch')['ES_JAVA_OPTS']).toBe(heap);
    expect(container('zookeeper').resources.requests.memory).toBe('512Mi');
  });

  const inMebibytes = (text: string) => Number.parseInt(text, 10) * (text.endsWith('Gi') ? 1024 : 1);

  test.each(sets)('one of every part takes less than half of a node, whatever its size: %j', async (...features) => {
    for (const gib of [32, 48, 64, 128, 256, 1024]) {
      const { objects } = await rendered(3, features, nodeMemory(gib));
      const asked = objects
        .filter(({ kind }) => /Deployment|StatefulSet/.test(kind))
        .flatMap(({ spec }) => podSpec.parse(spec).template.spec.containers)
        .map(({ resources }) => inMebibytes(resources.requests.memory));
      expect(Math.min(...asked)).toBeGreaterThan(0);
      expect(asked.reduce((sum, each) => sum + each, 0)).toBeLessThan((gib * 1024) / 2);
    }
  });

  test('every part is spread by zone and probed; those of several members keep all but one in a drain', async () => {
    const { objects, pod } = await rendered(
      3,
      product.features.map(({ id }) => id),
    );
    const budgets = objects.filter(({ kind }) => kind === 'PodDisruptionBudget').map(({ metadata }) => metadata.name);
    for (const { kind, metadata, spec } of objects.filter((one) => /Deployment|StatefulSet/.test(one.kind))) {
      const { topologySpreadConstraints, containers, affinity } = pod(metadata.name);
      const { preferredDuringSchedulingIgnoredDuringExecution: preferred, ...apart } = affinity.podAntiAffinity;
      expect(preferred.map(({ podAffinityTerm }) => podAffinityTerm.topologyKey)).toEqual([
        'topology.kubernetes.io/zone',
      ]);
      // A constraint on zones would switch off the one on nodes wherever a node has no zone.
      const required = apart.requiredDuringSchedulingIgnoredDuringExecution;
      const byNode = [...topologySpreadConstraints, ...required].map(({ topologyKey }) => topologyKey);
      expect(byNode).toEqual(['kubernetes.io/hostname']);
      expect(containers[0]).toMatchObject({
        startupProbe: expect.anything(),
        readinessProbe: expect.anything(),
        livenessProbe: expect.anything(),
      });
      if (kind === 'StatefulSet') expect(required).toHaveLength(1);
      const several = z.object({ replicas: z.number() }).parse(spec).replicas > 1;
      expect([metadata.name, budgets.includes(metadata.name)]).toEqual([metadata.name, several]);
    }
  });

  test('the job that verifies asks every member, and runs only when asked for', async () => {
    const { objects } = await rendered(3, ['kloudInsights']);
    const job = objects.find(({ kind }) => kind === 'Job');
    expect(job?.metadata.annotations['helm.sh/hook']).toBe('test');
    const script = JSON.stringify(job?.spec);
    for (const asked of ['kloudspot-kafka-2.kloudspot-kafka 9092', 'kloudspot-web 80', 'kloudspot-elasticsearch 9200'])
      expect(script).toContain(`ask ${asked}`);
  });
});
