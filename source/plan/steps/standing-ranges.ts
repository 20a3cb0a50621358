import type { ClusterRanges } from '../../microk8s/node.ts';
import type { LookContext } from '../step.ts';
import { StepFault } from '../step-fault.ts';
import { argumentIn, argumentsOf } from './node-arguments.ts';

/** What a cluster gives to pods and services where it is not what the site says: nothing changes it once MicroK8s has started. */
export async function otherRanges(
  context: LookContext,
  node: string,
  wanted: ClusterRanges,
): Promise<string | undefined> {
  const [proxy, api] = await Promise.all(
    ['kube-proxy', 'kube-apiserver'].map((name) => argumentsOf(context, node, name)),
  );
  const pods = argumentIn(proxy, '--cluster-cidr');
  const services = argumentIn(api, '--service-cluster-ip-range');
  if (pods !== undefined && pods !== wanted.pods) return `it uses ${pods} for pods, not ${wanted.pods}`;
  if (services !== undefined && services !== wanted.services)
    return `it uses ${services} for services, not ${wanted.services}`;
  return undefined;
}

/** Why MicroK8s on the node is not taken over. */
export function otherCluster(node: string, seen: string): StepFault {
  return new StepFault({
    tried: `install MicroK8s on ${node}`,
    seen: `MicroK8s is there already, and ${seen}`,
    next: [
      'Keep it: write its ranges to cluster.podRange and cluster.serviceRange in site.yaml',
      'Where it is not a member of a cluster: remove it with all its data: sudo snap remove --purge microk8s',
    ],
  });
}
