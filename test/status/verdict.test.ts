import { describe, expect, test } from 'vitest';
import { reportLines } from '../../source/status/lines.ts';
import type { Observation } from '../../source/status/observation.ts';
import { judge } from '../../source/status/verdict.ts';
import { product, siteOf } from '../plan/sample.ts';

const site = siteOf({ managers: 3 });
const names = ['ks-1', 'ks-2', 'ks-3'];
const at = Date.parse('2026-11-21T08:10:00Z');
const address = (name: string) => `10.0.4.2${name.at(-1)}`;

const node = (name: string, ready = true) => ({
  name,
  ready,
  address: address(name),
  role: 'manager' as const,
  version: 'v1.34.1',
  schedulable: true,
  since: '2026-11-21T08:07:50Z',
});
const voter = (name: string) => ({ address: address(name), role: 'voter' as const });
const workload = (name: string, ready: number, wanted: number) =>
  ({ name, namespace: 'kloudspot', kind: 'StatefulSet', ready, wanted, complete: ready >= wanted }) as const;
const release = {
  name: 'kloudspot',
  namespace: 'kloudspot',
  revision: 7,
  status: 'deployed',
  chart: 'kloudspot-2.4.1',
  updated: '',
};

const microk8s = { version: 'v1.34.1', revision: '8000', tracking: '1.34/stable', held: true, broken: false };
const certificates = (days: number) => [
  { name: 'server' as const, until: new Date(at + days * 86_400_000 + 1).toISOString() },
];
const pool = (hostName: string, phase: string) => ({
  name: `pool-${hostName}`,
  node: hostName,
  state: phase,
  online: phase === 'ONLINE',
});

const refusing = (...some: readonly string[]) =>
  names.map((name) =>
    some.includes(name)
      ? { ...{ node: name, answers: false }, ...refusalBy(name) }
      : { node: name, answers: true, said: '' },
  );
const notLookedAt = (name: string) => new RegExp(`^Not looked at: ${name} refuses`);
const refusalBy = (name: string) => ({
  said: `${name} refuses the login as ubuntu.`,
  refused: { next: `Give a password for ${name}` },
});
/** What a machine without trouble says of itself. */
const calm = { snap: microk8s, certificates: [], missingDisks: [], fileSystems: [], thinPools: [] };
const filled = (name: string, freeGb: number) => ({
  node: name,
  ...calm,
  fileSystems: [{ path: '/', size: 100 * 2 ** 30, free: freeGb * 2 ** 30 }],
});
const thin = (data: number, metadata: number) => ({
  node: 'ks-1',
  ...calm,
  thinPools: [{ pool: 'data-vg/pool', data, metadata }],
});

const healthy: Observation = {
  at,
  reached: names.map((name) => ({ node: name, answers: true, said: '' })),
  machines: names.map((name) => ({ ...calm, node: name, snap: { ...microk8s }, certificates: certificates(300) })),
  through: 'ks-1',
  silent: [],
  nodes: names.map((name) => node(name)),
  members: names.map(voter),
  workloads: [workload('kafka', 3, 3)],
  pods: [],
  claims: [],
  release,
  releaseAsked: true,
  givenAddresses: ['10.0.4.30'],
  addressHolder: 'ks-2',
  addressSince: '2026-11-21T08:07:52Z',
  pools: [pool('ks-1', 'ONLINE')],
  values: { features: { kloudInsights: true } },
  ingressCertificate: 'none',
};
const lostThird: Partial<Observation> = {
  nodes: [node('ks-1'), node('ks-2'), node('ks-3', false)],
  reached: names.map((name) => ({ node: name, answers: name !== 'ks-3', said: '' })),
};
const silence: Partial<Observation> = {
  through: undefined,
  nodes: undefined,
  members: undefined,
  workloads: undefined,
  release: undefined,
  releaseAsked: false,
  givenAddresses: undefined,
};
const claim = (name: string, phase: string) => ({
  metadata: { name, namespace: '', labels: {}, annotations: {}, generation: 0, creationTimestamp: '' },
  spec: { storageClassName: 'kloudspot-lvm', resources: { requests: { storage: '2Gi' } }, volumeName: '' },
  status: { phase },
});

describe('one verdict, its reasons and the next command', () => {
  test.each<[string, Partial<Observation>, string, readonly RegExp[], RegExp | undefined]>([
    ['all is well', {}, 'ok', [], undefined],
    [
      'a node is lost',
      lostThird,
      'degraded',
      [/ks-3 has not answered the cluster for 2 min/, /Losing one more manager stops/],
      /Bring ks-3 back/,
    ],
    [
      'a node is lost, but its machine answers',
      { ...lostThird, reached: healthy.reached },
      'degraded',
      [/ks-3 .* though the machine runs/, /Losing one more/],
      /inspect, on ks-3/,
    ],
    [
      'no one answers',
      { ...silence, reached: names.map((name) => ({ node: name, answers: false, said: 'x' })) },
      'unknown',
      [/no machine answers/, /ks-1: x/, /ks-2: x/],
      /network/,
    ],
    [
      'machines answer, the API does not',
      { ...silence, silent: [{ node: 'ks-1', said: 'connection refused' }] },
      'down',
      [/can be reached/, /ks-1: connection refused/],
      /inspect, on ks-1/,
    ],
    [
      'most managers are away: the datastore has no quorum',
      {
        ...silence,
        reached: names.map((name) => ({ node: name, answers: name === 'ks-1', said: 'x' })),
        silent: [{ node: 'ks-1', said: 'connection refused' }],
      },
      'down',
      [/needs most of its members, and ks-2, ks-3 cannot be reached/, /ks-1: connection refused/],
      /^Bring ks-2 or ks-3 back: power, cable, console\.$/,
    ],
    [
      'the API did not list the parts: nothing says that the product runs',
      { workloads: undefined },
      'unknown',
      [/did not list the parts of Kloudspot in time/],
      /^kloudspot status$/,
    ],
    [
      'it did not list volumes and members',
      { claims: undefined, members: undefined },
      'ok',
      [/Not listed in time: its volumes, the members of the datastore/],
      undefined,
    ],
    [
      'it did not list the pools, nor tell which certificate the ingress serves',
      { pools: undefined, ingressCertificate: undefined },
      'ok',
      [/Not listed in time: the storage pools, the certificate of the ingress\./],
      undefined,
    ],
    [
      'disks that did not answer: LVM waits for one that fails',
      {
        machines: names.map((node) =>
          node === 'ks-2' ? { ...calm, node, missingDisks: undefined, fileSystems: undefined } : { ...calm, node },
        ),
      },
      'ok',
      [/^Not read in time: volume groups of ks-2; file systems of ks-2\.$/],
      /^sudo vgs, on ks-2$/,
    ],
    ['not installed yet', { release: undefined, workloads: [] }, 'degraded', [/is not installed/], /^kloudspot start$/],
    [
      'Helm did not answer, and no part runs',
      { release: undefined, releaseAsked: false, workloads: [] },
      'degraded',
      [/Nothing of Kloudspot runs, and Helm did not answer/],
      /kloudspot status/,
    ],
    ['Helm did not answer: no release says nothing', { release: undefined, releaseAsked: false }, 'ok', [], undefined],
    [
      'a release hangs',
      { release: { ...release, status: 'pending-upgrade' } },
      'degraded',
      [/interrupted/],
      /^kloudspot start$/,
    ],
    [
      'parts are missing',
      { workloads: [workload('kafka', 2, 3), workload('web', 3, 3)] },
      'degraded',
      [/kafka 2 of 3/],
      /describe pods -n/,
    ],
    [
      'a part is not ready, and Helm did not answer',
      { release: undefined, releaseAsked: false, workloads: [workload('kafka', 2, 3), workload('web', 3, 3)] },
      'degraded',
      [/kafka 2 of 3/],
      /describe pods -n/,
    ],
    ['no part runs', { workloads: [workload('kafka', 0, 3)] }, 'down', [/kafka 0 of 3/], /describe pods -n/],
    ['the virtual address is not given', { givenAddresses: [] }, 'degraded', [/10\.0\.4\.30/], /^kloudspot apply$/],
    [
      'a volume is missing',
      { claims: [claim('data-kafka-0', 'Pending'), claim('data-kafka-1', 'Bound')] },
      'degraded',
      [/data-kafka-0/],
      undefined,
    ],
    [
      'a node that the site does not name',
      { nodes: [...names.map((name) => node(name)), node('ks-4')] },
      'ok',
      [/ks-4 \(manager\) is in the cluster, but not in the site/],
      /add it to site\.yaml; to take it out of the cluster: kloudspot node remove ks-4$/,
    ],
    [
      'a pool is offline',
      { pools: [pool('ks-1', 'ONLINE'), pool('ks-2', 'OFFLINE')] },
      'degraded',
      [/not online on ks-2 \(offline\)/],
      undefined,
    ],
    [
      'a volume group that the site uses misses a disk',
      {
        machines: [
          {
            node: 'ks-2',
            ...calm,
            missingDisks: [{ group: 'ubuntu-vg', count: 1 }],
          },
        ],
      },
      'degraded',
      [/^Volume group ubuntu-vg of ks-2 is missing 1 disk\.$/],
      /if it does not come back: kloudspot node replace ks-2$/,
    ],
    [
      'a volume group of no one misses disks',
      {
        machines: [{ node: 'ks-2', ...calm, missingDisks: [{ group: 'old', count: 2 }] }],
      },
      'ok',
      [/^Volume group old of ks-2 is missing 2 disks\.$/],
      /Check the disk of ks-2/,
    ],
    [
      'a node refuses the login, and is well',
      { reached: refusing('ks-3') },
      'ok',
      [/^Not looked at: ks-3 refuses the login as ubuntu\.$/],
      /^Give a password for ks-3$/,
    ],
    [
      'a node refuses the login, and the cluster has lost it',
      { ...lostThird, reached: refusing('ks-3') },
      'degraded',
      [/^ks-3 has not answered the cluster .*though the machine runs\.$/, /^Losing one more/, /^Not looked at: ks-3/],
      /microk8s inspect, on ks-3$/,
    ],
    [
      'every manager refuses the login',
      { ...silence, reached: refusing(...names) },
      'unknown',
      [/^The API of the cluster was not asked: no manager lets us in\.$/, ...names.map(notLookedAt)],
      /^Give a password for ks-1$/,
    ],
    [
      'one manager is silent, and two refuse the login: they are not away',
      { ...silence, reached: refusing('ks-2', 'ks-3') },
      'down',
      [
        /^The API of the cluster does not answer on any manager; ks-1 can be reached\.$/,
        ...['ks-2', 'ks-3'].map(notLookedAt),
      ],
      /microk8s inspect, on ks-1$/,
    ],
    [
      'a node evicts pods, as its disk is full',
      { nodes: [node('ks-1'), node('ks-2'), { ...node('ks-3'), diskPressure: true }], machines: [filled('ks-3', 1.1)] },
      'degraded',
      [/^ks-3 has too little disk space \(DiskPressure\): Kubernetes evicts pods from it\.$/],
      /^sudo du .*, on ks-3$/,
    ],
    [
      'a disk is about to be full',
      { machines: [filled('ks-2', 1.5)] },
      'degraded',
      [/^\/ of ks-2 has 1\.5 GB free: below 1 GB MicroK8s evicts pods\.$/],
      /^sudo du .*, on ks-2$/,
    ],
    [
      'a disk fills up',
      { machines: [filled('ks-2', 12)] },
      'ok',
      [/^\/ of ks-2 is 88 % full: the kubelet deletes unused images there\.$/],
      /^sudo du /,
    ],
    ['a disk has room', { machines: [filled('ks-2', 40)] }, 'ok', [], undefined],
    [
      'a thin pool fills up',
      { machines: [thin(83.4, 12)] },
      'ok',
      [/^Thin pool data-vg\/pool of ks-1 is 83 % full \(metadata 12 %\)/],
      /^sudo lvextend -L \+10G data-vg\/pool, on ks-1$/,
    ],
    [
      'the metadata of a thin pool are full',
      { machines: [thin(40, 96.2)] },
      'degraded',
      [/is 40 % full \(metadata 96 %\)/],
      /--poolmetadatasize \+1G data-vg\/pool/,
    ],
    ['a thin pool has room', { machines: [thin(79.9, 12)] }, 'ok', [], undefined],
    [
      'a storage pool fills up',
      { pools: [pool('ks-1', 'ONLINE'), { ...pool('ks-2', 'ONLINE'), usedPercent: 78, readOnlyPercent: 85 }] },
      'ok',
      [/^Storage pool pool-ks-2 of ks-2 is 78 % full: from 85 % on it takes no writes\.$/],
      /^kloudspot storage grow$/,
    ],
    [
      'a certificate ends soon',
      { machines: [{ ...calm, node: 'ks-1', certificates: certificates(12) }] },
      'ok',
      [/within 30 days: server of ks-1, the first in 12/],
      /^kloudspot certificates$/,
    ],
    [
      'a certificate has ended',
      { machines: [{ ...calm, node: 'ks-2', certificates: certificates(-3) }] },
      'degraded',
      [/have expired: server of ks-2/],
      /^kloudspot certificates$/,
    ],
    [
      'MicroK8s is not held, and versions differ',
      {
        nodes: [node('ks-1'), node('ks-2'), { ...node('ks-3'), version: 'v1.34.3' }],
        machines: [{ ...calm, node: 'ks-3', snap: { ...microk8s, held: false } }],
      },
      'ok',
      [/v1\.34\.1 on ks-1, ks-2; v1\.34\.3 on ks-3/, /at any time on ks-3/],
      /refresh --hold microk8s, on ks-3/,
    ],
    [
      'a node was never joined',
      {
        nodes: [node('ks-1'), node('ks-2')],
        members: [voter('ks-1'), voter('ks-2'), { ...voter('ks-3'), address: 'x' }],
      },
      'degraded',
      [/not in the cluster/, /Losing one more/],
      /^kloudspot apply$/,
    ],
  ])('%s', (_, change, verdict, reasons, next) => {
    const report = judge(site, product, { ...healthy, ...change });
    expect(report.verdict).toBe(verdict);
    expect(report.reasons).toHaveLength(reasons.length);
    for (const [index, reason] of reasons.entries()) expect(report.reasons[index]).toMatch(reason);
    if (next) expect(report.next).toMatch(next);
    else expect(report.next).toBeUndefined();
  });

  test('values that are not those of site.yaml are named', () => {
    const wanted = { features: { kloudInsights: true, kloudManage: true }, ingress: { className: 'public' } };
    const report = judge(site, product, healthy, wanted);
    expect(report.release?.differs).toEqual(['features.kloudManage', 'ingress']);
    expect(report).toMatchObject({ verdict: 'ok', next: 'kloudspot update' });
    expect(judge(site, product, healthy, healthy.values).release?.differs).toEqual([]);
  });

  test('never more than five reasons, the gravest first', () => {
    const claims = [claim('a', 'Pending')];
    const all = {
      ...lostThird,
      claims,
      givenAddresses: [],
      workloads: [workload('kafka', 0, 3)],
      release: { ...release, status: 'failed' },
    };
    const { reasons, verdict } = judge(site, product, { ...healthy, ...all });
    expect(verdict).toBe('down');
    expect(reasons).toHaveLength(5);
    expect(reasons[0]).toMatch(/kafka 0 of 3/);
  });
});

test.each([
  [['ks-1', 'ks-2', 'ks-3'], 3, 1],
  [['ks-1', 'ks-2'], 3, 0],
  [['ks-1'], 1, 0],
])('%j of %i voting members online: %i more may be lost', (living, voters, survives) => {
  const observation = {
    ...healthy,
    nodes: names.map((name) => node(name, living.includes(name))),
    members: names.slice(0, voters).map(voter),
  };
  expect(judge(site, product, observation).datastore).toEqual({ voters, living: living.length, survives });
});

test('the lines tell the same without a control code', () => {
  const lines = reportLines(judge(site, product, { ...healthy, ...lostThird }));
  expect(lines[0]).toBe('berlin is DEGRADED as of 08:10:00 UTC');
  expect(lines).toContain('ks-3  manager  yes    lost                              v1.34.1  0 of 0');
  expect(lines.join('\n')).toContain('held by ks-2 since 2026-11-21 08:07:52 UTC');
  expect(lines.join('\n')).toContain('Certificates, days left: server 300.');
  expect(lines.join('\n')).toContain('Datastore: 2 of 3 voting members online; it survives no loss now.');
  expect(lines.join('\n')).not.toContain('\u001b');
});

describe('RBAC that is half enabled', () => {
  type Asked = readonly (Observation['machines'][number]['authorization'] | undefined)[];
  const managers = (...authorizations: Asked) => managersOf(site, ...authorizations);
  const managersOf = (asked: typeof site, ...authorizations: Asked) =>
    judge(asked, product, {
      ...healthy,
      machines: healthy.machines.map((machine, index) => ({ ...machine, authorization: authorizations[index] })),
    });
  const asks = { told: 'RBAC,Node', open: false };
  const allows = { told: 'AlwaysAllow', open: true };

  test('is said where an API server allows everything and another does not', () => {
    expect(managers(asks, allows, asks)).toMatchObject({
      verdict: 'degraded',
      reasons: [expect.stringMatching(/the API server of ks-2 authorizes every request, that of ks-1, ks-3 does not/)],
      next: expect.stringContaining('On ks-2: --authorization-mode=RBAC,Node'),
    });
  });

  test('is said where the arguments ask for it and the server that runs does not', () => {
    expect(managers({ told: 'RBAC,Node', open: true }, asks, asks)).toMatchObject({
      verdict: 'degraded',
      reasons: [expect.stringMatching(/API server of ks-1 has not been restarted since RBAC was set/)],
      next: 'sudo snap restart microk8s.daemon-kubelite, on ks-1',
    });
  });

  test('that site.yaml does not ask for is said, and is no fault', () => {
    expect(managers(asks, asks, asks)).toMatchObject({
      verdict: 'ok',
      reasons: ['RBAC is enabled on the API servers, but not in site.yaml.'],
      next: 'cluster.rbac: true in site.yaml',
    });
  });

  test.each([
    ['all ask', asks, asks, asks],
    ['none asks', allows, allows, allows],
    ['one did not answer', asks, { told: 'RBAC,Node', open: undefined }, asks],
    ['nothing was read', undefined, undefined, undefined],
  ] as const)('is not said where %s', (_, first, second, third) =>
    expect(managersOf({ ...site, cluster: { ...site.cluster, rbac: true } }, first, second, third)).toMatchObject({
      verdict: 'ok',
      reasons: [],
    }),
  );
});
