import * as z from 'zod';
import { serviceNames } from '../microk8s/services.ts';
import { tuningSchema } from './tuning.ts';

const identifier = z
  .string()
  .regex(/^[a-z][A-Za-z0-9-]*$/, 'an id: letters, digits and hyphens, a lower-case letter first');

/** RFC 1123 label, as Kubernetes and Helm want names of releases, namespaces and classes. */
const kubernetesName = z
  .string()
  .regex(
    /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/,
    'lower-case letters, digits and hyphens, at most 63, no hyphen at the ends (RFC 1123)',
  );

/** `shared`: a replicated volume any node may mount. `unshared`: a logical volume on each node that runs an instance. */
const volumeClass = z.enum(['shared', 'unshared']);
export type VolumeClass = z.output<typeof volumeClass>;

/** How a volume is mounted, in Kubernetes' words: by one node at a time, or by several at once. */
const accessMode = z.enum(['ReadWriteOnce', 'ReadWriteMany']);
export type AccessMode = z.output<typeof accessMode>;

/** The three kinds of components. Where the class of a volume goes by feature set, so does the kind: `by-volume`. */
export type ComponentKind = 'stateless' | 'stateful-lvm' | 'stateful-shared';

/** Nominal sizes, as on a data sheet: what the kernel and a file system keep for themselves is still counted as there. */
const machine = {
  cores: z.number().int().positive(),
  memoryGiB: z.number().positive(),
  diskGiB: z.number().positive().meta({ description: 'GiB of the largest disk with LVM. 1 TB is 931 GiB.' }),
  rootGiB: z.number().positive().meta({ description: 'GiB of the volume of /.' }),
};
export const machineSchema = z.strictObject(machine);
export type MachineSize = z.output<typeof machineSchema>;

/** One on each manager, on each worker, or on each node that carries the product. */
const instances = z.union([z.number().int().positive(), z.enum(['perManager', 'perWorker', 'perNode'])]);
export type Instances = z.output<typeof instances>;

const engineChart = (provisioner: string) =>
  z.strictObject({
    chart: z.string().min(1),
    repository: z.string().min(1).optional(),
    version: z.string().min(1).optional(),
    release: kubernetesName,
    namespace: kubernetesName,
    provisioner: z.string().min(1).default(provisioner),
  });

/** `documented`: the maker of the service says so. `rule`: a rule of thumb of practitioners. `assumed`: ours. */
const confidence = z.enum(['documented', 'rule', 'assumed']);
const rests = { source: z.string().min(1), confidence };

const workload = z.strictObject({
  inputs: z.array(
    z.strictObject({
      id: z.string().regex(/^[a-z][A-Za-z]*$/),
      label: z.string().min(1),
      unit: z.string().min(1),
      default: z.union([z.number().min(0), z.string().min(1)]).meta({
        description: 'A number, or a formula of inputs that stand before this one, and of constants.',
      }),
      ...rests,
    }),
  ),
  constants: z.array(z.strictObject({ id: z.string().regex(/^[a-z][A-Za-z]*$/), value: z.number(), ...rests })),
  volumes: z.record(z.string(), z.strictObject({ bytes: z.string().min(1), source: z.string().min(1) })).meta({
    description:
      'Bytes of a volume on each instance, by volume id. A formula of inputs, constants and: nodes (managers), ' +
      'instances (of this volume), failures (nodes that may be lost), growth (factor).',
  }),
  settings: z
    .record(
      z.string().regex(/^[a-z][A-Za-z]*$/),
      z.strictObject({ volume: z.string(), value: z.string().min(1), source: z.string().min(1) }),
    )
    .default({})
    .meta({
      description:
        'Settings of services that follow the size of a volume, by name. A formula of inputs, constants and volumeBytes (of that volume); a whole number, rounded down.',
    }),
});

export const productSchema = z.strictObject({
  version: z.literal(1),
  id: identifier,
  name: z.string().min(1),
  features: z
    .array(
      z.strictObject({
        id: identifier,
        label: z.string().min(1),
        help: z.string().optional(),
        default: z.boolean().default(false),
      }),
    )
    .max(6, 'at most 6 features: every set of them has a row')
    .meta({ description: 'Asked in this order.' }),
  components: z
    .array(
      z.strictObject({
        id: identifier,
        label: z.string().min(1),
        kind: z
          .enum(['stateless', 'stateful-lvm', 'stateful-shared', 'by-volume'])
          .meta({ description: 'by-volume: LVM or shared, as the feature set says of its volume.' }),
        features: z
          .array(z.string())
          .default([])
          .meta({ description: 'Any one of these switches it on; empty means always.' }),
        instances: z
          .union([instances, z.strictObject({ shared: instances, unshared: instances })])
          .default(1)
          .meta({
            description:
              'Copies that run: a number, or one on each manager (an odd number of them), worker, or node that carries the product.',
          }),
      }),
    )
    .meta({ description: 'What runs, and of which of the three kinds it is.' }),
  volumes: z.array(
    z.strictObject({
      id: identifier,
      label: z.string().min(1),
      component: z.string(),
      defaultGiB: z.number().int().positive(),
      access: accessMode.default('ReadWriteOnce').meta({
        description:
          'ReadWriteMany: pods on several nodes mount it at once, so only a storage class that can do so carries it.',
      }),
      help: z.string().optional(),
    }),
  ),
  workload: workload.optional().meta({ description: 'How sizes follow from what the product has to do.' }),
  featureSets: z
    .array(
      z.strictObject({
        features: z.array(z.string()),
        evidence: z
          .enum(['seen', 'assumed'])
          .meta({ description: 'seen: a document of the vendor shows it. assumed: inferred, see source.' }),
        source: z.string().optional(),
        volumes: z.array(z.strictObject({ id: z.string(), class: volumeClass })),
      }),
    )
    .meta({ description: 'One row for each set of features, the empty one included.' }),
  nodes: z.strictObject({
    floor: machineSchema.meta({ description: 'Below it a node fails.' }),
    workerFloor: machineSchema.optional().meta({ description: 'Another floor for workers.' }),
    recommended: z
      .array(z.strictObject({ features: z.array(z.string()), ...machine }))
      .meta({ description: 'Below it a node is warned of, when all of these features are on.' }),
    cpuFlags: z.array(z.string()).default([]),
    requireSsd: z.boolean().default(true),
    strictChecks: z.array(z.string()).default([]).meta({
      description: 'Names of checks whose failure an operator cannot accept, as the verb `explain` lists them.',
    }),
    ports: z
      .array(
        z.strictObject({
          port: z.number().int().min(1).max(65_535),
          protocol: z.enum(['tcp', 'udp']),
          use: z.string().min(1),
          from: z.enum(['all', 'manager', 'worker']).default('all'),
          to: z.enum(['all', 'manager', 'worker']).default('all'),
        }),
      )
      .default([])
      .meta({
        description:
          'Ports of the nodes themselves that the product uses from node to node, beside those of the cluster.',
      }),
    interfaces: z.number().int().positive().default(1).meta({ description: 'Network interfaces of each node.' }),
    sizesFixed: z
      .boolean()
      .default(false)
      .meta({ description: 'The vendor supports no other size of a machine once the product is installed.' }),
    os: z.array(z.strictObject({ id: z.string(), minimum: z.string(), ltsOnly: z.boolean().default(false) })).min(1),
  }),
  tuning: tuningSchema.meta({
    description: 'What the operating system of every node is set to before the cluster begins.',
  }),
  services: z
    .array(z.enum(serviceNames))
    .default([])
    .meta({ description: 'Services of the cluster that a site gets where it names none: addons of MicroK8s.' }),
  topologies: z
    .array(
      z.strictObject({
        id: identifier,
        label: z.string(),
        managers: z.number().int().positive(),
        minWorkers: z.number().int().min(0).default(0),
        maxWorkers: z.number().int().min(0).nullable().default(null),
        controlOnly: z.boolean().default(false).meta({
          description: 'Managers control the cluster and nothing else: parts and volumes are on the workers.',
        }),
      }),
    )
    .min(1)
    .meta({ description: 'Allowed shapes: managers, and the least and most workers.' }),
  chart: z.strictObject({ reference: z.string().min(1), version: z.string().min(1).optional() }).meta({
    description: 'A folder (starting with . or /; relative to this file), an OCI reference or repository/name.',
  }),
  release: kubernetesName,
  namespace: kubernetesName,
  tlsSecret: kubernetesName,
  storage: z
    .strictObject({
      lvm: engineChart('local.csi.openebs.io'),
      cstor: engineChart('cstor.csi.openebs.io'),
      classes: z.strictObject({ shared: kubernetesName, unshared: kubernetesName }),
    })
    .meta({ description: 'Charts of the storage engines, and the names of their storage classes.' }),
  values: z
    .array(
      z.union([
        z.strictObject({ path: z.string().min(1), from: z.string().min(1) }),
        z.strictObject({ path: z.string().min(1), value: z.union([z.string(), z.number(), z.boolean()]) }),
      ]),
    )
    .meta({
      description:
        'How answers become Helm values: each row sets one dotted path (a number is a place in a list). from: a place in the site (customer.dnsName), ' +
        'feature:ID (true or false), volume:ID.enabled, volume:ID.size ("10Gi"), volume:ID.class (shared or unshared), volume:ID.access, ' +
        'volume:ID.storageClass, setting:NAME (of workload.settings, where its volume is there), tls.secret, registry.secret (where the site has a registry with a login), topology.managers, topology.workers, topology.nodes (that carry the product) or topology.replicas. value: a constant.',
    }),
});

/** What is being installed, as data. The engine knows no product by name. */
export type Product = z.output<typeof productSchema> & {
  /** Absolute path of the file it was read from; relative charts are found from its folder. */
  readonly file: string;
};
