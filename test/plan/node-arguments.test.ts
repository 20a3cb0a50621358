import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { parse } from 'yaml';
import { domainMarker, nodeState } from '../../source/host/node-state.ts';
import { defaultRanges, microk8sFiles } from '../../source/microk8s/node.ts';
import { stepKinds } from '../../source/plan/kinds.ts';
import { launchConfiguration } from '../../source/plan/release/launch-configuration.ts';
import type { PlannedStep } from '../../source/plan/step.ts';
import { addressArgument, setArguments } from '../../source/plan/steps/node-arguments.ts';
import { nodes, noSnap, service, status, workloads } from './cluster-words.ts';
import { type Answers, carryThrough, type FakeOptions, fakeWorld, kubeletOf, onceRan, textOf } from './fake-world.ts';
import { factsOf, makePlan, product, siteOf } from './sample.ts';

const shape = { managers: 3, workers: 1 };
const zoned = { 'ks-1': 'rack-a', 'ks-2': 'rack-b', 'ks-3': 'rack-b' };
const plain = siteOf(shape);
const site = {
  ...plain,
  nodes: plain.nodes.map((node) => ({
    ...node,
    zone: Object.entries(zoned).find(([name]) => name === node.name)?.[1] ?? 'rack-a',
  })),
};
const plan = makePlan({ purpose: 'init', site, product, facts: factsOf(shape), now: new Date('2026-11-21T08:00:00Z') });
const stepOf = (id: string): PlannedStep => {
  const step = plan.steps.find((each) => each.id === id);
  if (!step) throw new Error(`The plan has no step ${id}.`);
  return step;
};

describe('the launch configuration', () => {
  const wish = { address: '10.0.4.22', names: ['10.0.4.30', 'spot.acme.eu'], ranges: defaultRanges };

  test('keeps what the one of the snap says, and adds the address of the node and the names of the cluster', () => {
    expect(parse(launchConfiguration({ ...wish, domain: 2 }))).toEqual({
      version: '0.1.0',
      addons: [{ name: 'dns' }],
      extraKubeletArgs: {
        '--cluster-dns': '10.152.183.10',
        '--cluster-domain': 'cluster.local',
        '--node-ip': '10.0.4.22',
      },
      extraSANs: ['10.0.4.30', 'spot.acme.eu'],
      extraConfigFiles: { 'ha-conf': 'failure-domain=2\n' },
    });
  });

  test('with other ranges the network, the name server, its addon and the certificate follow', () => {
    const ranges = { pods: '10.244.0.0/16', services: '10.153.183.0/24' };
    expect(parse(launchConfiguration({ ...wish, ranges }))).toMatchObject({
      addons: [{ name: 'dns', args: ['/etc/resolv.conf', '10.153.183.10'] }],
      extraKubeletArgs: { '--cluster-dns': '10.153.183.10' },
      extraCNIEnv: { IPv4_SUPPORT: 'true', IPv4_CLUSTER_CIDR: '10.244.0.0/16', IPv4_SERVICE_CIDR: '10.153.183.0/24' },
      extraSANs: ['10.0.4.30', 'spot.acme.eu', '10.153.183.1'],
    });
  });

  test('managers of one zone share a failure domain; where a zone is not stated there is none', () => {
    const domains = (ids: readonly string[], steps = plan.steps) =>
      ids.map((id) => steps.find((each) => each.id === id)?.parameters['domain']);
    const managers = ['ks-1', 'ks-2', 'ks-3'].map((name) => `microk8s-install@${name}`);
    expect(domains([...managers, 'join-manager@ks-3', 'join-worker@kw-1'])).toEqual([1, 2, 2, 2, undefined]);
    const without = makePlan({ purpose: 'init', site: plain, product, facts: factsOf(shape), now: new Date() });
    expect(domains(managers, without.steps)).toEqual([undefined, undefined, undefined]);
  });
});

describe('the script that sets arguments', () => {
  let root = '';
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'kloudspot-arguments-'));
    await writeFile(join(root, 'snap'), `#!/bin/sh\necho "$@" >>${root}/restarted\n`, { mode: 0o755 });
    await writeFile(join(root, 'info.yaml'), 'Address: 10.0.4.22:19001\nID: 77\nRole: 0\n');
    await writeFile(join(root, 'ha-conf'), 'failure-domain=1\n');
  });
  afterEach(() => rm(root, { recursive: true }));

  const run = async (input: string, domain?: number) => {
    const { text, arguments: words = [] } = setArguments(domain);
    const here = text
      .replaceAll(microk8sFiles.ownMember, join(root, 'info.yaml'))
      .replaceAll(microk8sFiles.failureDomain, join(root, 'taken'))
      .replaceAll(microk8sFiles.arguments, root)
      .replaceAll(domainMarker, join(root, 'mark'))
      .replaceAll(nodeState, join(root, 'state'));
    await execa('bash', ['-c', here, 'set-arguments', ...words], {
      input,
      env: { PATH: `${root}:${process.env['PATH']}` },
    });
    return (await readFile(join(root, 'restarted'), 'utf8').catch(() => '')).split('\n').filter(Boolean);
  };
  const kubelet = (text: string) => writeFile(join(root, 'kubelet'), text);
  const own = addressArgument('10.0.4.22');

  it.each([
    ['there is none', '--cluster-dns=10.152.183.10\n--read-only-port=0'],
    ['it is another', '--cluster-dns=10.152.183.10\n--node-ip=10.0.4.21\n--read-only-port=0\n'],
    ['it is separated by a blank', '--cluster-dns=10.152.183.10\n--node-ip 10.0.4.22\n--read-only-port=0\n'],
  ])('gives the kubelet its address where %s, keeps the rest, and restarts once', async (_, before) => {
    await kubelet(before);
    expect(await run(own)).toEqual(['restart microk8s.daemon-kubelite']);
    const after = '--cluster-dns=10.152.183.10\n--read-only-port=0\n--node-ip=10.0.4.22\n';
    expect(await readFile(join(root, 'kubelet'), 'utf8')).toBe(after);
    expect(await run(own)).toHaveLength(1);
  });

  it('restarts the datastore with its failure domain once for each member that the node becomes', async () => {
    await kubelet(own);
    expect(await run(own, 2)).toEqual(['restart microk8s.daemon-k8s-dqlite']);
    expect(await readFile(join(root, 'ha-conf'), 'utf8')).toBe('failure-domain=2\n');
    expect(await readFile(join(root, 'taken'), 'utf8')).toBe('2\n');
    expect(await run(own, 2)).toHaveLength(1);
    await writeFile(join(root, 'info.yaml'), 'Address: 10.0.4.22:19001\nID: 78\nRole: 1\n');
    expect(await run(own, 2)).toHaveLength(2);
  });
});

const M = '/snap/bin/microk8s';
const data = '/var/snap/microk8s/current';
const ran = (world: ReturnType<typeof fakeWorld>) => world.ran.map(({ command }) => textOf(command));
const worldOf = (rest: Partial<FakeOptions>) => fakeWorld({ site, product, ...rest });

describe('MicroK8s that is there already', () => {
  const step = stepOf('microk8s-install@ks-2');
  const installed = {
    'snap list': 'microk8s  v1.34.1  8000  1.34/stable  canonical✓  classic,held\n',
    'snap changes': { code: 1 },
    [`${M} status`]: status('127.0.0.1'),
  };
  const stateIn = async (files: Readonly<Record<string, string>>) => {
    const kind = stepKinds.get(step.kind);
    const world = worldOf({ answers: installed, files });
    return kind?.state(world.context, kind.parameters.parse(step.parameters), step);
  };

  test('without its own address and failure domain gets both', async () => {
    const world = worldOf({ answers: installed, files: { [kubeletOf('ks-2')]: '--read-only-port=0\n' } });
    const { before, after } = await carryThrough(world.context, step);
    expect(before).toEqual({
      ok: false,
      observed: expect.stringContaining('takes the address of the default route, not 10.0.4.22'),
    });
    expect(after.ok).toBe(true);
    expect(ran(world)).toContain('set-arguments 2');
    expect(world.written.get(`${data}/args/ha-conf`)).toBe('failure-domain=2\n');
  });

  test.each(['no-cert-reissue', 'clustered.lock', 'join-in-progress'])(
    'is not judged by them once a later join wrote %s: the join overwrites them',
    async (mark) => {
      const files = { [kubeletOf('ks-2')]: '--node-ip=10.0.4.21\n' };
      expect(await stateIn(files)).toMatchObject({ ok: false });
      expect(await stateIn({ ...files, [`${data}/var/lock/${mark}`]: '' })).toMatchObject({ ok: true });
    },
  );

  test.each([
    ['kube-proxy', '--cluster-cidr=10.77.0.0/16', /uses 10\.77\.0\.0\/16 for pods, not 10\.1\.0\.0\/16/],
    ['kube-apiserver', '--service-cluster-ip-range=10.78.0.0/24', /uses 10\.78\.0\.0\/24 for services/],
  ])('with other ranges in %s is left as it is, and the way out is said', async (file, line, seen) => {
    const world = worldOf({ answers: installed, files: { [`${data}/args/${file}`]: `${line}\n` } });
    const fault = await carryThrough(world.context, step).catch((error: unknown) => error);
    expect(fault).toMatchObject({
      seen: expect.stringMatching(seen),
      next: [expect.stringContaining('cluster.podRange'), expect.anything()],
    });
    expect(world.ran).toEqual([]);
  });

  test('is not installed beside a launch configuration of someone else, which would win', async () => {
    const world = worldOf({
      answers: { 'snap list': noSnap },
      files: { '/etc/microk8s.yaml': 'version: 0.1.0' },
    });
    await expect(carryThrough(world.context, step)).rejects.toThrow(/would read it instead/);
    expect(world.ran).toEqual([]);
  });
});

describe('a join', () => {
  const step = stepOf('join-manager@ks-2');
  const mark = `${data}/var/lock/no-cert-reissue`;
  const info = {
    [`${data}/var/kubernetes/backend/info.yaml`]: 'ID: 5\n',
    [`${data}/args/ha-conf`]: 'failure-domain=2\n',
  };
  const taken = { ...info, '/var/lib/kloudspot/failure-domain': '2 5\n' };
  const answers: Answers = {
    pgrep: { code: 1 },
    'tcp-probe': 'open 25000\nopen 16443\n',
    [`${M} kubectl get nodes`]: nodes('ks-1', 'ks-2'),
    [`${M} status`]: status('10.0.4.21', '10.0.4.22'),
  };

  test('that gave the kubelet the address of the node that it joined is completed, and nothing is joined again', async () => {
    const world = worldOf({ answers, files: { ...taken, [mark]: '', [kubeletOf('ks-2')]: '--node-ip=10.0.4.21\n' } });
    const { before, after } = await carryThrough(world.context, step);
    expect(before).toEqual({ ok: false, observed: expect.stringContaining('takes 10.0.4.21, not 10.0.4.22') });
    expect(after.ok).toBe(true);
    expect(ran(world)).toEqual(['set-arguments 2']);
  });

  test('restarts the services of a new member at once: a node that was ready would have to become so again', async () => {
    const ready = nodes('ks-1', 'ks-2');
    const joined = nodes('ks-1', { name: 'ks-2', ready: false });
    const world = worldOf({
      answers: {
        ...answers,
        [`${M} add-node`]: JSON.stringify({ token: `${'a'.repeat(32)}/977474d09ad8`, urls: [] }),
        [`${M} status`]: onceRan('start-join', status('10.0.4.21', '10.0.4.22'), status('10.0.4.21')),
        [`${M} kubectl get nodes`]: ({ ran }) =>
          ran('set-arguments') > 0 ? ready : ran('start-join') > 0 ? joined : nodes('ks-1'),
      },
      files: { ...info, [kubeletOf('ks-2')]: '--node-ip=10.0.4.21\n' },
    });
    const { after } = await carryThrough(world.context, step);
    expect(after.ok).toBe(true);
    expect(ran(world).filter((text) => text.startsWith('set-arguments'))).toEqual(['set-arguments 2']);
  });

  test('is not done before the member that it made has started with its failure domain', async () => {
    const files = { ...info, [mark]: '', '/var/lib/kloudspot/failure-domain': '2 3297041220608546238\n' };
    const world = worldOf({ answers, files });
    const { before, after } = await carryThrough(world.context, step);
    expect([before.ok, after.ok]).toEqual([false, true]);
    expect(ran(world)).toEqual(['set-arguments 2']);
  });

  test('is not done while its Node has another address than the cluster knows it by', async () => {
    let looks = 0;
    const elsewhere = nodes('ks-1', 'ks-2').replace('10.0.4.22', '192.168.7.12');
    const world = worldOf({
      answers: { ...answers, [`${M} kubectl get nodes`]: () => (looks++ < 4 ? elsewhere : nodes('ks-1', 'ks-2')) },
      files: { ...taken, [mark]: '' },
    });
    const { before, after } = await carryThrough(world.context, step);
    expect(before).toEqual({ ok: false, observed: 'ks-2 has the address 192.168.7.12 in Kubernetes' });
    expect(after.ok).toBe(true);
  });
});

test('a kubelet that was not told of the name server, as its agent was down, is told by us: the addon says that it is enabled already', async () => {
  const coredns = (wanted: number) => workloads({ kind: 'Deployment', name: 'coredns', wanted, ready: wanted });
  const world = worldOf({
    answers: {
      [`${M} kubectl get deployments`]: onceRan('scale', coredns(2), coredns(1)),
      [`${M} kubectl get services kube-dns`]: service(),
    },
    files: { [kubeletOf('ks-3')]: '--node-ip=10.0.4.23\n' },
  });
  const { after } = await carryThrough(world.context, stepOf('addon-dns'));
  expect(after).toEqual({ ok: true, observed: 'coredns runs, 2 of 2, at 10.152.183.10' });
  const told = world.ran.filter(({ command }) => textOf(command).startsWith('set-arguments'));
  expect(told.map(({ node }) => node)).toEqual(['ks-3']);
  expect(world.written.get(kubeletOf('ks-3'))).toContain('--cluster-dns=10.152.183.10\n--cluster-domain=cluster.local');
});

test('a kubelet that was told of the name server and not restarted since is restarted, and waited for', async () => {
  const coredns = workloads({ kind: 'Deployment', name: 'coredns', wanted: 2, ready: 2 });
  const configz = (servers: readonly string[]) =>
    JSON.stringify({ kubeletconfig: { clusterDNS: servers, clusterDomain: 'cluster.local' } });
  const of = (node: string) => `${M} kubectl get --raw /api/v1/nodes/${node}/proxy/configz`;
  let silent = 2;
  const world = worldOf({
    answers: {
      [`${M} kubectl get deployments`]: coredns,
      [`${M} kubectl get services kube-dns`]: service(),
      [of('ks-2')]: configz(['10.152.183.10']),
      [of('ks-1')]: ({ ran: runs }) => {
        if (runs('snap restart') === 0) return configz([]);
        return silent-- > 0 ? { code: 1, stderr: 'error trying to reach service' } : configz(['10.152.183.10']);
      },
    },
  });
  const { before, after } = await carryThrough(world.context, stepOf('addon-dns'));
  expect(before).toEqual({
    ok: false,
    observed: expect.stringMatching(/kubelet of ks-1 has not been restarted since it got /),
  });
  expect(after.ok).toBe(true);
  expect(silent).toBeLessThan(0);
  const restarts = world.ran.filter(({ command }) => textOf(command).startsWith('snap restart'));
  expect(restarts.map(({ node }) => node)).toEqual(['ks-1']);
});
