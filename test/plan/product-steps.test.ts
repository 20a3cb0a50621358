import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OwnReboot } from '../../source/plan/execution/own-reboot.ts';
import type { PlannedStep } from '../../source/plan/step.ts';
import { planReboot, reboot } from '../../source/plan/steps/reboot.ts';
import { normalisedPair } from '../../source/tls/pem.ts';
import { selfSigned } from '../../source/tls/self-signed.ts';
import { history, items, nodes, noRelease, release, workloads } from './cluster-words.ts';
import { type Answers, carryThrough, fakeWorld, textOf } from './fake-world.ts';
import { cluster, factsOf, makePlan, product, siteOf } from './sample.ts';

const shape = { managers: 3 };
const now = new Date('2026-11-21T08:00:00Z');
const M = '/snap/bin/microk8s';
const update = (site = siteOf(shape), revision?: number, notReady?: readonly string[]) =>
  makePlan({ purpose: 'update', site, product, facts: factsOf(shape, () => cluster()), now, revision, notReady });

function stepOf(kind: string, plan = update()): PlannedStep {
  const step = plan.steps.find((each) => each.kind === kind);
  if (!step) throw new Error(`no ${kind}`);
  return step;
}

const made = (step: PlannedStep) => `kloudspot ${String(step.parameters.digest)}`;
const world = (answers: Answers) => fakeWorld({ site: siteOf(shape), product, answers });

describe('a release that an interrupted Helm left behind', () => {
  const step = stepOf('helm-install');
  const deployed = release('deployed', made(step), 3);

  test.each([
    ['at its first revision is uninstalled', ['pending-install'], 'uninstall kloudspot'],
    [
      'later is rolled back to what was in force',
      ['superseded', 'deployed', 'pending-upgrade'],
      'rollback kloudspot 2',
    ],
  ])('%s', async (_, statuses, healing) => {
    const last = statuses.at(-1) ?? '';
    const { context, ran } = world({
      [`${M} helm3 status`]: (asked) => (asked.ran('upgrade') ? deployed : release(last, 'x', statuses.length)),
      [`${M} helm3 history`]: history(...statuses),
    });
    await expect(carryThrough(context, step)).resolves.toMatchObject({ after: { ok: true } });
    const texts = ran.map(({ command }) => textOf(command));
    expect(texts[0]).toContain(healing);
    expect(texts[1]).toContain('upgrade --install');
  });

  test.each([
    ['is waited for', 2],
    ['that does not come ends the step, and nothing is uninstalled', Infinity],
  ])('a history %s', async (_, times) => {
    let asked = 0;
    const { context, ran } = world({
      [`${M} helm3 status`]: ({ ran: count }) => (count('upgrade') ? deployed : release('pending-upgrade', 'x', 3)),
      [`${M} helm3 history`]: () =>
        asked++ < times
          ? { code: 1, stderr: 'Error: Kubernetes cluster unreachable' }
          : history('superseded', 'deployed', 'pending-upgrade'),
    });
    const end = carryThrough(context, step);
    await (times === 2 ? end : expect(end).rejects.toThrow(/unreachable/));
    const texts = ran.map(({ command }) => textOf(command).split(' ')[2]);
    expect(texts).toEqual(times === 2 ? ['rollback', 'upgrade'] : []);
  });

  test('no answer from Helm is not "no release"', async () => {
    const { context, ran } = world({
      [`${M} helm3 status`]: { code: 1, stderr: 'Error: Kubernetes cluster unreachable' },
    });
    await expect(carryThrough(context, step)).rejects.toThrow(/unreachable/);
    expect(ran).toEqual([]);
  });
});

describe('a rollout that does not become ready', () => {
  const broken = workloads({ kind: 'Deployment', name: 'web', wanted: 2, ready: 1, release: 'kloudspot' });
  const pods = items([
    {
      metadata: { name: 'web-1' },
      status: {
        phase: 'Pending',
        containerStatuses: [
          { name: 'web', state: { waiting: { reason: 'ImagePullBackOff', message: 'no such tag' } } },
        ],
      },
    },
  ]);
  const answers = (step: PlannedStep): Answers => ({
    [`${M} helm3 status`]: release('deployed', made(step), 2),
    [`${M} helm3 history`]: history('superseded', 'deployed'),
    [`${M} kubectl get deployments`]: broken,
    [`${M} kubectl get pods`]: pods,
    [`${M} kubectl get events`]: items([]),
  });

  test('in an update goes back to the revision before, and says what was stuck', async () => {
    const step = stepOf('rollout');
    const { context, ran } = world(answers(step));
    const fault = await carryThrough(context, step).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(fault).toMatchObject({ seen: expect.stringContaining('rolled back to revision 1') });
    expect(fault).toMatchObject({
      causes: expect.arrayContaining([expect.stringContaining('ImagePullBackOff: no such tag')]),
    });
    expect(ran.map(({ command }) => textOf(command))).toEqual([
      `${M} helm3 rollback kloudspot 1 --namespace kloudspot`,
    ]);
  });

  test('names the node that is lost, and no trouble that a pod had before it became ready', async () => {
    const step = stepOf('rollout');
    const warning = (name: string, message: string) => ({
      metadata: { name: `event-${name}` },
      type: 'Warning',
      reason: 'FailedScheduling',
      message,
      involvedObject: { kind: 'Pod', name },
    });
    const leaving = { metadata: { name: 'web-8', deletionTimestamp: '2026-11-21T08:00:00Z' } };
    const readyPod = { metadata: { name: 'web-9' }, status: { conditions: [{ type: 'Ready', status: 'True' }] } };
    const { context } = world({
      ...answers(step),
      [`${M} kubectl get nodes`]: nodes('ks-1', 'ks-2', { name: 'ks-3', ready: false }),
      [`${M} kubectl get pods`]: items([readyPod, leaving]),
      [`${M} kubectl get events`]: items([
        warning('web-9', 'unbound claims'),
        warning('web-8', 'unbound claims'),
        warning('web-1', 'too little memory'),
      ]),
    });
    const fault = await carryThrough(context, step).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(fault).toMatchObject({
      causes: expect.arrayContaining([
        'node ks-3 is lost: what has its volume or its place on ks-3 waits for it',
        'Pod web-1: FailedScheduling: too little memory',
      ]),
    });
    expect(JSON.stringify(fault)).not.toContain('unbound claims');
  });

  test('of a revision that was in force before goes back to none: this run has changed nothing', async () => {
    const step = stepOf('rollout', update(siteOf(shape), 2));
    const { context, ran } = world(answers(step));
    await expect(carryThrough(context, step)).rejects.toMatchObject({
      seen: expect.not.stringContaining('rolled back'),
    });
    expect(ran).toEqual([]);
  });

  test('of two nodes that are lost names both in one line', async () => {
    const step = stepOf('rollout');
    const { context } = world({
      ...answers(step),
      [`${M} kubectl get nodes`]: nodes('ks-1', { name: 'ks-2', ready: false }, { name: 'ks-3', ready: false }),
    });
    await expect(carryThrough(context, step)).rejects.toMatchObject({
      next: [
        expect.stringContaining('site.yaml and values.yaml are rolled back'),
        expect.stringMatching(/^Bring ks-2 and ks-3 back, or replace each, such as ks-2: kloudspot node replace ks-2 /),
        expect.stringContaining('kubectl get pods'),
        'Then: kloudspot update',
      ],
      causes: expect.arrayContaining([expect.stringMatching(/^nodes ks-2 and ks-3 are lost: .* waits for them$/)]),
    });
  });

  describe('but for pods of a lost node', () => {
    const lostNode = nodes('ks-1', 'ks-2', { name: 'ks-3', ready: false });
    const set = (updated: number) => ({
      kind: 'StatefulSet',
      metadata: { name: 'kafka', generation: 2, annotations: { 'meta.helm.sh/release-name': 'kloudspot' } },
      spec: { replicas: 3 },
      status: {
        ...{ observedGeneration: 2, replicas: 3, readyReplicas: 2, updatedReplicas: updated },
        ...{ currentRevision: 'kafka-1', updateRevision: 'kafka-2' },
      },
    });
    const pod = (name: string, more: object) => ({
      metadata: { name, ownerReferences: [{ kind: 'StatefulSet', name: 'kafka' }] },
      status: { phase: 'Pending', conditions: [] },
      ...more,
    });
    const unplaced = (message: string) => ({
      status: { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', message }] },
    });
    const conflict =
      '0/3 nodes are available: 1 node(s) had untolerated taint, 2 node(s) had volume node affinity conflict';
    const onLost = pod('kafka-0', { spec: { nodeName: 'ks-3' } });
    const rollOut = async (notReady: string[], updated: number, pods: unknown[], all = lostNode) => {
      const step = stepOf('rollout', update(siteOf(shape), 1, notReady));
      const { context, ran } = world({
        ...answers(step),
        [`${M} kubectl get deployments`]: items([set(updated)]),
        [`${M} kubectl get pods`]: items(pods),
        [`${M} kubectl get nodes`]: all,
      });
      const after = await carryThrough(context, step).then(
        (story) => story.after.observed,
        () => undefined,
      );
      return after ?? ran.map(({ command }) => textOf(command));
    };
    const goesBack = [`${M} helm3 rollback kloudspot 1 --namespace kloudspot`];

    test('is an update that has changed what it could', async () => {
      const said = 'kafka 2 of 3: what has its volume or its place on ks-3 waits for it';
      expect(await rollOut(['kafka'], 2, [onLost])).toBe(said);
      expect(await rollOut([], 2, [onLost])).toBe(said);
      expect(await rollOut([], 2, [pod('kafka-0', unplaced(conflict))])).toBe(said);
      expect(await rollOut(['kafka'], 2, [pod('kafka-0', unplaced('Insufficient memory'))])).toBe(said);
    });

    test('goes back where it did not come to the pods of nodes that live, or what it changed has no place', async () => {
      expect(await rollOut(['kafka'], 0, [onLost])).toEqual(goesBack);
      expect(await rollOut([], 2, [pod('kafka-0', unplaced('Insufficient memory'))])).toEqual(goesBack);
      expect(await rollOut(['kafka'], 2, [pod('kafka-0', { spec: { nodeName: 'ks-2' } })])).toEqual(goesBack);
      expect(await rollOut(['kafka'], 2, [onLost], nodes('ks-1', 'ks-2', 'ks-3'))).toEqual(goesBack);
    });
  });

  test('for want of a node is advised to bring it back, not to correct the values', async () => {
    const step = stepOf('rollout');
    const { context } = world({
      ...answers(step),
      [`${M} kubectl get nodes`]: nodes('ks-1', { name: 'ks-3', ready: false }),
    });
    await expect(carryThrough(context, step)).rejects.toMatchObject({
      next: [
        expect.stringContaining('site.yaml and values.yaml are rolled back'),
        expect.stringMatching(/^Bring ks-3 back, or replace it: kloudspot node replace ks-3 /),
        expect.stringContaining('kubectl get pods'),
        'Then: kloudspot update',
      ],
    });
  });

  test('in an update goes back as soon as waiting cannot help, with the last words of the program', async () => {
    const step = stepOf('rollout');
    const crashing = (restartCount: number) =>
      items([
        {
          metadata: { name: 'web-2' },
          status: {
            phase: 'Running',
            containerStatuses: [
              {
                name: 'web',
                restartCount,
                state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 1m20s' } },
              },
            ],
          },
        },
      ]);
    let looks = 0;
    const { context } = world({
      ...answers(step),
      [`${M} kubectl get pods`]: () => crashing(looks++),
      // As the kubelet answers while the container has ended.
      [`${M} kubectl logs`]: ({ text }) =>
        text.includes('--previous')
          ? 'unable to retrieve container logs for containerd://46cf'
          : 'no such option: --fast\n',
    });
    const began = context.clock.now();
    await expect(carryThrough(context, step)).rejects.toMatchObject({
      seen: expect.stringContaining('rolled back to revision 1'),
      causes: expect.arrayContaining([expect.stringContaining('the last log line of web-2: no such option: --fast')]),
    });
    expect(context.clock.now() - began).toBeLessThan(60_000);
  });

  test('is not taken for hopeless by what was stuck before, where the API did not tell at first', async () => {
    const step = stepOf('rollout');
    const refused = { code: 1, stderr: 'The connection to the server 127.0.0.1:16443 was refused' };
    const stuckBefore = items([
      {
        metadata: { name: 'web-2' },
        status: {
          phase: 'Running',
          containerStatuses: [
            {
              name: 'web',
              restartCount: 9,
              state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 5m' } },
            },
          ],
        },
      },
    ]);
    const ready = workloads({ kind: 'Deployment', name: 'web', wanted: 2, ready: 2, release: 'kloudspot' });
    let looks = 0;
    const { context, ran } = world({
      ...answers(step),
      [`${M} kubectl get deployments`]: () => (context.clock.now() - began > 120_000 ? ready : broken),
      [`${M} kubectl get pods`]: () => (looks++ < 2 ? refused : stuckBefore),
    });
    const began = context.clock.now();
    await expect(carryThrough(context, step)).resolves.toMatchObject({ after: { ok: true } });
    expect(ran).toEqual([]);
  });

  test('that Helm refuses half way goes back, too', async () => {
    const step = stepOf('helm-install');
    const { context, ran } = world({
      [`${M} helm3 status`]: release('failed', 'Upgrade failed', 2),
      [`${M} helm3 history`]: history('superseded', 'failed'),
      [`${M} helm3 upgrade`]: { code: 1, stderr: 'Error: UPGRADE FAILED: updates to statefulset spec are forbidden' },
    });
    await expect(carryThrough(context, step)).rejects.toThrow(/forbidden; rolled back to revision 1/);
    expect(ran.map(({ command }) => textOf(command)).at(-1)).toContain('helm3 rollback kloudspot 1');
  });

  test('is not called the first revision where Helm does not list its revisions', async () => {
    const step = stepOf('helm-install');
    const { context } = world({
      [`${M} helm3 status`]: release('failed', 'Upgrade failed', 2),
      [`${M} helm3 history`]: { code: 1, stderr: 'Error: Kubernetes cluster unreachable' },
      [`${M} helm3 upgrade`]: { code: 1, stderr: 'Error: UPGRADE FAILED: updates to statefulset spec are forbidden' },
    });
    await expect(carryThrough(context, step)).rejects.toThrow(/forbidden; not rolled back: .*unreachable/);
  });

  test('that Helm refuses before it begins changes nothing', async () => {
    const step = stepOf('helm-install');
    const { context, ran } = world({
      [`${M} helm3 status`]: release('deployed', 'kloudspot before', 2),
      [`${M} helm3 history`]: history('superseded', 'deployed'),
      [`${M} helm3 upgrade`]: { code: 1, stderr: "Error: values don't meet the specifications of the schema" },
    });
    await expect(carryThrough(context, step)).rejects.toThrow(/schema/);
    expect(ran.map(({ command }) => textOf(command)).some((text) => text.includes('rollback'))).toBe(false);
  });

  test('in a start stays as it is, to be looked at', async () => {
    const start = makePlan({
      purpose: 'start',
      site: siteOf(shape),
      product,
      facts: factsOf(shape, () => cluster()),
      now,
    });
    const step = stepOf('rollout', start);
    const { context, ran } = world(answers(step));
    await expect(carryThrough(context, step)).rejects.toThrow(/web 1 of 2/);
    expect(ran).toEqual([]);
  });

  test('once rolled back is not called done on resume, though all that runs is ready', async () => {
    const step = stepOf('rollout');
    const { context } = world({
      [`${M} helm3 status`]: release('deployed', 'Rollback to 1', 3),
      [`${M} kubectl get deployments`]: workloads({
        kind: 'Deployment',
        name: 'web',
        wanted: 1,
        ready: 1,
        release: 'kloudspot',
      }),
    });
    await expect(carryThrough(context, step)).rejects.toThrow(/another revision is deployed/);
  });
});

describe('the TLS secret', () => {
  let folder = '';
  const key = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  let certificate = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tls-'));
    await writeFile(join(folder, 'key'), key);
    const made = await selfSigned('spot.acme.eu', Date.now());
    certificate = normalisedPair(made.key, made.certificate)?.certificate ?? '';
    await writeFile(join(folder, 'crt'), certificate);
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('goes to the cluster through standard input, and its key is nowhere in the plan', async () => {
    const tls = { mode: 'files', key: join(folder, 'key'), certificate: join(folder, 'crt') };
    const site = siteOf(shape, { tls });
    const plan = update(site);
    const step = stepOf('tls-secret', plan);
    const secret = JSON.stringify({
      metadata: { name: 'kloudspot-tls' },
      data: { 'tls.crt': Buffer.from(certificate).toString('base64') },
    });
    const { context, ran, concealed } = fakeWorld({
      site,
      product,
      answers: { [`${M} kubectl get secrets`]: ({ ran: count }) => (count('apply') ? secret : '') },
    });
    await expect(carryThrough(context, step)).resolves.toMatchObject({
      before: { ok: false },
      after: { ok: true },
    });
    const encoded = Buffer.from(key).toString('base64');
    expect(ran[0]?.stdin).toContain(encoded);
    expect(textOf(ran[0]?.command ?? [])).not.toContain(encoded);
    expect(concealed).toContain(encoded);
    expect(JSON.stringify(plan)).not.toContain(encoded.slice(0, 40));
  });

  test('a file that cannot be read stops it with the path', async () => {
    const site = siteOf(shape, { tls: { mode: 'files', key: '/nowhere/key', certificate: '/nowhere/crt' } });
    const { context } = fakeWorld({ site, product });
    await expect(carryThrough(context, stepOf('tls-secret', update(site)))).rejects.toThrow(
      '/nowhere/key cannot be read',
    );
  });
});

test('the restart of the workstation leaves a unit behind that goes on, then tells the run', async () => {
  const local = { managers: 3, local: 'ks-1' };
  const plan = makePlan({ purpose: 'init', site: siteOf(local), product, facts: factsOf(local), now });
  const step = plan.steps.find(({ id }) => id === 'reboot@ks-1');
  const { context, ran, written } = world({ 'boot-state': 'boot-id a\nreboot-required yes\n' });
  await expect(carryThrough(context, step ?? stepOf('rollout'))).rejects.toBeInstanceOf(OwnReboot);
  expect(ran.map(({ command }) => textOf(command)).at(-1)).toContain('systemctl reboot');
  const unit = written.get('/etc/systemd/system/kloudspot-resume.service') ?? '';
  expect(unit).toMatch(/^ExecStart="\S+" .*" resume --yes --plain$/m);
  expect(unit).not.toContain('<');
});

test.each([
  ['yes', 'restarted, no other restart is required'],
  ['never', 'no restart is required'],
])('a restart that was made is said, and one that was not needed too: %s', async (since, observed) => {
  const step = planReboot({ node: 'ks-2', mode: 'when-needed', local: false, member: false });
  const { context } = world({ 'boot-state': `boot-id a\nreboot-required no\nbooted-since-update ${since}\n` });
  expect(await reboot.state(context, reboot.parameters.parse(step.parameters), step)).toEqual({ ok: true, observed });
});

test('a stop that is done counts what stays', async () => {
  const plan = makePlan({ purpose: 'stop', site: siteOf(shape), product, facts: factsOf(shape, () => cluster()), now });
  const claim = (name: string) => ({ metadata: { name }, spec: {}, status: { phase: 'Bound' } });
  const { context } = world({
    [`${M} helm3 status`]: noRelease,
    [`${M} kubectl get`]: items([]),
    [`${M} kubectl get persistentvolumeclaims`]: items([claim('data-kafka-0'), claim('data-kafka-1')]),
  });
  const { before } = await carryThrough(context, stepOf('helm-uninstall', plan));
  expect(before).toMatchObject({ ok: true, observed: expect.stringContaining('2 volumes stay') });
});
