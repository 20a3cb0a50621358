import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { editNodes, refuseUnknownRemoval } from '../../source/app/edit-nodes.ts';
import { refuseMissingSecret } from '../../source/app/registry-secret.ts';
import { chosenBackup, refuseOtherNodes, siteOfBackup } from '../../source/app/restore-choice.ts';
import { Fault, nothingChanged } from '../../source/errors/fault.ts';
import { Passwords } from '../../source/host/secrets.ts';
import { planChart } from '../../source/plan/release/charts.ts';
import { growthOf } from '../../source/plan/stages/claim-refusal.ts';
import { StepFault } from '../../source/plan/step-fault.ts';
import { planBackup } from '../../source/plan/steps/backup.ts';
import { planNamespace } from '../../source/plan/steps/namespace.ts';
import { readChart } from '../../source/workstation/chart-files.ts';
import { carryThrough, fakeWorld } from '../plan/fake-world.ts';
import { cluster, factsOf, makePlan, product, siteOf } from '../plan/sample.ts';
import { standingOf } from '../plan/standing/a-cluster.ts';

const site = siteOf({ managers: 3 });
const M = '/snap/bin/microk8s';
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'failures-'));
  await mkdir(join(folder, 'broken'));
  await writeFile(join(folder, 'broken/site.yaml'), 'version: 1\n');
});
afterAll(() => rm(folder, { recursive: true }));

const backup = (id: string, whole = true) => ({ id, folder: join(folder, id), whole, bytes: 1 });
const node = (name: string, reach?: string) => ({ name, reach, role: undefined, zone: undefined, address: undefined });
const file = () => join(folder, 'none.yaml');
const { unshared } = product.storage.classes;
const kafka = (size: string, storageClass = unshared) => ({
  claims: [{ name: 'data-kloudspot-kafka-0', storageClass, size }],
  fixedClasses: new Set<string>(),
});
const upgraded = (to: string, from: string) =>
  makePlan({
    purpose: 'init',
    site: siteOf({ managers: 3 }, { cluster: { channel: to } }),
    product,
    facts: factsOf({ managers: 3 }, () => cluster({ channel: from })),
    cluster: standingOf({ managers: 3 }),
    now: new Date('2026-11-21T08:00:00Z'),
  });
const keeping = (answers: Parameters<typeof fakeWorld>[0]['answers']) =>
  carryThrough(
    fakeWorld({ site, product, ...(answers && { answers }) }).context,
    planBackup({ seed: 'ks-1', managers: ['ks-1'], reason: 'before-update', site: '', values: '' }),
  );

/** What fails → what the operator reads: what happened, why, and what to do next. */
const failures: readonly (readonly [string, () => unknown, readonly string[]])[] = [
  [
    'restore, and nothing was kept',
    () => chosenBackup([], undefined),
    ['No backups on this machine.', 'kloudspot backup  makes one.'],
  ],
  [
    'restore of a name that is not there',
    () => chosenBackup([backup('a-by-hand')], 'b'),
    ['Unknown backup b.', 'kloudspot backup --list  lists them.'],
  ],
  [
    'restore of a name that several end with',
    () => chosenBackup([backup('1-by-hand'), backup('2-by-hand')], 'by-hand'),
    ['by-hand could be more than one backup.', '1-by-hand', '2-by-hand'],
  ],
  [
    'restore of a backup that is not whole',
    () => chosenBackup([backup('1-by-hand', false)], '1-by-hand'),
    [
      'Backup 1-by-hand is damaged.',
      'A file is missing, or does not match its checksum.',
      'kloudspot backup --list  lists them.',
    ],
  ],
  [
    'restore of a backup whose site file is none',
    () => siteOfBackup(backup('broken')),
    ['The site of the backup cannot be read.', 'name is missing, expected '],
  ],
  [
    'restore after the nodes have changed',
    () => refuseOtherNodes('1-by-hand', { nodes: ['ks-1', 'ks-9'] }, standingOf({ managers: 2 })),
    [
      'Backup 1-by-hand was made for other nodes.',
      'It has ks-9, which the cluster does not have. The cluster has ks-2, which the backup does not have.',
      'Choose a backup that was made after the nodes changed.',
    ],
  ],
  [
    'a backup where the datastore has no quorum',
    () => keeping({ [`${M} dbctl`]: { code: 1, stderr: 'Exception: Failed to query the datastore' } }),
    ['Failed to query the datastore', 'the datastore has no quorum', 'sudo microk8s status on ks-1'],
  ],
  [
    'a backup whose first command the API server does not take',
    () => keeping({ [`${M} kubectl apply`]: { code: 1, stderr: 'The connection to the server was refused' } }),
    ['The connection to the server was refused', 'the datastore has no quorum', 'sudo microk8s status on ks-1'],
  ],
  [
    'a backup where its folder has no space',
    () => keeping({ 'install -d': { code: 1, stderr: 'install: cannot create directory: No space left on device' } }),
    ['No space left on device', 'no space left under /var/lib', 'df -h /var/lib on ks-1'],
  ],
  [
    'an object that the API server does not take, in a step without words of its own',
    () =>
      carryThrough(
        fakeWorld({ site, product, answers: { [`${M} kubectl apply`]: { code: 1, stderr: 'Forbidden' } } }).context,
        planNamespace({ seed: 'ks-1', namespace: 'kloudspot' }),
      ),
    ['Forbidden', 'the API server of ks-1 does not answer, or refuses this', 'sudo microk8s status on ks-1'],
  ],
  [
    'node add of a node that is there',
    () => editNodes(site, file(), { edit: 'add', node: node('ks-2', '10.0.4.9') }),
    ['berlin already has a node ks-2.', 'kloudspot node replace ks-2  is for a new machine under this name.'],
  ],
  [
    'node add that does not say where it is',
    () => editNodes(site, file(), { edit: 'add', node: node('ks-4') }),
    ['The address of ks-4 is missing.', 'Add the address at which it answers now, such as: --reach 10.0.4.24'],
  ],
  [
    'node remove of a name that was mistyped',
    async () => refuseUnknownRemoval({ edit: 'remove', name: 'k-2' }, site, undefined),
    ['berlin has no node k-2.', 'ks-2', 'Nodes: ks-1, ks-2, ks-3'],
  ],
  [
    'update of a volume to a smaller size',
    () => growthOf(siteOf({ managers: 3 }, { storage: { volumes: { kafka: 1 } } }), product, kafka('2Gi'), site),
    [
      'Kafka distributed messaging cannot shrink from 2Gi to 1Gi.',
      'Kubernetes makes no volume smaller',
      'Nothing was changed.',
      'A larger size: kloudspot storage grow kafka 3',
    ],
  ],
  [
    'update of the class of a volume',
    () => growthOf(site, product, kafka('2Gi', 'other')),
    [
      'Kafka distributed messaging cannot move from storage class other to kloudspot-lvm.',
      'The class of a claim never changes: the data would have to be copied to a new volume.',
      'Keep the features and the engine that the volume was made with.',
    ],
  ],
  [
    'apply of an older channel',
    () => upgraded('1.33/stable', '1.34/stable'),
    [
      'ks-1 runs 1.34/stable; 1.33/stable is older.',
      'Kubernetes does not support downgrades',
      'Keep cluster.channel at 1.34/stable in site.yaml',
      'kloudspot restore  restores an earlier datastore',
    ],
  ],
  [
    'start with a registry whose secret was not given',
    () =>
      refuseMissingSecret(
        siteOf({ managers: 1 }, { registry: { host: 'r.acme.eu', user: 'deploy' } }),
        new Passwords(),
      ),
    [
      'The password of deploy at r.acme.eu is missing.',
      'Name a file of mode 0600 that holds it: registry.secretFile in site.yaml',
    ],
  ],
  [
    'start with a chart that is not there',
    () => planChart({ reference: join(folder, 'no-chart') }, 'kloudspot', 'ks-1', { read: readChart }),
    ['No chart in ', 'A chart is a folder with a file Chart.yaml in it.', 'chart.reference in site.yaml.'],
  ],
];

async function toldBy(act: () => unknown): Promise<string> {
  try {
    await act();
  } catch (error) {
    if (error instanceof StepFault) return [error.message, ...error.causes, ...error.next].join('\n');
    if (error instanceof Fault)
      return [error.message, error.why, error.unchanged ? nothingChanged : '', ...error.next].join('\n');
    throw error;
  }
  return 'it did not fail';
}

test.each(failures)('%s', async (_, act, words) => {
  const told = await toldBy(act);
  for (const each of words) expect(told).toContain(each);
});
