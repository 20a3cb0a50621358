import * as z from 'zod';
import { certificateDates, parseCertificateDates } from '../../microk8s/certificates.ts';
import { microk8s } from '../../microk8s/microk8s.ts';
import { look, runCommand } from '../execution/carry-out.ts';
import { command, minutes, plannedStep } from '../execution/define.ts';
import type { LookContext, PlannedStep, StateCheck, StepContext, StepKind } from '../step.ts';
import { untilApiAnswers } from './api-certificate.ts';

const name = z.enum(['server', 'front-proxy-client', 'ca']);
const parameters = z.object({
  node: z.string(),
  /** Those to renew, each with the end that it has now, ISO 8601. */
  certificates: z.array(z.object({ name, until: z.string() })).min(1),
});
type Parameters = z.output<typeof parameters>;

/** Read from the files of the node: each ends later than it did. */
async function state(context: LookContext, { node, certificates }: Parameters): Promise<StateCheck> {
  const { stdout } = await look(context, node, certificateDates);
  const now = new Map<string, string>(parseCertificateDates(stdout).map((each) => [each.name, each.until]));
  const open = certificates.filter((each) => Date.parse(now.get(each.name) ?? '') <= Date.parse(each.until));
  const unseen = certificates.filter((each) => !now.has(each.name));
  if (unseen.length > 0) return { ok: false, observed: `not read: ${unseen.map((each) => each.name).join(', ')}` };
  if (open.length > 0) return { ok: false, observed: `old: ${open.map((each) => each.name).join(', ')}` };
  const ends = certificates.map((each) => `${each.name} until ${(now.get(each.name) ?? '').slice(0, 10)}`);
  return { ok: true, observed: ends.join(', ') };
}

async function act(context: StepContext, p: Parameters, step: PlannedStep): Promise<void> {
  for (const each of p.certificates) {
    if ((await state(context, { ...p, certificates: [each] })).ok) continue;
    await runCommand(context, step, each.name, { run: { deadline: minutes(5) } });
    await untilApiAnswers(context, p.node);
  }
}

export const certificateRenewal: StepKind<typeof parameters> = { kind: 'certificate-renewal', parameters, state, act };

export function planCertificateRenewal(p: Parameters): PlannedStep {
  return plannedStep(certificateRenewal, {
    node: p.node,
    group: 'Certificates',
    title: `Renew ${p.certificates.map((each) => each.name).join(' and ')}`,
    why: 'MicroK8s renews none of a cluster by itself. The API of this node restarts; the next node waits until it answers.',
    risk: 'dangerous',
    deadline: minutes(25),
    parameters: p,
    commands: p.certificates.map((each) => command(each.name, p.node, microk8s.refreshCertificate(`${each.name}.crt`))),
  });
}
