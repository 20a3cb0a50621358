import type { Product } from '../../product/schema.ts';
import type { Site } from '../../site/schema.ts';
import { kloudspot } from '../../text/command.ts';
import type { Observation } from '../observation.ts';
import { list, type Reason } from './reason.ts';

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
