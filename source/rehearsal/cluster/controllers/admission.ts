import type { Cluster, KubeObject } from '../../model/cluster.ts';
import { plain } from '../manifests.ts';
import type { ReconcileContext } from '../reconcile-context.ts';
import { isReady } from '../schemas.ts';
import { find, list, ownedBy, put } from '../store.ts';

const kind = 'ValidatingWebhookConfiguration';
const name = 'openebs-cstor-validation-webhook';
const server = 'openebs-cstor-admission-server';

/** cStor's admission server makes its webhook when it starts. No chart holds it, so that no removal of a release takes it along. */
export function reconcileAdmission({ cluster, now }: ReconcileContext): void {
  if (!serves(cluster) || find(cluster, kind, undefined, name) !== undefined) return;
  put(cluster, plain('admissionregistration.k8s.io/v1', kind, name), now);
}

function serves(cluster: Cluster): boolean {
  return list(cluster, 'Pod').some((pod) => ownedBy(pod, 'Deployment', server) && isReady(pod));
}

/** Kinds that the webhook is asked about. */
const asked = ['CStorPoolCluster', 'CStorVolumeConfig'];

/** What the API server says to a change while the webhook is there and no one answers it; undefined otherwise. */
export function unansweredWebhook(cluster: Cluster, object: KubeObject): string | undefined {
  if (!asked.includes(object.kind) || find(cluster, kind, undefined, name) === undefined || serves(cluster))
    return undefined;
  return `Error from server (InternalError): Internal error occurred: failed calling webhook "admission-webhook.cstor.openebs.io": failed to call webhook: Post "https://${server}.openebs.svc:443/validate?timeout=5s": no endpoints available for service "${server}"`;
}
