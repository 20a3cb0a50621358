import * as z from 'zod';
import { kubectl } from '../../kubernetes/kubectl.ts';
import { secretObject } from '../../kubernetes/objects.ts';
import { readObject } from '../../kubernetes/read.ts';
import { ensurePair, standingPair } from '../../workstation/tls-pair.ts';
import { carryOut } from '../execution/carry-out.ts';
import { command, minutes, plannedStep } from '../execution/define.ts';
import { silent } from '../execution/told.ts';
import { manifestText, ownLabels } from '../release/manifest.ts';
import type { LookContext, PlannedStep, StateCheck, StepContext, StepKind } from '../step.ts';

const parameters = z.object({
  seed: z.string(),
  namespace: z.string(),
  name: z.string(),
  mode: z.enum(['files', 'self-signed']),
});
type Parameters = z.output<typeof parameters>;

const base64 = (text: string) => Buffer.from(text).toString('base64');
const certificatePlace = '<certificate>';
const keyPlace = '<private key>';

const manifest = ({ namespace, name }: Parameters) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  type: 'kubernetes.io/tls',
  metadata: { name, namespace, labels: ownLabels },
  data: { 'tls.crt': certificatePlace, 'tls.key': keyPlace },
});

async function state(context: LookContext, { seed, namespace, name }: Parameters): Promise<StateCheck> {
  const pair = await standingPair(context.site, context.files, context.clock.now());
  if (!pair) return { ok: false, observed: 'no certificate was made yet' };
  const answer = await readObject(await context.look(seed), 'secrets', name, namespace, secretObject);
  if (!answer.answered) return silent(seed, answer.said);
  if (!answer.value) return { ok: false, observed: `no secret ${name}` };
  const same = answer.value.data['tls.crt'] === base64(pair.certificate);
  return {
    ok: same,
    observed: same ? `secret ${name} holds the certificate` : `secret ${name} holds another certificate`,
  };
}

async function act(context: StepContext, _: Parameters, step: PlannedStep): Promise<void> {
  const pair = await ensurePair(context.site, context.files, context.clock.now());
  const key = base64(pair.key);
  context.conceal(key);
  await carryOut(context, step, { fill: { [certificatePlace]: base64(pair.certificate), [keyPlace]: key } });
}

export const tlsSecret: StepKind<typeof parameters> = {
  kind: 'tls-secret',
  parameters,

  state,
  act,
};

export function planTlsSecret(p: Parameters): PlannedStep {
  return plannedStep(tlsSecret, {
    group: 'Prepare the product',
    title: p.mode === 'files' ? 'Certificate and key from the files' : 'Self-signed certificate',
    why: 'Browsers and devices check it before they trust the site.',
    deadline: minutes(2),
    parameters: p,
    commands: [
      command('apply', p.seed, kubectl.apply(), {
        stdin: manifestText([manifest(p)]),
        note: 'the private key goes through standard input and is kept nowhere else',
      }),
    ],
  });
}
