import type { Answer } from '../../host/answer.ts';
import type { ReadOnlyHost } from '../../host/host.ts';
import { kubectl } from '../../kubernetes/kubectl.ts';
import { claimObject, namedObject } from '../../kubernetes/objects.ts';
import { readList, readObject } from '../../kubernetes/read.ts';
import { microk8s } from '../../microk8s/microk8s.ts';
import { told } from '../execution/told.ts';
import type { StepContext } from '../step.ts';

const provisioner = { kind: 'deployments', name: 'hostpath-provisioner', namespace: 'kube-system' } as const;
/** The storage addon of MicroK8s that other addons bring along, and its class. */
export const hostpath = 'hostpath-storage';
export const className = 'microk8s-hostpath';
const defaultMark = 'storageclass.kubernetes.io/is-default-class';

/** Whether a claim that names no class lands on it. */
export async function isDefault(host: ReadOnlyHost): Promise<Answer<boolean>> {
  const found = await readObject(host, 'storageclasses', className, undefined, namedObject);
  if (!found.answered) return found;
  return { answered: true, value: found.value?.metadata.annotations[defaultMark] === 'true' };
}

/** Throws `StepFault` where the API of the seed does not answer. */
export async function isOn(context: StepContext, seed: string): Promise<boolean> {
  const { kind, name, namespace } = provisioner;
  const found = await told(context, seed, name, (host) => readObject(host, kind, name, namespace, namedObject));
  return found !== undefined;
}

/** Its own switch deletes the folder of its volumes: it is left on where a claim uses them. */
export async function disableIfUnused(context: StepContext, seed: string): Promise<void> {
  if (!(await isOn(context, seed))) return;
  const claims = await told(context, seed, 'the claims', (host) =>
    readList(host, 'persistentvolumeclaims', { all: true }, claimObject),
  );
  if (claims.some(({ spec }) => spec.storageClassName === className))
    return void context.progress(`${className} stays: a claim uses it`);
  await context.run(seed, microk8s.disable(`${hostpath}:destroy-storage`), { sudo: true });
}

/** A class that claims without a class would land on, on the disk of one node's system. */
export const notDefault = kubectl.patch('storageclasses', className, provisioner.namespace, {
  metadata: { annotations: { [defaultMark]: 'false' } },
});
