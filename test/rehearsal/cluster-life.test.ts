import { beforeAll, describe, expect, test } from 'vitest';
import { type Bench, bench, copyOf, install, items, joinCluster, microk8s } from './world.ts';

/** Three managers with name service, ingress, MetalLB and both storage engines. */
let cluster: Bench;

const apply = (world: Bench, manifest: object | readonly object[]) =>
  world.run('ks-1', `${microk8s} kubectl apply --server-side --force-conflicts -f -`, {
    stdin: [manifest]
      .flat()
      .map((one) => JSON.stringify(one))
      .join('\n---\n'),
  });
const poolOf = (node: string, device: string) => ({
  nodeSelector: { 'kubernetes.io/hostname': node },
  dataRaidGroups: [{ blockDevices: [{ blockDeviceName: device }] }],
});
const storageClass = (name: string, provisioner: string, parameters: object, volumeBindingMode: string) => ({
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name },
  provisioner,
  parameters,
  volumeBindingMode,
});
const helm = (world: Bench, words: string) => world.run('ks-1', `${microk8s} helm3 ${words}`);

beforeAll(async () => {
  cluster = await bench();
  const nodes = ['ks-1', 'ks-2', 'ks-3'];
  await install(cluster, ...nodes);
  for (const node of nodes) {
    await cluster.run(node, 'systemctl enable --now iscsid');
    await cluster.run(node, 'lvcreate -y -L 27G -n shared --addtag kloudspot ubuntu-vg');
  }
  await joinCluster(cluster, 'ks-1', '10.0.4.21', 'ks-2');
  await joinCluster(cluster, 'ks-1', '10.0.4.21', 'ks-3');
  for (const addon of ['ingress', 'metallb:10.0.4.30/32']) await cluster.run('ks-1', `${microk8s} enable ${addon}`);
  await engines(cluster);
});

async function engines(world: Bench): Promise<void> {
  const host = await world.host('ks-1');
  const filters = { includePaths: '/dev/mapper/ubuntu--vg-shared', excludePaths: 'loop,fd0' };
  await host.writeFile({ path: '/root/cstor.yaml', content: JSON.stringify({ 'openebs-ndm': { ndm: { filters } } }) });
  await helm(
    world,
    'upgrade --install lvm-localpv lvm-localpv -n openebs-lvm --create-namespace --repo https://r --wait',
  );
  await helm(
    world,
    'upgrade --install cstor cstor -n openebs --create-namespace --repo https://r --values /root/cstor.yaml --wait',
  );
  await world.pass(30_000);
  const devices = await items(world, 'ks-1', 'blockdevices.openebs.io -n openebs');
  const pools = devices.map(({ metadata }) => poolOf(metadata.labels?.['kubernetes.io/hostname'] ?? '', metadata.name));
  await apply(world, {
    apiVersion: 'cstor.openebs.io/v1',
    kind: 'CStorPoolCluster',
    metadata: { name: 'kloudspot', namespace: 'openebs' },
    spec: { pools },
  });
  await apply(world, [
    storageClass(
      'kloudspot-lvm',
      'local.csi.openebs.io',
      { storage: 'lvm', volgroup: 'ubuntu-vg' },
      'WaitForFirstConsumer',
    ),
    storageClass('kloudspot-shared', 'cstor.csi.openebs.io', { cstorPoolCluster: 'kloudspot' }, 'Immediate'),
  ]);
  await world.pass(40_000);
}

async function deploy(world: Bench, sizes = '10Gi', managers = 3): Promise<string> {
  const volume = (storageClass: string) => ({ enabled: true, size: sizes, storageClass });
  const values = {
    features: { kloudInsights: true, kloudManage: false, kloudhybrid: false },
    topology: { managers },
    volumes: {
      streamElasticsearch: volume('kloudspot-shared'),
      streamState: volume('kloudspot-shared'),
      insightsDatabase: volume('kloudspot-lvm'),
      kafka: volume('kloudspot-lvm'),
      zookeeper: volume('kloudspot-lvm'),
    },
  };
  const host = await world.host('ks-1');
  await host.writeFile({ path: '/root/values.yaml', content: JSON.stringify(values) });
  await host.writeFile({ path: '/root/chart/Chart.yaml', content: 'name: kloudspot\nversion: 0.1.0\n' });
  const result = await helm(
    world,
    'upgrade --install kloudspot /root/chart -n kloudspot --create-namespace --values /root/values.yaml --wait --timeout 4m',
  );
  return `${result.code} ${result.stderr}`;
}

const readyOf = async (world: Bench, through = 'ks-1') =>
  Object.fromEntries(
    (await items(world, through, 'deployments,statefulsets -n kloudspot')).map((one) => [
      one.metadata.name,
      Reflect.get(Object(one['status']), 'readyReplicas'),
    ]),
  );

test('three managers are three voters, and every node is Ready', async () => {
  const { stdout } = await cluster.run('ks-1', `${microk8s} status`);
  expect(stdout).toContain(
    'high-availability: yes\n  datastore master nodes: 10.0.4.21:19001 10.0.4.87:19001 10.0.4.23:19001\n',
  );
  const nodes = await items(cluster, 'ks-2', 'nodes');
  expect(nodes.map(({ metadata }) => metadata.name)).toEqual(['ks-1', 'ks-2', 'ks-3']);
});

test('a manager that restarts before the datastore has made its voters keeps it from none of them', async () => {
  const world = await bench();
  await install(world, 'ks-1', 'ks-2', 'ks-3');
  await joinCluster(world, 'ks-1', '10.0.4.21', 'ks-2');
  // it has taken ks-3 in by then, and is away when the roles are looked at
  await world.run('ks-1', 'systemd-run --on-active=36 systemctl reboot');
  await joinCluster(world, 'ks-1', '10.0.4.21', 'ks-3');
  const voters = async () =>
    (await world.run('ks-2', `${microk8s} status --format yaml`)).stdout.match(/role: voter/g)?.length;
  await world.pass(200_000);
  expect(await voters()).toBe(3);
});

test('a service of type LoadBalancer gets the virtual address, which then is taken; a second one gets none', async () => {
  const world = await copyOf(cluster);
  const service = (name: string) => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'ingress' },
    spec: { type: 'LoadBalancer' },
  });
  expect((await apply(world, service('ingress'))).stdout).toBe('service/ingress serverside-applied\n');
  await apply(world, service('second'));
  const found = await items(world, 'ks-1', 'services -n ingress');
  expect(found.map((one) => one['status'])).toEqual([
    { loadBalancer: { ingress: [{ ip: '10.0.4.30', ipMode: 'VIP' }] } },
    { loadBalancer: {} },
  ]);
  const probe = { name: 'address-in-use', text: '', arguments: ['10.0.4.30'] };
  expect((await (await world.host('ks-1')).run(probe, { sudo: true })).stdout).toMatch(/^10\.0\.4\.30 taken /);
});

test('pools are online, one on each node', async () => {
  const pools = await items(cluster, 'ks-1', 'cspi -n openebs -l openebs.io/cstor-pool-cluster=kloudspot');
  expect(pools.map((one) => Reflect.get(Object(one['status']), 'phase'))).toEqual(['ONLINE', 'ONLINE', 'ONLINE']);
});

describe('cStor', () => {
  const webhooks = async (world: Bench) =>
    (await items(world, 'ks-1', 'validatingwebhookconfigurations')).map(({ metadata }) => metadata.name);

  test('removed without its hooks leaves the webhook that it made itself, and pools cannot be changed any more', async () => {
    const world = await copyOf(cluster);
    expect(await webhooks(world)).toEqual(['openebs-cstor-validation-webhook']);
    expect((await helm(world, 'uninstall cstor -n openebs --no-hooks --wait')).code).toBe(0);
    // Its pods take their grace.
    await world.pass(60_000);
    expect(await webhooks(world)).toEqual(['openebs-cstor-validation-webhook']);
    const pool = {
      apiVersion: 'cstor.openebs.io/v1',
      kind: 'CStorPoolCluster',
      metadata: { name: 'other', namespace: 'openebs' },
      spec: { pools: [] },
    };
    const refused = await apply(world, pool);
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('failed calling webhook')]);
    await world.run(
      'ks-1',
      `${microk8s} kubectl delete validatingwebhookconfigurations openebs-cstor-validation-webhook`,
    );
    expect((await apply(world, pool)).code).toBe(0);
  });

  test('removed with its hooks waits for one that never ends, and stays uninstalling', async () => {
    const world = await copyOf(cluster);
    expect((await helm(world, 'uninstall cstor -n openebs --wait')).stderr).toContain('failed pre-delete');
    expect(JSON.parse((await helm(world, 'status cstor -n openebs -o json')).stdout).info.status).toBe('uninstalling');
  });
});

describe('the product', () => {
  test('comes up with its volumes as logical volumes, and goes without them', async () => {
    const world = await copyOf(cluster);
    const before = world.clock.now();
    expect(await deploy(world)).toBe('0 ');
    expect((world.clock.now() - before) / 1000).toBeGreaterThan(30);
    expect(await readyOf(world)).toMatchObject({
      'kloudspot-web': 3,
      'kloudspot-mongodb': 3,
      'kloudspot-kafka': 3,
      'kloudspot-zookeeper': 3,
      'kloudspot-elasticsearch': 1,
      'kloudspot-flink-job-manager': 1,
    });
    const volumes = JSON.parse((await world.run('ks-3', 'lvs --reportformat json -o lv_name ubuntu-vg')).stdout)
      .report[0].lv;
    expect(volumes).toHaveLength(2 + 3);
    expect(JSON.parse((await helm(world, 'list -A -a -o json')).stdout)).toMatchObject([
      { name: 'lvm-localpv', status: 'deployed' },
      { name: 'cstor', status: 'deployed' },
      { name: 'kloudspot', namespace: 'kloudspot', revision: '1', status: 'deployed', chart: 'kloudspot-0.1.0' },
    ]);
    expect((await helm(world, 'uninstall kloudspot -n kloudspot --wait')).stdout).toBe(
      'release "kloudspot" uninstalled\n',
    );
    // Their pods take their grace.
    await world.pass(5_000);
    expect(await items(world, 'ks-1', 'deployments,statefulsets,pods -n kloudspot')).toEqual([]);
    expect(await items(world, 'ks-1', 'persistentvolumeclaims -n kloudspot')).toHaveLength(11);
    expect((await helm(world, 'status kloudspot -n kloudspot -o json')).stderr).toBe('Error: release: not found\n');
  });

  test('a volume that fits nowhere keeps its pod waiting, and Helm gives up', async () => {
    const world = await copyOf(cluster);
    expect(await deploy(world, '900Gi')).toContain('Error: context deadline exceeded');
    const events = await items(world, 'ks-1', 'events -n kloudspot');
    expect(JSON.stringify(events)).toContain('did not have enough free storage');
    expect(JSON.parse((await helm(world, 'status kloudspot -n kloudspot -o json')).stdout)).toMatchObject({
      version: 1,
      info: { status: 'failed' },
    });
  });

  test('history, values, roll-back', async () => {
    const world = await copyOf(cluster);
    await deploy(world);
    await deploy(world, '10Gi', 1);
    expect(JSON.parse((await helm(world, 'history kloudspot -n kloudspot -o json')).stdout)).toMatchObject([
      { revision: 1, status: 'superseded' },
      { revision: 2, status: 'deployed', description: 'Upgrade complete' },
    ]);
    expect((await helm(world, 'rollback kloudspot 1 -n kloudspot')).stdout).toBe(
      'Rollback was a success! Happy Helming!\n',
    );
    const values = JSON.parse((await helm(world, 'get values kloudspot -n kloudspot -o json')).stdout);
    expect(values.volumes.kafka.size).toBe('10Gi');
    expect(values.topology.managers).toBe(3);
  });

  test('another size of a stateful set is refused as Kubernetes refuses it, and the claims stay', async () => {
    const world = await copyOf(cluster);
    await deploy(world);
    expect(await deploy(world, '12Gi')).toMatch(
      /UPGRADE FAILED: cannot patch .* updates to statefulset spec for fields/,
    );
    const claims = JSON.stringify(await items(world, 'ks-1', 'persistentvolumeclaims -n kloudspot'));
    expect(claims).toContain('"10Gi"');
    expect(claims).not.toContain('"12Gi"');
    expect(JSON.parse((await helm(world, 'status kloudspot -n kloudspot -o json')).stdout)).toMatchObject({
      info: { status: 'failed' },
    });
  });
});

describe('a manager without power', () => {
  test('is not Ready after forty seconds; stateless parts move after five minutes, LVM parts wait; all heals on return', async () => {
    const world = await copyOf(cluster);
    await deploy(world);
    await world.setPower('ks-3', false);
    const ready = async () => {
      const { stdout } = await world.run('ks-1', `${microk8s} kubectl get nodes ks-3 -o json`);
      return JSON.parse(stdout).status.conditions.at(-1).status;
    };
    await world.pass(30_000);
    expect(await ready()).toBe('True');
    await world.pass(15_000);
    expect(await ready()).toBe('Unknown');
    expect(await readyOf(world)).toMatchObject({ 'kloudspot-web': 2, 'kloudspot-mongodb': 2, 'kloudspot-kafka': 2 });
    await world.pass(360_000);
    expect(await readyOf(world)).toMatchObject({ 'kloudspot-web': 3, 'kloudspot-mongodb': 2, 'kloudspot-kafka': 2 });
    await world.setPower('ks-3', true);
    await world.pass(180_000);
    expect(await ready()).toBe('True');
    expect(await readyOf(world)).toMatchObject({
      'kloudspot-web': 3,
      'kloudspot-mongodb': 3,
      'kloudspot-kafka': 3,
      'kloudspot-elasticsearch': 1,
    });
  });

  test('its shared parts move to another node with their volumes; parts with local volumes stay where their data is', async () => {
    const world = await copyOf(cluster);
    await deploy(world);
    const nodesOf = async (part: string, through: string) => {
      const pods = await items(world, through, `pods -n kloudspot -l app.kubernetes.io/component=${part}`);
      const serving = pods.filter((pod) => /"type":"Ready","status":"True"/.test(JSON.stringify(pod['status'])));
      return serving.map((pod) => String(Reflect.get(Object(pod['spec']), 'nodeName')));
    };
    const volumesOf = async (through: string) =>
      Object.fromEntries(
        (await items(world, through, 'persistentvolumeclaims -n kloudspot')).map((one) => [
          one.metadata.name,
          Reflect.get(Object(one['spec']), 'volumeName'),
        ]),
      );
    const volumes = await volumesOf('ks-1');
    expect(Object.keys(volumes)).toEqual(
      expect.arrayContaining(['kloudspot-elasticsearch', 'kloudspot-flink-job-manager', 'data-kloudspot-mongodb-2']),
    );
    const [lost = ''] = await nodesOf('elasticsearch', 'ks-1');
    const others = ['ks-1', 'ks-2', 'ks-3'].filter((node) => node !== lost);
    const [through = ''] = others;
    await world.setPower(lost, false);
    await world.pass(420_000);
    expect(await readyOf(world, through)).toMatchObject({
      'kloudspot-elasticsearch': 1,
      'kloudspot-flink-job-manager': 1,
      'kloudspot-mongodb': 2,
      'kloudspot-zookeeper': 2,
    });
    expect(others).toEqual(expect.arrayContaining(await nodesOf('elasticsearch', through)));
    expect((await nodesOf('mongodb', through)).toSorted()).toEqual(others);
    expect(await volumesOf(through)).toEqual(volumes);
  });

  test('two of three stop the API; one back brings it back', async () => {
    const world = await copyOf(cluster);
    await world.setPower('ks-2', false);
    await world.setPower('ks-3', false);
    const { code, stderr } = await world.run('ks-1', `${microk8s} kubectl get nodes -o json`);
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(
        /^(E\d{4} \S+ +\d+ memcache\.go:265\] .*: connection refused"\n){5}The connection to the server 127\.0\.0\.1:16443 was refused - did you specify the right host or port\?\n$/,
      ),
    ]);
    const status = await world.run('ks-1', `${microk8s} status --format yaml`);
    expect(status.code).toBe(1);
    expect(status.stdout).toContain('  running: False\n');
    await world.setPower('ks-2', true);
    await world.pass(90_000);
    expect((await world.run('ks-1', `${microk8s} kubectl get nodes`)).code).toBe(0);
  });
});

describe('kubectl', () => {
  const cases: readonly (readonly [words: string, code: number, said: string])[] = [
    ['get nosuch', 1, 'error: the server doesn\'t have a resource type "nosuch"\n'],
    ['get pods web -n kloudspot -o json', 1, 'Error from server (NotFound): pods "web" not found\n'],
    ['get deployments.apps web -o json', 1, 'Error from server (NotFound): deployments.apps "web" not found\n'],
    ['get deployments web --ignore-not-found -o json', 0, ''],
    ['delete service nosuch --ignore-not-found --wait=true', 0, ''],
    ['delete service nosuch', 1, 'Error from server (NotFound): services "nosuch" not found\n'],
    ['scale deployment coredns -n kube-system --replicas=2', 0, 'deployment.apps/coredns scaled\n'],
    [
      'patch ipaddresspools.metallb.io default-addresspool -n metallb-system --type merge -p {"spec":{"addresses":["10.0.4.31/32"]}}',
      0,
      'ipaddresspool.metallb.io/default-addresspool patched\n',
    ],
    ['frobnicate', 1, 'error: unknown command "frobnicate" for "kubectl"\n'],
  ];
  test.each(cases)('%s', async (words, code, said) => {
    const world = await copyOf(cluster);
    const result = await world.run('ks-1', `${microk8s} kubectl ${words}`);
    expect([result.code, result.stdout + result.stderr]).toEqual([code, said]);
  });

  test('apply refuses unknown kinds, missing namespaces and changes of a storage class', async () => {
    const world = await copyOf(cluster);
    const pool = { apiVersion: 'openebs.io/v1beta3', kind: 'DiskPool', metadata: { name: 'p' } };
    expect((await apply(world, pool)).stderr).toContain(
      'no matches for kind "DiskPool" in version "openebs.io/v1beta3"\nensure CRDs are installed first',
    );
    const lost = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c', namespace: 'nowhere' } };
    expect((await apply(world, lost)).stderr).toBe('Error from server (NotFound): namespaces "nowhere" not found\n');
    const other = storageClass(
      'kloudspot-lvm',
      'local.csi.openebs.io',
      { storage: 'lvm', volgroup: 'other' },
      'WaitForFirstConsumer',
    );
    expect((await apply(world, other)).stderr).toContain('parameters: Forbidden: updates to parameters are forbidden.');
  });
});
