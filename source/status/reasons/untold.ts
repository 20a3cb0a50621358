import type { Product } from '../../product/schema.ts';
import type { Site } from '../../site/schema.ts';
import { kloudspot } from '../../text/command.ts';
import type { Observation, ObservedMachine } from '../observation.ts';
import { list, type Reason } from './reason.ts';

/** What machines that answer did not tell of themselves: a disk that fails keeps LVM waiting. */
export function aboutUnread({ machines }: Observation): Reason[] {
  const without = (read: (machine: ObservedMachine) => unknown): string[] =>
    machines.filter((machine) => read(machine) === undefined).map(({ node }) => node);
  const groups = without(({ missingDisks, thinPools }) => missingDisks && thinPools);
  const unread = [
    ['volume groups', groups],
    ['file systems', without(({ fileSystems }) => fileSystems)],
    ['certificates', without(({ certificates }) => certificates)],
  ] as const;
  const said = unread.flatMap(([what, nodes]) => (nodes.length === 0 ? [] : [`${what} of ${list(nodes, 3)}`]));
  if (said.length === 0) return [];
  const next = groups[0] === undefined ? {} : { next: `sudo vgs, on ${groups[0]}` };
  return [{ verdict: 'note', reason: `Not read in time: ${said.join('; ')}.`, ...next }];
}

/** What an API that answers did not tell. Without its parts nothing says that the product runs. */
export function aboutUntold({ cluster }: Site, { name }: Product, seen: Observation): Reason[] {
  if (seen.through === undefined) return [];
  const ours = cluster.kubeconfig === undefined;
  const rest = [
    ...(seen.claims === undefined ? ['its volumes'] : []),
    ...(ours && seen.members === undefined ? ['the members of the datastore'] : []),
    ...(seen.pools === undefined ? ['the storage pools'] : []),
    ...(seen.ingressCertificate === undefined ? ['the certificate of the ingress'] : []),
  ];
  return [
    ...(seen.workloads === undefined
      ? [
          {
            verdict: 'unknown' as const,
            reason: `The API did not list the parts of ${name} in time.`,
            next: kloudspot('status'),
          },
        ]
      : []),
    ...(rest.length === 0 ? [] : [{ verdict: 'note' as const, reason: `Not listed in time: ${list(rest)}.` }]),
  ];
}
