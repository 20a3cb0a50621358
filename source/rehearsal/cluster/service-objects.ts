import * as z from 'zod';
import type { ClusterService } from '../../microk8s/services.ts';
import type { KubeObject } from '../model/cluster.ts';
import { type Claim, service as kubeService, namespaceObject, plain, workload } from './manifests.ts';

const kinds: Readonly<Record<string, 'Deployment' | 'StatefulSet' | 'DaemonSet'>> = {
  deployments: 'Deployment',
  statefulsets: 'StatefulSet',
  daemonsets: 'DaemonSet',
};

/** A claim that values of a chart ask for, by the name that it gets. */
export interface AskedClaim extends Omit<Claim, 'name'> {
  readonly claim: string;
}

/** What an addon brings that is a service of the cluster: its parts as the data names them, with the claims that its values ask for. */
export function serviceObjects(service: ClusterService, claims: readonly AskedClaim[] = []): KubeObject[] {
  const { name, namespace, parts, apis } = service;
  const objects = parts.map((part) => {
    const [plural = '', own = ''] = part.split('/');
    const kind = kinds[plural] ?? 'Deployment';
    const image = `registry.example.org/${name}/${own}:1.0.0`;
    return workload({ kind, name: own, namespace, image, claims: claims.flatMap((one) => templateOf(one, own)) });
  });
  return [
    ...(namespace === 'kube-system' ? [] : [namespaceObject(namespace)]),
    ...objects,
    ...apis.flatMap((api) => [
      kubeService(name, namespace, { 'app.kubernetes.io/name': name }),
      plain('apiregistration.k8s.io/v1', 'APIService', api, undefined, { spec: { service: { name, namespace } } }),
    ]),
  ];
}

/** A stateful set names its claims TEMPLATE-SET-NUMBER. */
function templateOf({ claim, size, storageClass }: AskedClaim, set: string): Claim[] {
  const end = `-${set}-0`;
  return claim.endsWith(end) ? [{ name: claim.slice(0, -end.length), size, storageClass }] : [];
}

const metrics = z.object({
  prometheus: z.object({
    prometheusSpec: z.object({
      storageSpec: z.object({
        volumeClaimTemplate: z.object({
          spec: z.object({
            storageClassName: z.string(),
            resources: z.object({ requests: z.object({ storage: z.string() }) }),
          }),
        }),
      }),
    }),
  }),
});
const logs = z.object({
  loki: z.object({
    persistence: z.object({ enabled: z.literal(true), storageClassName: z.string(), size: z.string() }),
  }),
});

/** The claims that values of the charts of observability ask for; other values ask for none. */
export function claimsIn({ volumes }: ClusterService, values: unknown): AskedClaim[] {
  const claimOf = (id: string) => volumes.find((volume) => volume.id === id)?.claim ?? '';
  const [ofMetrics, ofLogs] = [metrics.safeParse(values).data, logs.safeParse(values).data];
  const spec = ofMetrics?.prometheus.prometheusSpec.storageSpec.volumeClaimTemplate.spec;
  const persistence = ofLogs?.loki.persistence;
  return [
    ...(spec === undefined
      ? []
      : [
          {
            claim: claimOf('observability-metrics'),
            size: spec.resources.requests.storage,
            storageClass: spec.storageClassName,
          },
        ]),
    ...(persistence === undefined
      ? []
      : [{ claim: claimOf('observability-logs'), size: persistence.size, storageClass: persistence.storageClassName }]),
  ];
}
