import type { ReadOnlyHost } from '../../host/host.ts';
import { kubectl } from '../../kubernetes/kubectl.ts';
import { claimObject, namedObject } from '../../kubernetes/objects.ts';
import { readList, readObject } from '../../kubernetes/read.ts';
import { microk8s } from '../../microk8s/microk8s.ts';
import type { StepContext } from '../step.ts';

const provisioner = { kind: 'deployments', name: 'hostpath-provisioner', namespace: 'kube-system' } as const;
/** The storage addon of MicroK8s that other addons bring along, and its class. */
export const hostpath = 'hostpath-storage';
export const className = 'microk8s-hostpath';
const defaultMark = 'storageclass.kubernetes.io/is-default-class';

/** Whether a claim that names no class lands on it. */
export async function isDefault(host: ReadOnlyHost): Promise<boolean> {
  const found = await readObject(host, 'storageclasses', className, undefined, namedObject);
  return found.answered && found.value?.metadata.annotations[defaultMark] === 'true';
}

export async function isOn(host: ReadOnlyHost): Promise<boolean> {
  const found = await readObject(host, provisioner.kind, provisioner.name, provisioner.namespace, namedObject);
  return found.answered && found.value !== undefined;
}

/** Its own switch deletes the folder of its volumes: it is left on where a claim uses them. */
export async function disableIfUnused(context: StepContext, seed: string): Promise<void> {
  const host = await context.look(seed);
  if (!(await isOn(host))) return;
  const claims = await readList(host, 'persistentvolumeclaims', { all: true }, claimObject);
  const used = !claims.answered || claims.value.some(({ spec }) => spec.storageClassName === className);
  if (used) return void context.progress(`${className} stays: a claim uses it`);
  await context.run(seed, microk8s.disable(`${hostpath}:destroy-storage`), { sudo: true });
}

/** A class that claims without a class would land on, on the disk of one node's system. */
export const notDefault = kubectl.patch('storageclasses', className, provisioner.namespace, {
  metadata: { annotations: { [defaultMark]: 'false' } },
});
