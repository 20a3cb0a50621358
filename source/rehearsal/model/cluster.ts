import * as z from 'zod';

/** A Kubernetes object. Spec and status are free, as the API server's are to one that does not know the kind. */
export const kubeObjectSchema = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string().optional(),
    labels: z.record(z.string(), z.string()).optional(),
    annotations: z.record(z.string(), z.string()).optional(),
    uid: z.string().optional(),
    resourceVersion: z.string().optional(),
    generation: z.number().optional(),
    creationTimestamp: z.string().optional(),
    deletionTimestamp: z.string().optional(),
    ownerReferences: z.array(z.looseObject({ kind: z.string(), name: z.string() })).optional(),
  }),
});
export type KubeObject = z.output<typeof kubeObjectSchema>;

const releaseRevision = z.object({
  revision: z.number().int(),
  status: z.enum([
    'deployed',
    'failed',
    'pending-install',
    'pending-upgrade',
    'pending-rollback',
    'superseded',
    'uninstalled',
    'uninstalling',
  ]),
  chart: z.string(),
  appVersion: z.string(),
  description: z.string(),
  firstDeployed: z.number(),
  lastDeployed: z.number(),
  values: z.record(z.string(), z.unknown()),
  /** `namespace` and key of each object it made. */
  objects: z.array(z.string()),
});
const releaseSchema = z.object({
  name: z.string(),
  namespace: z.string(),
  revisions: z.array(releaseRevision),
});
export type Release = z.output<typeof releaseSchema>;
export type ReleaseRevision = z.output<typeof releaseRevision>;

const memberSchema = z.object({
  machine: z.string(),
  /** `IP:19001`. */
  address: z.string(),
  role: z.enum(['voter', 'standby', 'spare']),
  /** As its node keeps it in info.yaml. */
  id: z.string().default(''),
  /** When it joined, ms since 1970; the first member did not. */
  joined: z.number().optional(),
  /** It gave its vote away before it knew another member, and finds none of them any more. */
  astray: z.boolean().optional(),
});

/** One Kubernetes cluster with its datastore. A fresh MicroK8s is a cluster of one. */
export const clusterSchema = z.object({
  id: z.string(),
  version: z.string(),
  objects: z.record(z.string(), kubeObjectSchema),
  resourceVersion: z.number().int(),
  members: z.array(memberSchema),
  /** Address of a removed member → when it was removed. */
  removed: z.record(z.string(), z.number()).optional(),
  /** When the datastore's leader looks at the roles next. */
  rolesAt: z.number().optional(),
  releases: z.array(releaseSchema),
  /** When its controllers have something to do next, ms since 1970; 0: at once. */
  nextAt: z.number(),
  /** Object key → when the change that is under way with it is over. */
  due: z.record(z.string(), z.number()),
});
export type Cluster = z.output<typeof clusterSchema>;
export type Member = z.output<typeof memberSchema>;
