import { enabledComponents, featureSet } from '../../../product/features.ts';
import type { Product } from '../../../product/schema.ts';
import type { KubeObject } from '../../model/cluster.ts';
import { plain, service, workload } from '../manifests.ts';

/** What stands at a dotted path of Helm values. */
export function valueAt(values: unknown, path: string): unknown {
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
 * entrance. Nothing is rendered: the product file says what there is.
 */
export function productObjects(product: Product, values: unknown, release: string, namespace: string): KubeObject[] {
  const features = product.features
    .map(({ id }) => id)
    .filter((id) => answer(product, values, `feature:${id}`) === true);
  const managers = Number(answer(product, values, 'topology.managers') ?? 1);
  const { volumes } = featureSet(product, features);
  const objects = enabledComponents(product, features).flatMap((component): KubeObject[] => {
    const labels = { 'app.kubernetes.io/instance': release, 'app.kubernetes.io/component': component.id };
    const claims = volumes
      .filter((volume) => volume.component === component.id)
      .map((volume) => ({
        name: volume.id.toLowerCase(),
        size: text(answer(product, values, `volume:${volume.id}.size`)) ?? `${volume.defaultGiB}Gi`,
        storageClass: text(answer(product, values, `volume:${volume.id}.storageClass`)),
      }));
    const replicas = component.instances === 'perManager' ? managers : component.instances;
    const image = `registry.example.org/${product.id}/${component.id}:1.0.0`;
    return [
      workload({ kind: component.workload, name: component.id, namespace, image, replicas, labels, claims }),
      service(component.id, namespace, labels),
    ];
  });
  const host = answer(product, values, 'customer.dnsName');
  return [
    ...objects,
    plain('networking.k8s.io/v1', 'Ingress', release, namespace, {
      spec: { ingressClassName: 'public', rules: [{ host }], tls: [{ hosts: [host], secretName: product.tlsSecret }] },
    }),
  ];
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
