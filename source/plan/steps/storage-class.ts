import * as z from 'zod';
import { kubectl } from '../../kubernetes/kubectl.ts';
import { storageClassObject } from '../../kubernetes/objects.ts';
import { readObject } from '../../kubernetes/read.ts';
import { carryOut, runCommand } from '../execution/carry-out.ts';
import { command, minutes, plannedStep } from '../execution/define.ts';
import { manifestText, ownLabels } from '../release/manifest.ts';
import type { PlannedStep, StateCheck, StepContext, StepKind } from '../step.ts';

const parameters = z.object({
  seed: z.string(),
  class: z.enum(['shared', 'unshared']),
  name: z.string(),
  provisioner: z.string(),
  settings: z.record(z.string(), z.string()),
  binding: z.enum(['Immediate', 'WaitForFirstConsumer']),
});
type Parameters = z.output<typeof parameters>;

/** Its settings can never be changed; volumes that exist do not need it any more. */
const differs = 'a class of this name exists with other settings';

function manifest(p: Parameters): string {
  return manifestText([
    {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name: p.name, labels: ownLabels },
      provisioner: p.provisioner,
      parameters: p.settings,
      volumeBindingMode: p.binding,
      allowVolumeExpansion: true,
      reclaimPolicy: 'Delete',
    },
  ]);
}

interface Standing extends StateCheck {
  readonly is: 'same' | 'other' | 'missing' | 'not asked';
}

async function standing(context: StepContext, p: Parameters): Promise<Standing> {
  const answer = await readObject(await context.look(p.seed), 'storageclasses', p.name, undefined, storageClassObject);
  if (!answer.answered) return { ok: false, is: 'not asked', observed: `${p.seed} says: ${answer.said}` };
  if (!answer.value) return { ok: false, is: 'missing', observed: `no class ${p.name}` };
  const { provisioner, parameters: settings, volumeBindingMode } = answer.value;
  const same = provisioner === p.provisioner && volumeBindingMode === p.binding && sameWords(settings, p.settings);
  return { ok: same, is: same ? 'same' : 'other', observed: same ? `class ${p.name} is there` : differs };
}

function sameWords(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => a[key] === b[key]);
}

export const storageClass: StepKind<typeof parameters> = {
  kind: 'storage-class',
  parameters,
  state: standing,
  async act(context, p, step) {
    const { is } = await standing(context, p);
    if (is === 'missing') context.remember('made', p.name);
    if (is === 'other') await runCommand(context, step, 'delete');
    await carryOut(context, step);
  },
  madeUnder: () => 'made',
  async undo(context, p) {
    if (context.recall('made') !== p.name) return;
    await context.run(p.seed, kubectl.delete('storageclasses', p.name, { wait: true }), { sudo: true });
  },
};

export function planStorageClass(p: Parameters): PlannedStep {
  return plannedStep(storageClass, {
    name: p.class,
    group: 'Storage',
    title: `Storage class ${p.name} for ${p.class} volumes`,
    why: 'The product asks for its volumes by this name.',
    deadline: minutes(2),
    parameters: p,
    commands: [
      command('delete', p.seed, kubectl.delete('storageclasses', p.name, { wait: true }), { when: differs }),
      command('apply', p.seed, kubectl.apply(), { stdin: manifest(p) }),
    ],
  });
}
