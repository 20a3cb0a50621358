import * as z from 'zod';
import { kubectl } from '../../kubernetes/kubectl.ts';
import { serviceObject } from '../../kubernetes/objects.ts';
import { readObject } from '../../kubernetes/read.ts';
import { ingressOf, loadBalancerAnnotation } from '../../microk8s/tracks.ts';
import { carryOut } from '../execution/carry-out.ts';
import { command, minutes, plannedStep } from '../execution/define.ts';
import { madeNothing, untilGone } from '../execution/gone.ts';
import { silent, told } from '../execution/told.ts';
import { manifestText, ownLabels } from '../release/manifest.ts';
import type { LookContext, PlannedCommand, PlannedStep, StateCheck, StepContext, StepKind } from '../step.ts';
import { ingressNamespace } from './addon-ingress.ts';

const parameters = z.object({ seed: z.string(), channel: z.string(), virtualAddress: z.string() });
type Parameters = z.output<typeof parameters>;

/** Up to 1.34 the addon makes no service; from 1.35 the service of its chart is used. */
const serviceName = (channel: string) => (ingressOf(channel) === 'traefik' ? 'traefik' : 'ingress');

/** Local: the controller runs on every node, and clients keep their addresses. */
const manifest = (channel: string, virtualAddress: string) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: {
    name: 'ingress',
    namespace: ingressNamespace,
    labels: ownLabels,
    annotations: { [loadBalancerAnnotation(channel)]: virtualAddress },
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
    return [command('apply', seed, kubectl.apply(), { stdin: manifestText([manifest(channel, virtualAddress)]) })];
  }
  const change = { metadata: { annotations: { [loadBalancerAnnotation(channel)]: virtualAddress } } };
  return [command('annotate', seed, kubectl.patch('services', 'traefik', ingressNamespace, change))];
}

async function state(context: LookContext, { seed, channel, virtualAddress }: Parameters): Promise<StateCheck> {
  const name = serviceName(channel);
  const answer = await readObject(await context.look(seed), 'services', name, ingressNamespace, serviceObject);
  if (!answer.answered) return silent(seed, answer.said);
  if (!answer.value) return { ok: false, observed: `no service ${name}` };
  const given = answer.value.status.loadBalancer.ingress.map(({ ip }) => ip);
  const ok = given.includes(virtualAddress);
  return {
    ok,
    observed: ok ? `the ingress has ${virtualAddress}` : `the ingress has ${given.join(', ') || 'no address'}`,
  };
}

/** Traefik brings its own. */
async function isMissing(context: StepContext, { seed, channel }: Parameters): Promise<boolean> {
  if (ingressOf(channel) !== 'nginx') return false;
  const name = serviceName(channel);
  const found = await told(context, seed, `service ${name}`, (host) =>
    readObject(host, 'services', name, ingressNamespace, serviceObject),
  );
  return found === undefined;
}

export const ingressService: StepKind<typeof parameters> = {
  kind: 'ingress-service',
  parameters,

  state,
  madeUnder: () => 'made',
  async act(context, p, step) {
    if (await isMissing(context, p)) context.remember('made', serviceName(p.channel));
    await carryOut(context, step);
    await context.until({
      for: `the ingress to get ${p.virtualAddress}`,
      deadline: minutes(2),
      probe: () => state(context, p),
      causes: ['the address is not in the pool of MetalLB, or assigned to another service'],
      next: [`sudo microk8s kubectl get services -A on ${p.seed} shows who has it`],
    });
  },
  async undo(context, p) {
    if (context.recall('made') === undefined) return madeNothing;
    await context.run(p.seed, kubectl.delete('services', 'ingress', { namespace: ingressNamespace, wait: true }), {
      sudo: true,
    });
    return untilGone(context, () => state(context, p));
  },
};

export function planIngressService(p: Parameters): PlannedStep {
  return plannedStep(ingressService, {
    group: 'Virtual address',
    title: `The ingress answers on ${p.virtualAddress}`,
    why: 'The DNS name of the site resolves to this address.',
    deadline: minutes(4),
    parameters: p,
    commands: commands(p),
  });
}
