import * as z from 'zod';
import { kubectl } from '../../kubernetes/kubectl.ts';
import { secretObject } from '../../kubernetes/objects.ts';
import { readObject } from '../../kubernetes/read.ts';
import { carryOut } from '../execution/carry-out.ts';
import { command, minutes, plannedStep } from '../execution/define.ts';
import { silent } from '../execution/told.ts';
import { manifestText, ownLabels } from '../release/manifest.ts';
import { dockerLogins, type Registry, registryFill } from '../release/registry.ts';
import type { LookContext, PlannedStep, StateCheck, StepKind } from '../step.ts';

const parameters = z.object({ seed: z.string(), namespace: z.string(), name: z.string(), host: z.string() });
type Parameters = z.output<typeof parameters>;

const key = '.dockerconfigjson';
const loginsPlace = '<logins>';

const manifest = ({ namespace, name }: Parameters) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  type: 'kubernetes.io/dockerconfigjson',
  metadata: { name, namespace, labels: ownLabels },
  data: { [key]: loginsPlace },
});

/** Base64 of the logins, as they lie in the API. */
async function wanted(context: LookContext): Promise<string> {
  const { registry } = context.site;
  if (registry === undefined) throw new Error('The site has no registry.');
  const fill = Object.entries(await registryFill(context));
  const logins = fill.reduce((text, [place, value]) => text.replaceAll(place, () => value), dockerLogins(registry));
  const encoded = Buffer.from(logins).toString('base64');
  context.conceal(encoded);
  return encoded;
}

async function state(context: LookContext, { seed, namespace, name, host }: Parameters): Promise<StateCheck> {
  const answer = await readObject(await context.look(seed), 'secrets', name, namespace, secretObject);
  if (!answer.answered) return silent(seed, answer.said);
  if (!answer.value) return { ok: false, observed: `no secret ${name}` };
  const ok = answer.value.data[key] === (await wanted(context));
  return { ok, observed: `secret ${name} holds ${ok ? `the login of ${host}` : 'another login'}` };
}

export const registrySecretKind: StepKind<typeof parameters> = {
  kind: 'registry-secret',
  parameters,
  state,
  act: async (context, _, step) => carryOut(context, step, { fill: { [loginsPlace]: await wanted(context) } }),
};

export function planRegistrySecret(p: Omit<Parameters, 'host'>, { host }: Registry): PlannedStep {
  return plannedStep(registrySecretKind, {
    group: 'Prepare the product',
    title: `Login of ${host} for images`,
    why: 'Kubernetes pulls the images of the product with it.',
    deadline: minutes(2),
    parameters: { ...p, host },
    commands: [
      command('apply', p.seed, kubectl.apply(), {
        stdin: manifestText([manifest({ ...p, host })]),
        note: 'the login goes through standard input and is kept nowhere else',
      }),
    ],
  });
}
