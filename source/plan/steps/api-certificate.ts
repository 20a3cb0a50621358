import { addCertificateNames, certificateNames, parseCertificateNames } from '../../microk8s/certificates.ts';
import { microk8s } from '../../microk8s/microk8s.ts';
import { parseMicroK8sStatus, sayStatus } from '../../microk8s/status.ts';
import { look, runCommand } from '../execution/carry-out.ts';
import { command, minutes, seconds } from '../execution/define.ts';
import type { LookContext, PlannedCommand, PlannedStep, StateCheck, StepContext } from '../step.ts';

/** A manager, and the names and addresses that the certificate of its API server is for beside those that MicroK8s gives it. */
export interface CertificateWish {
  readonly node: string;
  readonly names: readonly string[];
}

/** Read from the certificate itself: a launch configuration that was applied late, or never, leaves names out silently. */
export async function certificateNamed(context: LookContext, { node, names }: CertificateWish): Promise<StateCheck> {
  const { code, stdout, stderr } = await look(context, node, certificateNames);
  if (code !== 0) return { ok: false, observed: `failed to read the certificate of its API: ${stderr.trim()}` };
  const there = new Set(parseCertificateNames(stdout));
  const missing = names.filter((name) => !there.has(name.toLowerCase()));
  if (missing.length === 0) return { ok: true, observed: 'the certificate of its API has all names' };
  return { ok: false, observed: `the certificate of its API is not for ${missing.join(', ')}` };
}

const unnamed = 'the certificate of its API lacks one of these names';

export function certificateCommands({ node, names }: CertificateWish): PlannedCommand[] {
  if (names.length === 0) return [];
  const lowered = names.map((name) => name.toLowerCase());
  return [
    command('add-names', node, addCertificateNames(lowered), { when: unnamed }),
    command('refresh-certificate', node, microk8s.refreshCertificate('server.crt'), { when: unnamed }),
  ];
}

/** Makes the certificate again where it lacks a name. The API of this node restarts with it. */
export async function nameCertificate(context: StepContext, step: PlannedStep, wish: CertificateWish): Promise<void> {
  if ((await certificateNamed(context, wish)).ok) return;
  await runCommand(context, step, 'add-names');
  await runCommand(context, step, 'refresh-certificate', { run: { deadline: minutes(5) } });
  await untilApiAnswers(context, wish.node);
}

/** Waits for the API server of a node to answer with the certificate that it was given. */
export function untilApiAnswers(context: StepContext, node: string): Promise<void> {
  return context.until({
    for: `MicroK8s on ${node} to answer with its new certificate`,
    deadline: minutes(6),
    every: seconds(3),
    probe: async () => {
      const status = parseMicroK8sStatus(await look(context, node, microk8s.status(), minutes(2)));
      return { ok: status.state === 'running', observed: sayStatus(status) };
    },
    causes: ['kubelite does not start with it'],
    next: [`sudo microk8s refresh-certs -u on ${node} restores the old ones`],
  });
}
