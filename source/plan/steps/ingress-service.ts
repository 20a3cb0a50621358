import * as z from 'zod';
import { kubectl } from '../../kubernetes/kubectl.ts';
import { serviceObject } from '../../kubernetes/objects.ts';
import { readObject } from '../../kubernetes/read.ts';
import { ingressOf } from '../../microk8s/microk8s.ts';
import { manifestText } from '../release/manifest.ts';
import type { Looked, PlannedCommand, PlannedStep, StepContext, StepKind } from '../step.ts';
import { carryOut } from '../work/carry-out.ts';
import { command, minutes, plannedStep } from '../work/define.ts';
import { ingressNamespace } from './addon-ingress.ts';

const parameters = z.object({ seed: z.string(), channel: z.string(), virtualAddress: z.string() });
type Parameters = z.output<typeof parameters>;

const annotation = 'metallb.io/loadBalancerIPs';
/** Up to 1.34 the addon makes no service; from 1.35 the service of its chart is used. */
const serviceName = (channel: string) => (ingressOf(channel) === 'traefik' ? 'traefik' : 'ingress');

/** Local: the controller runs on every node, and clients keep their addresses. */
const manifest = (virtualAddress: string) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: {
    name: 'ingress',
    namespace: ingressNamespace,
    labels: { 'app.kubernetes.io/managed-by': 'kloudspot' },
    annotations: { [annotation]: virtualAddress },
  },
  spec: {
    type: 'LoadBalancer',
    externalTrafficPolicy: 'Local',
    selector: { name: 'nginx-ingress-microk8s' },
    ports: [
      { name: 'http', protocol: 'TCP', port: 80, targetPort: 80 },
      { name: 'https', protocol: 'TCP', port: 443, targetPort: 443 },
    ],
  },
});

function commands({ seed, channel, virtualAddress }: Parameters): PlannedCommand[] {
  if (ingressOf(channel) === 'nginx') {
    return [command(seed, kubectl.apply(), { stdin: manifestText([manifest(virtualAddress)]) })];
  }
  const change = { metadata: { annotations: { [annotation]: virtualAddress } } };
  return [command(seed, kubectl.patch('services', 'traefik', ingressNamespace, change))];
}

async function state(context: StepContext, { seed, channel, virtualAddress }: Parameters): Promise<Looked> {
  const name = serviceName(channel);
  const answer = await readObject(await context.look(seed), 'services', name, ingressNamespace, serviceObject);
  if (!answer.answered) return { holds: false, seen: `${seed} says: ${answer.said}` };
  if (!answer.value) return { holds: false, seen: `no service ${name}` };
  const given = answer.value.status.loadBalancer.ingress.map(({ ip }) => ip);
  const holds = given.includes(virtualAddress);
  return {
    holds,
    seen: holds ? `the entrance has ${virtualAddress}` : `the entrance has ${given.join(', ') || 'no address'}`,
  };
}

export const ingressService: StepKind<typeof parameters> = {
  kind: 'ingress-service',
  parameters,
  done: state,
  verify: state,
  async act(context, p, step) {
    await carryOut(context, step);
    await context.until({
      for: `the entrance to get ${p.virtualAddress}`,
      deadline: minutes(2),
      probe: async () => {
        const { holds, seen } = await state(context, p);
        return { ready: holds, seen };
      },
      causes: ['MetalLB has no such address to give, or has given it to another service'],
      next: [`sudo microk8s kubectl get services -A on ${p.seed} shows who has it`],
    });
  },
  async undo(context, p) {
    if (ingressOf(p.channel) === 'traefik') return;
    await context.run(p.seed, kubectl.delete('services', 'ingress', { namespace: ingressNamespace, wait: true }), {
      sudo: true,
    });
  },
};

export function planIngressService(p: Parameters, needs: readonly string[]): PlannedStep {
  return plannedStep(ingressService, {
    group: 'Virtual address',
    title: `The entrance answers on ${p.virtualAddress}`,
    why: 'The DNS name of the site leads to this address.',
    needs,
    deadline: minutes(4),
    parameters: p,
    commands: commands(p),
  });
}
