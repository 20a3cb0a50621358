// What restarts or is busy refuses some looks: no step takes that for "it is not there".
import { describe, expect, test } from 'vitest';
import { planCopies } from '../../source/plan/engines/cstor/copies.ts';
import { planCstorPoolGrow } from '../../source/plan/engines/cstor/pool-grow.ts';
import type { PlannedStep } from '../../source/plan/step.ts';
import { planClusterService } from '../../source/plan/steps/cluster-service.ts';
import { planControlOnly } from '../../source/plan/steps/control-only.ts';
import { planDeclaredClass } from '../../source/plan/steps/declared-class.ts';
import { planDrain } from '../../source/plan/steps/drain.ts';
import { planGroupBindings } from '../../source/plan/steps/group-bindings.ts';
import { planGrowClaims } from '../../source/plan/steps/grow-claims.ts';
import { planRespread } from '../../source/plan/steps/respread.ts';
import { planSettled } from '../../source/plan/steps/settled.ts';
import { items, nodes } from './cluster-words.ts';
import { type Answers, type Asked, fakeWorld, kindOf, onceRan, reviewed, textOf } from './fake-world.ts';
import { product } from './sample.ts';
import { M, site, stepOf, stories } from './stories.ts';

const refused = {
  code: 1,
  stderr: 'The connection to the server 127.0.0.1:16443 was refused - did you specify the right host or port?',
};
const looks = [
  ...[`${M} kubectl get`, `${M} helm3 status`, `${M} helm3 history`],
  ...['hostnamectl --static', 'systemctl is-active', 'boot-state'],
];
const isLook = (text: string): boolean => looks.some((begin) => text.startsWith(begin));

/** The same answers; each look at the cluster is refused before it is answered, as often as said. */
function afterSilence(answers: Answers, times: number): Answers {
  const asked = new Map<string, number>();
  const late = (answer: Answers[string]) => (about: Asked) => {
    const count = asked.get(about.text) ?? 0;
    asked.set(about.text, count + 1);
    if (isLook(about.text) && count < times) return refused;
    return typeof answer === 'function' ? answer(about) : answer;
  };
  return Object.fromEntries(Object.entries(answers).map(([words, answer]) => [words, late(answer)]));
}

/** The answers of a world in which the step has been there before. */
const wasThere = (answers: Answers): Answers =>
  Object.fromEntries(
    Object.entries(answers).map(([words, answer]) => [
      words,
      typeof answer === 'function' ? (asked: Asked) => answer({ ...asked, ran: () => 1 }) : answer,
    ]),
  );

interface Case {
  readonly id: string;
  readonly step: PlannedStep;
  readonly answers: Answers;
  /** What its undo goes by. */
  readonly made?: string;
  /** Beside the commands that always run. */
  readonly also?: readonly string[];
}

const told: readonly Case[] = stories
  .map(({ id, answers = {} }) => ({ id, step: stepOf(id), answers }))
  .filter(({ answers }) => Object.keys(answers).some(isLook));

const kubectl = (rest: string) => `${M} kubectl ${rest}`;
const seed = 'ks-1';
const object = (value: unknown) => JSON.stringify(value);
const node = (name: string, spec: object) => ({ metadata: { name }, spec, status: {} });
const deploymentOf = (name: string, count: number) => ({
  kind: 'Deployment',
  metadata: { name, generation: 1 },
  spec: { replicas: count },
  status: {
    ...{ observedGeneration: 1, replicas: count, readyReplicas: count },
    ...{ updatedReplicas: count, availableReplicas: count },
  },
});
const podOn = (nodeName: string, name: string) => ({
  metadata: { name, ownerReferences: [{ kind: 'ReplicaSet', name: 'web-a' }] },
  spec: { nodeName },
  status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
});
const pool = (name: string) => ({
  metadata: { name, labels: { 'kubernetes.io/hostname': name } },
  status: { phase: 'ONLINE', readOnly: false },
});
const copies = (...pools: readonly string[]) =>
  items(
    pools.map((name) => ({
      metadata: {
        name: `pvc-1-${name}`,
        labels: { 'cstorpoolinstance.openebs.io/name': name, 'cstorvolume.openebs.io/name': 'pvc-1' },
      },
      status: { phase: 'Healthy' },
    })),
  );
const volume = (...pools: readonly string[]) =>
  items([
    { metadata: { name: 'pvc-1' }, spec: { policy: { replicaPoolInfo: pools.map((poolName) => ({ poolName })) } } },
  ]);
const claim = (size: string) =>
  items([
    {
      metadata: { name: 'data-web-0' },
      spec: { resources: { requests: { storage: size } } },
      status: { phase: 'Bound', capacity: { storage: size } },
    },
  ]);

const cases: readonly Case[] = [
  ...told,
  {
    id: 'drain',
    step: planDrain({ node: 'ks-2', seed }),
    answers: {
      [kubectl('get nodes ks-2')]: onceRan(
        'drain',
        object(node('ks-2', { unschedulable: true })),
        object(node('ks-2', {})),
      ),
      [kubectl('get pods')]: items([]),
    },
    made: 'closed',
  },
  {
    id: 'control-only',
    step: planControlOnly({ seed, nodes: [seed] }),
    answers: {
      [kubectl('get nodes')]: onceRan(
        'taint',
        items([node(seed, { taints: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }] })]),
        items([node(seed, {})]),
      ),
    },
    made: 'closed',
  },
  {
    id: 'declared-class',
    step: planDeclaredClass({ seed, name: 'fast', volumes: [{ node: seed, name: 'data', gib: 5, mount: '/data' }] }),
    answers: {
      [kubectl('get storageclasses fast')]: onceRan(
        'apply',
        object({ metadata: { name: 'fast' }, provisioner: 'kubernetes.io/no-provisioner' }),
      ),
      [kubectl('get persistentvolumes')]: onceRan(
        'apply',
        items([{ metadata: { name: 'ks-1-data' }, spec: { storageClassName: 'fast', local: { path: '/data' } } }]),
        items([]),
      ),
    },
    made: 'made',
  },
  {
    id: 'group-bindings',
    step: planGroupBindings({ seed, bindings: [{ role: 'view', groups: ['ops'] }], gone: [] }),
    answers: {
      [kubectl('get clusterroles.')]: object({ metadata: { name: 'view' } }),
      [kubectl('get clusterrolebindings.')]: onceRan(
        'apply',
        object({ roleRef: { kind: 'ClusterRole', name: 'view' }, subjects: [{ kind: 'Group', name: 'ops' }] }),
      ),
    },
    made: 'made',
  },
  {
    id: 'cluster-service',
    step: planClusterService({ seed, channel: '1.34/stable', name: 'metrics-server', claims: [] }),
    answers: {
      [kubectl('get persistentvolumeclaims')]: items([]),
      [kubectl('get deployments')]: onceRan('enable', items([deploymentOf('metrics-server', 1)]), items([])),
      [kubectl('get apiservices')]: object({
        metadata: { name: 'x' },
        status: { conditions: [{ type: 'Available', status: 'True' }] },
      }),
    },
    made: 'made',
  },
  {
    id: 'cstor-pool-grow',
    step: planCstorPoolGrow({ seed, namespace: 'openebs', pools: [{ node: seed, gib: 10 }] }),
    answers: {
      [kubectl('get cstorpoolinstances')]: onceRan(
        'zpool',
        items([{ ...pool(seed), status: { capacity: { total: '9800000k' } } }]),
        items([{ ...pool(seed), status: { capacity: { total: '4900000k' } } }]),
      ),
    },
    also: ['zpool'],
  },
  {
    id: 'cstor-copies',
    step: planCopies({ seed, namespace: 'openebs', copies: 2, without: [] }),
    answers: {
      [kubectl('get cstorpoolinstances')]: items([pool('ks-1'), pool('ks-2')]),
      [kubectl('get cstorvolumeconfigs')]: onceRan('patch', volume('ks-1', 'ks-2'), volume('ks-1')),
      [kubectl('get cstorvolumereplicas')]: onceRan('patch', copies('ks-1', 'ks-2'), copies('ks-1')),
    },
    also: ['patch cstorvolumeconfigs'],
  },
  {
    id: 'grow-claims',
    step: planGrowClaims({
      seed,
      namespace: 'web',
      volume: 'web',
      label: 'Web',
      gib: 4,
      claims: ['data-web-0'],
      statefulSet: 'web',
    }),
    answers: {
      [kubectl('get persistentvolumeclaims')]: onceRan('patch', claim('4Gi'), claim('2Gi')),
      [kubectl('get statefulsets web')]: onceRan(
        'delete statefulsets',
        '',
        object({
          metadata: { name: 'web' },
          spec: {
            volumeClaimTemplates: [
              { metadata: { name: 'data' }, spec: { resources: { requests: { storage: '2Gi' } } } },
            ],
          },
        }),
      ),
    },
    also: ['delete statefulsets'],
  },
  {
    id: 'respread',
    step: planRespread({ seed, namespace: 'web', deployment: 'web' }),
    answers: {
      [kubectl('get deployments web')]: object(deploymentOf('web', 2)),
      [kubectl('get pods')]: onceRan(
        'delete',
        items([podOn('ks-1', 'web-a-2'), podOn('ks-2', 'web-a-3')]),
        items([podOn('ks-1', 'web-a-1'), podOn('ks-1', 'web-a-2')]),
      ),
      [kubectl('get nodes')]: nodes('ks-1', 'ks-2'),
    },
    also: ['delete pods'],
  },
  {
    id: 'settled',
    step: planSettled('a', 'after a', { seed, nodes: [seed], release: 'web', namespace: 'web', copies: true }),
    answers: {
      [kubectl('get nodes')]: nodes(seed),
      [kubectl('get deployments')]: items([]),
      [kubectl('get cstorvolumereplicas')]: copies('ks-1', 'ks-2'),
    },
  },
];

const parametersOf = (step: PlannedStep) => kindOf(step).parameters.parse(step.parameters);
type World = ReturnType<typeof fakeWorld>;
const act = ({ context }: World, step: PlannedStep) => kindOf(step).act(context, parametersOf(step), step);
const undo = async ({ context }: World, step: PlannedStep) => kindOf(step).undo?.(context, parametersOf(step), step);
const texts = ({ ran }: World) => ran.map(({ shown, command }) => (shown ? shown.join(' ') : textOf(command)));

describe('what a step does is the same after looks that were refused', () => {
  test.each(cases)('$id', async ({ step, answers, made, also = [] }) => {
    const world = fakeWorld({ site, product, answers: afterSilence(answers, 2) });
    await act(world, step);
    for (let look = 1; look < 3; look++) await kindOf(step).state(world.context, parametersOf(step), step);
    expect(await kindOf(step).state(world.context, parametersOf(step), step)).toMatchObject({ ok: true });
    const always = reviewed(step);
    expect(texts(world)).toEqual([...always, ...also.map((words) => expect.stringContaining(words))]);
    if (made !== undefined) expect([...world.remembered.keys()]).toContain(made);
  });
});

describe('what was there before is not taken for made by the step', () => {
  const undone = cases.filter(({ id, step }) => step.madeUnder !== undefined && !id.startsWith('join'));

  test.each(undone)('$id', async ({ step, answers }) => {
    const world = fakeWorld({ site, product, answers: afterSilence(wasThere(answers), 2) });
    await act(world, step);
    const acted = texts(world).length;
    await undo(world, step);
    expect(texts(world).slice(acted)).toEqual([]);
  });
});

describe('what is still there is not called undone, whatever the exit codes were', () => {
  const alike = cases.filter(({ step }) => step.undoable && step.kind !== 'network');

  test.each(alike)('$id', async ({ step, answers }) => {
    const world = fakeWorld({ site, product, answers });
    await act(world, step);
    const still = fakeWorld({ site, product, answers: wasThere(answers), files: Object.fromEntries(world.written) });
    for (const [key, value] of world.remembered) still.context.remember(key, value);
    const left = still.context;
    // Nothing that is written changes the node.
    const deaf = { ...left, write: async () => undefined };
    await expect(undo({ ...still, context: deaf }, step)).rejects.toThrow();
  });
});

describe('what a step made is undone after looks that were refused', () => {
  test.each(cases.filter(({ made }) => made !== undefined))('$id', async ({ step, answers }) => {
    const world = fakeWorld({ site, product, answers });
    await act(world, step);
    const silent = fakeWorld({ site, product, answers: afterSilence(wasThere(answers), 2) });
    for (const [key, value] of world.remembered) silent.context.remember(key, value);
    await undo(silent, step).catch(() => undefined);
    expect(texts(silent)).not.toEqual([]);
  });
});

// The network's file is another than planned: that is seen without asking what is refused here.
const asking = cases.filter(({ step }) => step.kind !== 'network');

test.each(asking)('the check of $id says so where it is refused', async ({ step, answers }) => {
  const { context } = fakeWorld({ site, product, answers: afterSilence(wasThere(answers), Infinity) });
  expect(await kindOf(step).state(context, parametersOf(step), step)).toMatchObject({ ok: false, silent: true });
});
