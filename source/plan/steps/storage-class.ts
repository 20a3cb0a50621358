import * as z from 'zod';
import type { Answer } from '../../host/answer.ts';
import type { ReadOnlyHost } from '../../host/host.ts';
import { kubectl } from '../../kubernetes/kubectl.ts';
import { storageClassObject } from '../../kubernetes/objects.ts';
import { readObject } from '../../kubernetes/read.ts';
import { carryOut, runCommand } from '../execution/carry-out.ts';
import { command, minutes, plannedStep } from '../execution/define.ts';
import { madeNothing, untilGone } from '../execution/gone.ts';
import { silent, told } from '../execution/told.ts';
import { manifestText, ownLabels } from '../release/manifest.ts';
import type { LookContext, PlannedStep, StateCheck, StepKind } from '../step.ts';

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

type Standing = 'same' | 'other' | 'missing';

async function standing(host: ReadOnlyHost, p: Parameters): Promise<Answer<Standing>> {
  const answer = await readObject(host, 'storageclasses', p.name, undefined, storageClassObject);
  if (!answer.answered) return answer;
  if (!answer.value) return { answered: true, value: 'missing' };
  const { provisioner, parameters: settings, volumeBindingMode } = answer.value;
  const same = provisioner === p.provisioner && volumeBindingMode === p.binding && sameWords(settings, p.settings);
  return { answered: true, value: same ? 'same' : 'other' };
}

async function state(context: LookContext, p: Parameters): Promise<StateCheck> {
  const found = await standing(await context.look(p.seed), p);
  if (!found.answered) return silent(p.seed, found.said);
  const words = { same: `class ${p.name} is there`, other: differs, missing: `no class ${p.name}` };
  return { ok: found.value === 'same', observed: words[found.value] };
}

function sameWords(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => a[key] === b[key]);
}

export const storageClass: StepKind<typeof parameters> = {
  kind: 'storage-class',
  parameters,
  state,
  async act(context, p, step) {
    const is = await told(context, p.seed, `class ${p.name}`, (host) => standing(host, p));
    if (is === 'missing') context.remember('made', p.name);
    if (is === 'other') await runCommand(context, step, 'delete');
    await carryOut(context, step);
  },
  madeUnder: () => 'made',
  async undo(context, p) {
    if (context.recall('made') !== p.name) return madeNothing;
    await context.run(p.seed, kubectl.delete('storageclasses', p.name, { wait: true }), { sudo: true });
    return untilGone(context, () => state(context, p));
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
