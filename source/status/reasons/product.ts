import { isPending } from '../../kubernetes/helm.ts';
import type { Product } from '../../product/schema.ts';
import { kloudspot } from '../../text/command.ts';
import { counted } from '../../text/plural.ts';
import type { Observation } from '../observation.ts';
import type { ClaimStatus, ComponentStatus, PoolStatus } from '../report.ts';
import { list, type Reason } from './reason.ts';

export function aboutRelease({ name }: Product, { release, releaseAsked, workloads }: Observation): Reason[] {
  if (!releaseAsked) {
    // Late on a busy machine: only parts that run say that it is installed.
    if (workloads === undefined || workloads.length > 0) return [];
    return [
      { verdict: 'degraded', reason: `Nothing of ${name} runs, and Helm did not answer.`, next: kloudspot('status') },
    ];
  }
  if (!release) return [{ verdict: 'degraded', reason: `${name} is not installed.`, next: kloudspot('start') }];
  if (isPending(release.status)) {
    const reason = `Release ${release.name} was left ${release.status} by an interrupted change.`;
    return [{ verdict: 'degraded', reason, next: kloudspot('start') }];
  }
  if (release.status === 'deployed') return [];
  return [{ verdict: 'degraded', reason: `Release ${release.name} is ${release.status}.`, next: kloudspot('start') }];
}

export function aboutValues(differs: readonly string[] | undefined): Reason[] {
  if (differs === undefined || differs.length === 0) return [];
  return [
    {
      verdict: 'note',
      reason: `The product does not run with the values of site.yaml: ${list(differs, 3)}.`,
      next: kloudspot('update'),
    },
  ];
}

export function aboutParts(
  components: readonly ComponentStatus[],
  { namespace }: Product,
  { release, releaseAsked, through }: Observation,
): Reason[] {
  // Where Helm did not answer, parts that are there say that it is installed.
  if ((releaseAsked && !release) || components.length === 0) return [];
  const open = components.filter(({ complete }) => !complete);
  if (open.length === 0) return [];
  const dead = components.every(({ ready }) => ready === 0);
  const words = open.map(
    ({ name, ready, wanted, cause }) => `${name} ${ready} of ${wanted}${cause === undefined ? '' : ` (${cause})`}`,
  );
  return [
    {
      verdict: dead ? 'down' : 'degraded',
      reason: `Not all parts are ready: ${list(words, 4)}.`,
      next: `sudo microk8s kubectl describe pods -n ${namespace}${through === undefined ? '' : `, on ${through}`}`,
    },
  ];
}

/** After a lost node is back, what moved stays where it went. */
export function aboutPlaces(components: readonly ComponentStatus[]): Reason[] {
  const uneven = components.filter((component) => component.uneven && component.complete);
  if (uneven.length === 0) return [];
  return [
    {
      verdict: 'note',
      reason: `Unevenly spread over the nodes: ${list(
        uneven.map(
          ({ name, nodes }) => `${name} (${nodes.map(({ node, ready }) => `${ready} on ${node}`).join(', ')})`,
        ),
        3,
      )}.`,
      next: kloudspot('rebalance'),
    },
  ];
}

export function aboutVolumes(claims: readonly ClaimStatus[], pools: readonly PoolStatus[]): Reason[] {
  const open = claims.filter(({ bound }) => !bound).map(({ name }) => name);
  const down = pools.filter(({ online }) => !online).map(({ node, state }) => `${node} (${state.toLowerCase()})`);
  return [
    ...(open.length === 0
      ? []
      : [
          {
            verdict: 'degraded' as const,
            reason: `${counted(open.length, 'volume is', 'volumes are')} not there yet: ${list(open, 3)}.`,
          },
        ]),
    ...(down.length === 0
      ? []
      : [{ verdict: 'degraded' as const, reason: `The storage pool is not online on ${list(down)}.` }]),
  ];
}
