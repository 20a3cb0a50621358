import * as z from 'zod';

const verdictSchema = z.enum(['ok', 'degraded', 'down', 'unknown']).meta({
  description:
    'ok: nothing that is wanted is missing. degraded: it works, and something is missing. down: the API of the cluster does not answer, or the product cannot work. unknown: no machine was reached from here.',
});
/** One word for a whole site. */
export type Verdict = z.output<typeof verdictSchema>;

const iso = (description: string) => z.string().meta({ description: `${description}, ISO 8601` });

const certificateSchema = z.object({
  name: z.enum(['ca', 'server', 'front-proxy-ca', 'front-proxy-client', 'kubelet', 'ingress']),
  /** Undefined: the ingress' own, which is the cluster's. */
  node: z.string().optional(),
  until: iso('End of its validity'),
  daysLeft: z.number().int().meta({ description: 'Whole days; negative once it has ended' }),
});
/** A certificate, and how long it is valid. */
export type CertificateStatus = z.output<typeof certificateSchema>;

const nodeSchema = z.object({
  name: z.string(),
  inSite: z.boolean().meta({ description: 'false: the cluster has it, and site.yaml does not name it' }),
  role: z.enum(['manager', 'worker']),
  state: z.enum(['ready', 'lost', 'absent', 'unknown']).meta({
    description:
      'lost: the cluster does not hear from it; absent: the cluster does not know it; unknown: no manager answered',
  }),
  answers: z.boolean().meta({ description: 'Whether the workstation reaches the machine itself' }),
  since: iso('Since when it has been ready or lost').optional(),
  datastore: z.enum(['voter', 'standby', 'spare']).optional(),
  holdsVirtualAddress: z.boolean(),
  schedulable: z.boolean(),
  version: z.string().optional().meta({ description: 'Version of its kubelet' }),
  snap: z
    .object({ revision: z.string(), channel: z.string(), held: z.boolean() })
    .optional()
    .meta({ description: 'MicroK8s as snapd has it' }),
  pods: z.object({ ready: z.number().int(), all: z.number().int() }).optional(),
});
/** A node in the cluster. */
export type NodeStatus = z.output<typeof nodeSchema>;

const datastoreSchema = z.object({
  voters: z.number().int(),
  living: z.number().int(),
  survives: z.number().int().meta({ description: 'How many more voting members may be lost before the API stops' }),
});
/** Members of the datastore, and how many may be lost. */
export type DatastoreStatus = z.output<typeof datastoreSchema>;

const virtualAddressSchema = z.object({
  address: z.string(),
  given: z.boolean().optional().meta({ description: 'A service of the cluster has it' }),
  holder: z.string().optional(),
  since: iso('Since when that node has it').optional(),
});

const releaseSchema = z.object({
  name: z.string(),
  revision: z.number().int(),
  status: z.string(),
  chart: z.string(),
  differs: z
    .array(z.string())
    .optional()
    .meta({ description: 'Values that are not those of site.yaml, as dotted paths; empty where all are' }),
});

const componentSchema = z.object({
  name: z.string(),
  kind: z.string().meta({ description: 'Deployment, StatefulSet or DaemonSet' }),
  loss: z.enum(['stateless', 'stateful-lvm', 'stateful-shared']).meta({
    description:
      'What the loss of a node does to it. stateless: moves; stateful-lvm: goes on with fewer copies; stateful-shared: moves with its volume',
  }),
  state: z.enum(['complete', 'moved', 'degraded', 'waiting']),
  ready: z.number().int(),
  wanted: z.number().int(),
  complete: z.boolean(),
  words: z.string().meta({ description: 'What there is to say about it; empty where it is complete' }),
  cause: z.string().optional().meta({ description: 'What keeps a pod of it from being ready, in plain words' }),
  nodes: z.array(z.object({ node: z.string(), ready: z.number().int() })),
  uneven: z.boolean().meta({ description: 'Its pods are on fewer nodes than they could be' }),
});
/** A part of the product. */
export type ComponentStatus = z.output<typeof componentSchema>;

const claimSchema = z.object({ name: z.string(), bound: z.boolean(), size: z.string(), class: z.string() });
/** A claim for a volume. */
export type ClaimStatus = z.output<typeof claimSchema>;

const poolSchema = z.object({
  name: z.string(),
  node: z.string(),
  state: z.string(),
  online: z.boolean(),
  usedPercent: z.number().int().optional().meta({ description: 'Of its space, where the engine says so' }),
  readOnlyPercent: z.number().int().optional().meta({ description: 'Used from which on it takes no writes' }),
});
/** A pool of shared volumes. */
export type PoolStatus = z.output<typeof poolSchema>;

/** One truth about a site at one time, for every screen and for `--json`. */
export const reportSchema = z.object({
  site: z.string(),
  at: iso('When it was looked at'),
  verdict: verdictSchema,
  reasons: z.array(z.string()).max(5).meta({ description: 'The most serious first' }),
  next: z.string().optional().meta({ description: 'The next command, where there is something to do' }),
  through: z.string().optional().meta({ description: 'The manager that was asked' }),
  nodes: z.array(nodeSchema),
  datastore: datastoreSchema.optional(),
  virtualAddress: virtualAddressSchema.optional(),
  release: releaseSchema.optional(),
  components: z.array(componentSchema),
  claims: z.array(claimSchema),
  pools: z.array(poolSchema),
  certificates: z.array(certificateSchema),
});
/** What `status` says of a site. */
export type StatusReport = z.output<typeof reportSchema>;
