import { describe, expect, test } from 'vitest';
import { microk8sFiles } from '../../source/microk8s/node.ts';
import { type Bench, bench, items, joinCluster, microk8s, scenarioWith } from './world.ts';

const common = '/var/snap/microk8s/common';

/** A machine with this launch configuration, waited for until it is applied. */
async function installWith(world: Bench, node: string, text: string, path: string = microk8sFiles.launchConfiguration) {
  const host = await world.host(node);
  await world.run(node, `hostnamectl set-hostname ${node}`);
  await host.writeFile({ path, content: text });
  const result = await world.run(node, 'snap install microk8s --classic --channel=1.34/stable');
  await world.pass(60_000);
  return { result, read: (file: string) => host.readFile(file) };
}

const own = (address: string, more = '') => `version: 0.1.0
addons:
  - name: dns
extraKubeletArgs:
  --cluster-dns: 10.152.183.10
  --cluster-domain: cluster.local
  --node-ip: ${address}
${more}`;

const addressesIn = async (world: Bench) =>
  Object.fromEntries(
    (await items(world, 'ks-1', 'nodes')).map((node) => [
      node.metadata.name,
      /"InternalIP","address":"([^"]+)"/.exec(JSON.stringify(node))?.[1],
    ]),
  );
const dnsOf = async (world: Bench) =>
  JSON.parse((await world.run('ks-1', `${microk8s} kubectl get services kube-dns -n kube-system -o json`)).stdout).spec
    .clusterIP;

describe('the launch configuration of a rehearsed node', () => {
  test('stands in place of the one of the snap: what it does not name is not there', async () => {
    const world = await bench();
    const { read } = await installWith(world, 'ks-1', 'version: 0.1.0\nextraKubeletArgs: {--max-pods: "77"}\n');
    expect(await read(`${microk8sFiles.arguments}/kubelet`)).toContain('--max-pods=77\n');
    expect(await read(`${microk8sFiles.arguments}/kubelet`)).not.toContain('--cluster-dns');
    expect((await world.run('ks-1', `${microk8s} status -a dns`)).stdout).toBe('disabled\n');
    expect(await read(microk8sFiles.launched)).toContain('--max-pods');
  });

  test('of /etc wins', async () => {
    const world = await bench();
    const host = await world.host('ks-1');
    await host.writeFile({
      path: microk8sFiles.otherLaunchConfiguration,
      content: 'version: 0.1.0\naddons: [{name: dns}]\n',
    });
    const { read } = await installWith(world, 'ks-1', own('10.0.4.21'));
    expect(await read(`${microk8sFiles.arguments}/kubelet`)).not.toContain('--node-ip');
  });

  test.each([
    ['of a newer form', 'version: 9.9.9\n', /maximum version supported is 0\.2\.0/],
    ['without a version', 'addons: [{name: dns}]\n', /could not parse config file version/],
    ['that is not YAML', 'version: 0.1.0\n  addons: [\n', /could not parse configuration/],
  ])('%s makes the installation fail, and nothing is left', async (_, text, words) => {
    const world = await bench();
    const { result } = await installWith(world, 'ks-1', text);
    expect(result.code).toBe(1);
    expect(result.stderr).toMatch(words);
    expect((await world.run('ks-1', 'snap list microk8s')).code).toBe(1);
  });

  test('with an addon that refuses its arguments is never applied', async () => {
    const world = await bench();
    const { read } = await installWith(world, 'ks-1', 'version: 0.1.0\naddons: [{name: metallb, args: [bad]}]\n');
    expect(await read(microk8sFiles.launched)).toBeUndefined();
    expect(await read(microk8sFiles.launching)).toContain('metallb');
  });

  test('gives pods and services other ranges', async () => {
    const world = await bench();
    const ranges =
      'extraCNIEnv: {IPv4_SUPPORT: "true", IPv4_CLUSTER_CIDR: 10.244.0.0/16, IPv4_SERVICE_CIDR: 10.153.183.0/24}\n';
    const dns = own('10.0.4.21', ranges).replace(
      '- name: dns',
      '- {name: dns, args: [/etc/resolv.conf, 10.153.183.10]}',
    );
    const { read } = await installWith(world, 'ks-1', dns);
    expect(await read(`${microk8sFiles.arguments}/kube-proxy`)).toContain('--cluster-cidr=10.244.0.0/16');
    expect(await read(`${microk8sFiles.arguments}/kube-apiserver`)).toContain(
      '--service-cluster-ip-range=10.153.183.0/24',
    );
    expect(await dnsOf(world)).toBe('10.153.183.10');
  });

  test('without an address for dns in another range leaves it to Kubernetes', async () => {
    const world = await bench();
    await installWith(
      world,
      'ks-1',
      'version: 0.1.0\naddons: [{name: dns}]\nextraCNIEnv: {IPv4_SERVICE_CIDR: 10.153.183.0/24}\n',
    );
    expect(await dnsOf(world)).toMatch(/^10\.153\.183\.(?!10$)/);
  });
});

describe('the arguments of a kubelet', () => {
  /** ks-2 has its default route on another network than the cluster's. */
  const twoNetworks = async () =>
    bench({
      scenario: await scenarioWith({
        nodes: {
          'ks-2': {
            furtherInterfaces: [{ name: 'eno2', address: '192.168.7.12', gateway: '192.168.7.1' }],
          },
        },
      }),
    });

  test('without an address of its own a Node has the one of the default route, and its member another', async () => {
    const world = await twoNetworks();
    await installWith(world, 'ks-1', 'version: 0.1.0\naddons: [{name: dns}]\n');
    await installWith(world, 'ks-2', 'version: 0.1.0\naddons: [{name: dns}]\n');
    expect((await joinCluster(world, 'ks-1', '10.0.4.21', 'ks-2')).code).toBe(0);
    expect(await addressesIn(world)).toEqual({ 'ks-1': '10.0.4.21', 'ks-2': '192.168.7.12' });
    expect((await world.run('ks-1', `${microk8s} status --format yaml`)).stdout).toContain('10.0.4.87:19001');
    // By name it removes the Node and leaves the member: their addresses differ.
    expect((await world.run('ks-1', `${microk8s} remove-node ks-2 --force`)).code).toBe(0);
    expect(await addressesIn(world)).toEqual({ 'ks-1': '10.0.4.21' });
    expect((await world.run('ks-1', `${microk8s} status --format yaml`)).stdout).toContain('10.0.4.87:19001');
  });

  test('are those of the node that it joins; with an address there it becomes the own one in that network', async () => {
    const world = await twoNetworks();
    await installWith(world, 'ks-1', own('10.0.4.21'));
    const { read } = await installWith(world, 'ks-2', 'version: 0.1.0\nextraKubeletArgs: {--max-pods: "55"}\n');
    expect((await joinCluster(world, 'ks-1', '10.0.4.21', 'ks-2')).code).toBe(0);
    const text = await read(`${microk8sFiles.arguments}/kubelet`);
    expect(text).toContain('--node-ip=10.0.4.87\n');
    expect(text).not.toContain('--max-pods');
    expect(await addressesIn(world)).toEqual({ 'ks-1': '10.0.4.21', 'ks-2': '10.0.4.87' });
  });

  test('an own address is lost in a join to a node that has none, and set again', async () => {
    const world = await twoNetworks();
    await installWith(world, 'ks-1', 'version: 0.1.0\naddons: [{name: dns}]\n');
    const { read } = await installWith(world, 'ks-2', own('10.0.4.87'));
    await joinCluster(world, 'ks-1', '10.0.4.21', 'ks-2');
    expect(await addressesIn(world)).toMatchObject({ 'ks-2': '192.168.7.12' });
    const script = { name: 'set-arguments', text: '', arguments: [''] };
    const host = await world.host('ks-2');
    await host.run(script, { sudo: true, stdin: '--node-ip=10.0.4.87\n' });
    await world.pass(30_000);
    expect(await read(`${microk8sFiles.arguments}/kubelet`)).toContain('--node-ip=10.0.4.87\n');
    expect(await addressesIn(world)).toMatchObject({ 'ks-2': '10.0.4.87' });
  });
});

test('a folder of launch configurations is looked into for .yaml only', async () => {
  const world = await bench();
  const { read } = await installWith(world, 'ks-1', own('10.0.4.21'));
  await (await world.host('ks-1')).writeFile({
    path: `${common}/etc/launcher/install.yml`,
    content: 'version: 0.1.0\n',
  });
  await world.pass(60_000);
  expect(await read(`${common}/etc/launcher/install.yml`)).toBe('version: 0.1.0\n');
});
