import * as z from 'zod';
import { kubectl } from '../../kubernetes/kubectl.ts';
import { claimObject, nodeObject, nodeOfVolume, storageClassObject, volumeObject } from '../../kubernetes/objects.ts';
import { readList, readObject } from '../../kubernetes/read.ts';
import { kloudspot } from '../../text/command.ts';
import { runCommand } from '../execution/carry-out.ts';
import { command, minutes, plannedStep } from '../execution/define.ts';
import { silent, told } from '../execution/told.ts';
import { manifestText } from '../release/manifest.ts';
import type { LookContext, PlannedStep, StateCheck, StepContext, StepKind } from '../step.ts';
import { StepFault } from '../step-fault.ts';

const parameters = z.object({
  seed: z.string(),
  name: z.string(),
  class: z.enum(['shared', 'unshared']).default('shared'),
  access: z.enum(['ReadWriteOnce', 'ReadWriteMany']).default('ReadWriteOnce'),
});
type Parameters = z.output<typeof parameters>;

const namespace = 'default';
const test = 'kloudspot-class-test';
/** What every MicroK8s node has already: the container that holds a pod's network. */
const image = 'registry.k8s.io/pause:3.10';

/** A claim, and a pod that mounts it: a class may wait for its first consumer. */
const manifest = ({ name, access }: Parameters): string =>
  manifestText([
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: test, namespace },
      spec: {
        accessModes: [access],
        storageClassName: name,
        resources: { requests: { storage: '1Gi' } },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: test, namespace },
      spec: {
        containers: [{ name: 'pause', image, volumeMounts: [{ name: 'data', mountPath: '/data' }] }],
        volumes: [{ name: 'data', persistentVolumeClaim: { claimName: test } }],
      },
    },
  ]);

async function classOf(context: LookContext, { seed, name }: Parameters) {
  return readObject(await context.look(seed), 'storageclasses', name, undefined, storageClassObject);
}

async function state(context: LookContext, p: Parameters): Promise<StateCheck> {
  const answer = await classOf(context, p);
  if (!answer.answered) return silent(p.seed, answer.said);
  if (!answer.value) return { ok: false, observed: `no class ${p.name}` };
  const { allowVolumeExpansion, volumeBindingMode } = answer.value;
  const grows = allowVolumeExpansion ? 'its volumes can grow' : 'its volumes cannot grow';
  const left = await readObject(await context.look(p.seed), 'persistentvolumeclaims', test, namespace, claimObject);
  if (!left.answered) return silent(p.seed, left.said);
  if (left.value) return { ok: false, observed: `the test claim ${test} is still there` };
  const proved = context.recall('bound') === p.name;
  return { ok: proved, observed: `class ${p.name}: ${volumeBindingMode}, ${grows}${proved ? '' : ', not tried yet'}` };
}

async function act(context: StepContext, p: Parameters, step: PlannedStep): Promise<void> {
  const found = await told(context, p.seed, `class ${p.name}`, () => classOf(context, p));
  if (found === undefined) throw await absent(context, p);
  await runCommand(context, step, 'remove-pod');
  await runCommand(context, step, 'remove-claim');
  try {
    await runCommand(context, step, 'claim');
    await untilBound(context, p);
    if (p.class === 'shared') await refusePinned(context, p);
    context.remember('bound', p.name);
  } finally {
    await runCommand(context, step, 'remove-pod');
    await runCommand(context, step, 'remove-claim');
  }
}

async function absent(context: StepContext, { seed, name, class: of }: Parameters): Promise<StepFault> {
  const all = await told(context, seed, 'the storage classes', (host) =>
    readList(host, 'storageclasses', {}, storageClassObject),
  );
  const names = all.map(({ metadata }) => metadata.name);
  return new StepFault({
    tried: `use the storage class ${name}`,
    seen:
      names.length === 0 ? 'the cluster has no storage class' : `no such class; the cluster has ${names.join(', ')}`,
    next: [
      `Install the storage that brings this class, then: ${kloudspot('resume')}`,
      `Or name another class in site.yaml: storage.${of}.storageClass`,
    ],
  });
}

/** Shared volumes go where their part goes: one that a single node can mount is not shared. */
async function refusePinned(context: StepContext, { seed, name }: Parameters): Promise<void> {
  const [claim, volumes, nodes] = await Promise.all([
    told(context, seed, `claim ${test}`, (host) =>
      readObject(host, 'persistentvolumeclaims', test, namespace, claimObject),
    ),
    told(context, seed, 'the volumes', (host) => readList(host, 'persistentvolumes', {}, volumeObject)),
    told(context, seed, 'the nodes', (host) => readList(host, 'nodes', {}, nodeObject)),
  ]);
  if (nodes.length < 2) return;
  const volume = volumes.find(({ metadata }) => metadata.name === claim?.spec.volumeName);
  const node = volume && nodeOfVolume(volume, new Set(nodes.map(({ metadata }) => metadata.name)));
  if (node === undefined) return;
  throw new StepFault({
    tried: `use the storage class ${name} for shared volumes`,
    seen: `its volumes stay on one node (${node}), and what mounts a shared volume moves when its node is lost`,
    next: ['Name a class whose volumes every node can mount: storage.shared.storageClass in site.yaml'],
  });
}

async function untilBound(context: StepContext, { seed, name, access }: Parameters): Promise<void> {
  await context.until({
    for: `a test claim of class ${name} (${access}) to be bound`,
    deadline: minutes(3),
    probe: async () => {
      const answer = await readObject(await context.look(seed), 'persistentvolumeclaims', test, namespace, claimObject);
      if (!answer.answered) return silent(seed, answer.said);
      const phase = answer.value?.status.phase ?? 'gone';
      return { ok: phase === 'Bound', observed: `the claim is ${phase}` };
    },
    causes: [
      ...(access === 'ReadWriteMany' ? ['the class cannot be mounted by several nodes at once (ReadWriteMany)'] : []),
      'the provisioner of the class does not run',
      'it has no space left',
      'its nodes lack a package or module',
    ],
    next: [`sudo microk8s kubectl get events -n ${namespace} on ${seed} shows what the provisioner lacks`],
  });
}

/** Looks up a class of the operator's own and makes a volume by it, before the product rests on it. */
export const classCheck: StepKind<typeof parameters> = { kind: 'class-check', parameters, state, act };

export function planClassCheck(input: z.input<typeof parameters>): PlannedStep {
  const p = parameters.parse(input);
  return plannedStep(classCheck, {
    // The id that plans of shared volumes always had.
    ...(p.class === 'shared' ? {} : { name: p.class }),
    group: 'Storage',
    title: `Test storage class ${p.name} with a temporary claim`,
    why: `${p.class === 'shared' ? 'Shared volumes' : 'Volumes of one node'} use this class. kloudspot does not install it: its storage must exist before this step.`,
    deadline: minutes(6),
    parameters: p,
    commands: [
      command('remove-pod', p.seed, kubectl.delete('pods', test, { namespace, wait: true }), {
        note: 'one that an interrupted attempt left, and the one of this attempt',
      }),
      command('remove-claim', p.seed, kubectl.delete('persistentvolumeclaims', test, { namespace, wait: true })),
      command('claim', p.seed, kubectl.apply(), { stdin: manifest(p) }),
    ],
  });
}
