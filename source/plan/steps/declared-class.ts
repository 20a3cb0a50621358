import * as z from 'zod';
import { kubectl } from '../../kubernetes/kubectl.ts';
import { localVolumeObject, storageClassObject } from '../../kubernetes/objects.ts';
import { readList, readObject } from '../../kubernetes/read.ts';
import { counted } from '../../text/plural.ts';
import { carryOut } from '../execution/carry-out.ts';
import { command, minutes, plannedStep } from '../execution/define.ts';
import { madeNothing, untilGone } from '../execution/gone.ts';
import { silent, told } from '../execution/told.ts';
import { manifestText, ownLabels } from '../release/manifest.ts';
import type { LookContext, PlannedStep, StateCheck, StepContext, StepKind } from '../step.ts';

const parameters = z.object({
  seed: z.string(),
  name: z.string(),
  volumes: z.array(z.object({ node: z.string(), name: z.string(), gib: z.number().int(), mount: z.string() })).min(1),
});
type Parameters = z.output<typeof parameters>;

const provisioner = 'kubernetes.io/no-provisioner';
const volumeName = ({ node, name }: Parameters['volumes'][number]) => `${node}-${name}`;

/** https://kubernetes.io/docs/concepts/storage/volumes/#local: bound to its node, and kept when its claim goes. */
function manifest({ name, volumes }: Parameters): string {
  return manifestText([
    {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name, labels: ownLabels },
      provisioner,
      volumeBindingMode: 'WaitForFirstConsumer',
      reclaimPolicy: 'Retain',
    },
    ...volumes.map((volume) => ({
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: volumeName(volume), labels: ownLabels },
      spec: {
        capacity: { storage: `${volume.gib}Gi` },
        accessModes: ['ReadWriteOnce'],
        persistentVolumeReclaimPolicy: 'Retain',
        storageClassName: name,
        local: { path: volume.mount },
        nodeAffinity: {
          required: {
            nodeSelectorTerms: [
              { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [volume.node] }] },
            ],
          },
        },
      },
    })),
  ]);
}

async function state(context: LookContext, p: Parameters): Promise<StateCheck> {
  const host = await context.look(p.seed);
  const found = await readObject(host, 'storageclasses', p.name, undefined, storageClassObject);
  if (!found.answered) return silent(p.seed, found.said);
  if (!found.value) return { ok: false, observed: `no class ${p.name}` };
  if (found.value.provisioner !== provisioner)
    return { ok: false, observed: `class ${p.name} belongs to another provisioner` };
  const all = await readList(host, 'persistentvolumes', {}, localVolumeObject);
  if (!all.answered) return silent(p.seed, all.said);
  const open = p.volumes.filter((volume) => {
    const there = all.value.find(({ metadata }) => metadata.name === volumeName(volume));
    return there?.spec.storageClassName !== p.name || there.spec.local?.path !== volume.mount;
  });
  return open.length === 0
    ? { ok: true, observed: `${counted(p.volumes.length, 'volume')} of class ${p.name}` }
    : { ok: false, observed: `not yet: ${open.map(volumeName).join(', ')}` };
}

/** Names of the class and the volumes that the cluster does not have. */
async function missingObjects(context: StepContext, p: Parameters): Promise<readonly string[]> {
  const found = await told(context, p.seed, `class ${p.name}`, (host) =>
    readObject(host, 'storageclasses', p.name, undefined, storageClassObject),
  );
  const all = await told(context, p.seed, 'the volumes', (host) =>
    readList(host, 'persistentvolumes', {}, localVolumeObject),
  );
  const there = new Set(all.map(({ metadata }) => metadata.name));
  return [...(found ? [] : [p.name]), ...p.volumes.map(volumeName).filter((name) => !there.has(name))];
}

/** Gives declared volumes to the cluster, each bound to its node. */
export const declaredClass: StepKind<typeof parameters> = {
  kind: 'declared-class',
  parameters,
  state,
  madeUnder: () => 'made',
  async act(context, p, step) {
    const missing = await missingObjects(context, p);
    if (missing.length > 0) context.remember('made', missing.join(' '));
    await carryOut(context, step);
  },
  /** What an earlier run gave to the cluster stays. */
  async undo(context, p) {
    const names = context.recall('made');
    if (names === undefined) return madeNothing;
    const made = new Set(names.split(' '));
    for (const name of p.volumes.map(volumeName).filter((each) => made.has(each)))
      await context.run(p.seed, kubectl.delete('persistentvolumes', name, { wait: true }), { sudo: true });
    if (made.has(p.name))
      await context.run(p.seed, kubectl.delete('storageclasses', p.name, { wait: true }), { sudo: true });
    return untilGone(context, () => state(context, p));
  },
};

export function planDeclaredClass(p: Parameters): PlannedStep {
  return plannedStep(declaredClass, {
    name: p.name,
    group: 'Storage',
    title: `Add ${counted(p.volumes.length, 'declared volume')} to the cluster as class ${p.name}`,
    why: 'A claim of this class gets one of them, on its node.',
    deadline: minutes(3),
    parameters: p,
    commands: [command('apply', p.seed, kubectl.apply(), { stdin: manifest(p) })],
  });
}
