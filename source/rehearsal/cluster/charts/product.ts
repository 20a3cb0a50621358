import { type ChartPart, type ChartVolume, chartParts } from '../../../product/chart-parts.ts';
import type { Product } from '../../../product/schema.ts';
import type { KubeObject } from '../../model/cluster.ts';
import { type Claim, claim, plain, service, workload } from '../manifests.ts';

/** The value at a dotted path of Helm values. */
function valueAt(values: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (part, key) => (typeof part === 'object' && part !== null ? Reflect.get(part, key) : undefined),
      values,
    );
}

/** The value that a row of the product's list fills from that source: the way from an answer back. */
function answer(product: Product, values: unknown, source: string): unknown {
  const row = product.values.find((one) => 'from' in one && one.from === source);
  return row === undefined ? undefined : valueAt(values, row.path);
}

/**
 * What the product's chart brings for these values: each component that the features switch on, with its volumes, and the
 * ingress. Nothing is rendered: the product file says what there is.
 */
export function productObjects(product: Product, values: unknown, release: string, namespace: string): KubeObject[] {
  const features = product.features
    .map(({ id }) => id)
    .filter((id) => answer(product, values, `feature:${id}`) === true);
  const counted = answer(product, values, 'topology.replicas') ?? answer(product, values, 'topology.managers') ?? 1;
  const of = (source: string) => Number(answer(product, values, source) ?? counted);
  const counts = { replicas: Number(counted), workers: of('topology.workers'), nodes: of('topology.nodes') };
  const parts = chartParts(product, { release, features, counts });
  const wished = (volume: ChartVolume): Claim => ({
    name: volume.claim,
    access: volume.access,
    size: text(answer(product, values, `volume:${volume.id}.size`)) ?? `${volume.defaultGiB}Gi`,
    storageClass: text(answer(product, values, `volume:${volume.id}.storageClass`)),
  });
  const host = answer(product, values, 'customer.dnsName');
  return [
    ...parts.flatMap((part) =>
      partObjects(part, part.volumes.map(wished), { product: product.id, release, namespace }),
    ),
    plain('networking.k8s.io/v1', 'Ingress', release, namespace, {
      spec: { ingressClassName: 'public', rules: [{ host }], tls: [{ hosts: [host], secretName: product.tlsSecret }] },
    }),
  ];
}

function partObjects(
  { component, name, workload: kind, instances }: ChartPart,
  claims: readonly Claim[],
  { product, release, namespace }: { readonly product: string; readonly release: string; readonly namespace: string },
): KubeObject[] {
  const labels = { 'app.kubernetes.io/instance': release, 'app.kubernetes.io/component': component };
  const image = `registry.example.org/${product}/${component}:1.0.0`;
  const shared = kind === 'Deployment' ? claims : [];
  return [
    workload({ kind, name, namespace, image, replicas: instances, labels, claims }),
    service(name, namespace, labels, claims.length > 0 ? { clusterIP: 'None' } : {}),
    // The data outlives the release, as that of a stateful set does.
    ...shared.map((one) => claim(one, namespace, { 'helm.sh/resource-policy': 'keep' })),
  ];
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
