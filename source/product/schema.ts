import * as z from 'zod';

const identifier = z
  .string()
  .regex(/^[a-z][A-Za-z0-9-]*$/, 'an id: letters, digits and hyphens, a lower-case letter first');

/** `shared`: a replicated volume any node may mount. `unshared`: a logical volume on each node that runs an instance. */
export const volumeClass = z.enum(['shared', 'unshared']);
export type VolumeClass = z.output<typeof volumeClass>;

const floor = z.strictObject({
  cores: z.number().int().positive(),
  memoryGiB: z.number().positive(),
  /** GiB of the largest disk that carries LVM. */
  diskGiB: z.number().positive(),
  /** GiB of the file system on /. */
  rootGiB: z.number().positive(),
});

export const productSchema = z.strictObject({
  version: z.literal(1),
  id: identifier,
  name: z.string().min(1),
  /** Asked in this order. */
  features: z.array(
    z.strictObject({
      id: identifier,
      label: z.string().min(1),
      help: z.string().optional(),
      default: z.boolean().default(false),
    }),
  ),
  /** What runs, and of which of the three kinds it is. `features`: any one of these switches it on; empty means always. */
  components: z.array(
    z.strictObject({
      id: identifier,
      label: z.string().min(1),
      kind: z.enum(['stateless', 'stateful-lvm', 'stateful-shared']),
      features: z.array(z.string()).default([]),
      /** Instances; `perManager` is one on each manager. */
      instances: z.union([z.number().int().positive(), z.literal('perManager')]).default(1),
      workload: z.enum(['Deployment', 'StatefulSet']),
    }),
  ),
  volumes: z.array(
    z.strictObject({
      id: identifier,
      label: z.string().min(1),
      component: z.string(),
      defaultGiB: z.number().int().positive(),
      help: z.string().optional(),
    }),
  ),
  /** One row for each set of features, the empty one included; `evidence` says whether a document shows it. */
  featureSets: z.array(
    z.strictObject({
      features: z.array(z.string()),
      evidence: z.enum(['seen', 'assumed']),
      source: z.string().optional(),
      volumes: z.array(z.strictObject({ id: z.string(), class: volumeClass })),
    }),
  ),
  nodes: z.strictObject({
    floor,
    recommended: z.array(
      z.strictObject({
        features: z.array(z.string()),
        cores: z.number().int().positive(),
        memoryGiB: z.number().positive(),
        diskGiB: z.number().positive(),
        rootGiB: z.number().positive(),
      }),
    ),
    cpuFlags: z.array(z.string()).default([]),
    requireSsd: z.boolean().default(true),
    os: z.array(z.strictObject({ id: z.string(), minimum: z.string(), ltsOnly: z.boolean().default(false) })).min(1),
  }),
  /** Allowed shapes: managers, and the least and most workers. */
  topologies: z.array(
    z.strictObject({
      id: identifier,
      label: z.string(),
      managers: z.number().int().positive(),
      minWorkers: z.number().int().min(0).default(0),
      maxWorkers: z.number().int().min(0).nullable().default(null),
    }),
  ),
  chart: z.strictObject({ reference: z.string().min(1), version: z.string().optional() }),
  release: z.string().min(1),
  namespace: z.string().min(1),
  tlsSecret: z.string().min(1),
  /** Charts of the storage engines; relative folders are taken from the product file's folder. */
  storage: z.strictObject({
    lvm: z.strictObject({
      chart: z.string(),
      repository: z.string().optional(),
      version: z.string().optional(),
      release: z.string(),
      namespace: z.string(),
      provisioner: z.string().default('local.csi.openebs.io'),
    }),
    cstor: z.strictObject({
      chart: z.string(),
      repository: z.string().optional(),
      version: z.string().optional(),
      release: z.string(),
      namespace: z.string(),
      provisioner: z.string().default('cstor.csi.openebs.io'),
    }),
    classes: z.strictObject({ shared: z.string(), unshared: z.string() }),
  }),
  /**
   * How answers become Helm values: each row sets one path.
   * `from` names a place in the site (`customer.dnsName`) or one of the computed ones:
   * `feature:ID` (boolean), `volume:ID.size` ("10Gi"), `volume:ID.class` (storage class name), `volume:ID.enabled`, `tls.secret`,
   * `topology.managers`, `topology.replicas`, `network.virtualAddress`. `value` sets a constant.
   */
  values: z.array(
    z.union([
      z.strictObject({ path: z.string(), from: z.string() }),
      z.strictObject({ path: z.string(), value: z.union([z.string(), z.number(), z.boolean()]) }),
    ]),
  ),
});

/** What is being installed, as data. The engine knows no product by name. */
export type Product = z.output<typeof productSchema> & {
  /** Absolute path of the file it was read from; relative charts are found from its folder. */
  readonly file: string;
};
