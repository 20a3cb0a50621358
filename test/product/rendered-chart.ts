import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { execa } from 'execa';
import { parseAllDocuments } from 'yaml';
import * as z from 'zod';
import { valuesText } from '../../source/plan/values.ts';
import { chartParts } from '../../source/product/chart-parts.ts';
import type { Product } from '../../source/product/schema.ts';
import { siteSchema } from '../../source/site/schema.ts';
import { templatesFolder } from '../../source/site/templates.ts';
import { at } from '../lab/place.ts';

/** The Helm that the lab has built, else the one of this machine; undefined where there is none. */
export const foundHelm = [
  at('plane/helm'),
  ...(process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, 'helm')),
].find((path) => existsSync(path));

export const chart = join(templatesFolder(), 'chart/kloudspot');

/** What the name of a test ends with that runs it. */
export const needsHelm = '(needs Helm: node test/lab/lab.ts build)';

/** A Helm that is built by `go install` takes the cluster for an old one unless it is told. */
export const cluster = ['--kube-version', '1.34.0'];

/** One part as a table row: everything that the program and the chart must agree on. */
export interface Row {
  readonly workload: string;
  readonly instances: number;
  /** Claim, or claim template → size and class. */
  readonly claims: Readonly<Record<string, string>>;
  /** Claim that each pod mounts, beside those of the templates. */
  readonly mounts: readonly string[];
}

const claimSpec = z.object({
  storageClassName: z.string(),
  resources: z.object({ requests: z.object({ storage: z.string() }) }),
});
const named = z.object({ name: z.string() });
const workload = z.object({
  kind: z.enum(['Deployment', 'StatefulSet']),
  metadata: named,
  spec: z.object({
    replicas: z.number(),
    template: z.object({
      spec: z.object({
        volumes: z
          .array(z.object({ persistentVolumeClaim: z.object({ claimName: z.string() }).optional() }))
          .default([]),
      }),
    }),
    volumeClaimTemplates: z.array(z.object({ metadata: named, spec: claimSpec })).default([]),
  }),
});
const claim = z.object({ kind: z.literal('PersistentVolumeClaim'), metadata: named, spec: claimSpec });

const shown = ({ storageClassName, resources }: z.output<typeof claimSpec>) =>
  `${resources.requests.storage} of ${storageClassName}`;

/** The values that the program writes for a site with these features. */
export function valuesFor(product: Product, managers: number, features: readonly string[]): string {
  const site = siteSchema.parse({
    version: 1,
    name: 'berlin',
    nodes: Array.from({ length: managers }, (_, n) => ({
      name: `ks-${n}`,
      reach: `10.0.4.${n + 10}`,
      role: 'manager',
    })),
    network: { virtualAddress: '10.0.4.30' },
    features,
    customer: { dnsName: 'spot.acme.eu', reference: 'yes' },
  });
  return valuesText(site, product);
}

/** What the real Helm makes of the chart with these values, by the names of the parts. */
export async function renderedParts(helm: string, product: Product, values: string): Promise<Record<string, Row>> {
  const words = ['template', product.release, chart, '--namespace', product.namespace, '--values', '-', ...cluster];
  const { stdout } = await execa(helm, words, { input: values });
  const objects: unknown[] = parseAllDocuments(stdout).map((document) => document.toJS());
  const claims = objects.flatMap((object) => claim.safeParse(object).data ?? []);
  const parts = objects.flatMap((object) => workload.safeParse(object).data ?? []);
  return Object.fromEntries(
    parts.map(({ kind, metadata, spec }) => {
      const mounts = spec.template.spec.volumes.flatMap((volume) => volume.persistentVolumeClaim?.claimName ?? []);
      const own = [...spec.volumeClaimTemplates, ...claims.filter((one) => mounts.includes(one.metadata.name))];
      return [
        metadata.name,
        {
          workload: kind,
          instances: spec.replicas,
          claims: Object.fromEntries(own.map((one) => [one.metadata.name, shown(one.spec)])),
          mounts,
        },
      ];
    }),
  );
}

/** What the program says that the chart makes. */
export function expectedParts(product: Product, managers: number, features: readonly string[]): Record<string, Row> {
  const parts = chartParts(product, {
    release: product.release,
    features,
    counts: { replicas: managers, workers: 0, nodes: managers },
  });
  return Object.fromEntries(
    parts.map(({ name, workload: kind, instances, volumes }) => [
      name,
      {
        workload: kind,
        instances,
        claims: Object.fromEntries(
          volumes.map((volume) => [volume.claim, `${volume.defaultGiB}Gi of ${product.storage.classes[volume.class]}`]),
        ),
        mounts: kind === 'Deployment' ? volumes.map((volume) => volume.claim) : [],
      },
    ]),
  );
}
