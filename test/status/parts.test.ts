import { expect, test } from 'vitest';
import type { PodObject } from '../../source/kubernetes/objects.ts';
import type { WorkloadState } from '../../source/kubernetes/workloads.ts';
import type { Observation } from '../../source/status/observation.ts';
import { componentStatuses } from '../../source/status/parts.ts';
import { product, siteOf } from '../plan/sample.ts';

const site = { ...siteOf({ managers: 3 }), features: ['kloudInsights'] };

const node = (name: string, ready: boolean) =>
  ({ name, ready, address: name, role: 'manager', version: '', schedulable: true, since: undefined }) as const;

const pod = (owner: string, kind: string, at: string, ready = true): PodObject => ({
  metadata: {
    name: `${owner}-${at}`,
    namespace: 'kloudspot',
    labels: {},
    annotations: {},
    generation: 0,
    creationTimestamp: '',
    ownerReferences: [{ kind, name: kind === 'ReplicaSet' ? `${owner}-5d9c7b` : owner }],
  },
  spec: { nodeName: at, volumes: [] },
  status: {
    phase: 'Running',
    reason: '',
    conditions: [{ type: 'Ready', status: ready ? 'True' : 'False', reason: '', message: '' }],
    containerStatuses: [],
  },
});

const workload = (name: string, kind: WorkloadState['kind'], ready: number, wanted: number): WorkloadState => ({
  ...{ name, namespace: 'kloudspot', kind, ready, wanted },
  complete: ready === wanted,
});

function look(third: boolean, workloads: readonly WorkloadState[], pods: readonly PodObject[]) {
  const seen: Observation = {
    at: 0,
    reached: [],
    machines: [],
    through: 'n1',
    silent: [],
    nodes: [node('n1', true), node('n2', true), node('n3', third)],
    members: [],
    workloads,
    pods,
    claims: [],
    pools: [],
    release: undefined,
    releaseAsked: true,
    values: undefined,
    givenAddresses: [],
    addressHolder: undefined,
    addressSince: undefined,
    ingressCertificate: 'none',
  };
  return componentStatuses(site, product, seen);
}

const web = 'kloudspot-web';
const kafka = 'kloudspot-kafka';
const search = 'kloudspot-elasticsearch';

test('the three kinds of loss: moved, degraded, waiting', () => {
  const parts = look(
    false,
    [
      workload(web, 'Deployment', 3, 3),
      workload(kafka, 'StatefulSet', 2, 3),
      workload(search, 'Deployment', 0, 1),
      workload('kloudspot-zookeeper', 'StatefulSet', 0, 3),
    ],
    [
      ...['n1', 'n1', 'n2', 'n3'].map((at) => pod(web, 'ReplicaSet', at, at !== 'n3')),
      ...['n1', 'n2', 'n3'].map((at) => pod(kafka, 'StatefulSet', at, at !== 'n3')),
      pod(search, 'ReplicaSet', 'n3', false),
      pod('kloudspot-zookeeper', 'StatefulSet', 'n3', false),
    ],
  );
  expect(parts.map(({ loss, state, words }) => [loss, state, words])).toEqual([
    ['stateless', 'moved', 'runs without n3: 3 of 3'],
    ['stateful-lvm', 'degraded', '2 of 3, until n3 is back'],
    ['stateful-shared', 'waiting', '0 of 1, waits for Kubernetes to move it and its volume away from n3'],
    ['stateful-lvm', 'waiting', '0 of 3, waits for n3 to be back: its data is there'],
  ]);
});

test('once the node is back, what lies unevenly is named', () => {
  const pods = ['n1', 'n1', 'n2'].map((at) => pod(web, 'ReplicaSet', at));
  expect(look(true, [workload(web, 'Deployment', 3, 3)], pods)).toMatchObject([
    {
      state: 'complete',
      uneven: true,
      nodes: [
        { node: 'n1', ready: 2 },
        { node: 'n2', ready: 1 },
      ],
    },
  ]);
  const even = ['n1', 'n2', 'n3'].map((at) => pod(web, 'ReplicaSet', at));
  expect(look(true, [workload(web, 'Deployment', 3, 3)], even)).toMatchObject([{ uneven: false }]);
});
