import * as z from 'zod';

/* Only what this program looks at. Fields that Kubernetes leaves out when they are zero or empty have defaults. */

const count = z.number().default(0);
/** Texts by name, such as labels; none where the object has none. */
export const words = z.record(z.string(), z.string()).default({});
/** What every object has. */
export const metadata = z.object({
  name: z.string(),
  namespace: z.string().default(''),
  labels: words,
  annotations: words,
  generation: count,
  creationTimestamp: z.string().default(''),
  deletionTimestamp: z.string().optional(),
  ownerReferences: z.array(z.object({ kind: z.string(), name: z.string() })).optional(),
});
const condition = z.object({
  type: z.string(),
  status: z.string(),
  reason: z.string().default(''),
  message: z.string().default(''),
  lastTransitionTime: z.string().optional(),
});

export const nodeObject = z.object({
  metadata,
  spec: z
    .object({
      unschedulable: z.boolean().default(false),
      taints: z.array(z.object({ key: z.string(), effect: z.string() })).default([]),
    })
    .prefault({}),
  status: z.object({
    conditions: z.array(condition).default([]),
    addresses: z.array(z.object({ type: z.string(), address: z.string() })).default([]),
    nodeInfo: z.object({ kubeletVersion: z.string().default('') }).prefault({}),
  }),
});
export type NodeObject = z.output<typeof nodeObject>;

/** Deployments, stateful sets and daemon sets in one shape; which counts are there depends on `kind`. */
export const workloadObject = z.object({
  kind: z.enum(['Deployment', 'StatefulSet', 'DaemonSet']),
  metadata,
  spec: z.object({ replicas: z.number().optional() }).prefault({}),
  status: z
    .object({
      observedGeneration: count,
      replicas: count,
      readyReplicas: count,
      updatedReplicas: count,
      availableReplicas: count,
      currentRevision: z.string().optional(),
      updateRevision: z.string().optional(),
      desiredNumberScheduled: count,
      numberReady: count,
      numberAvailable: count,
      updatedNumberScheduled: count,
    })
    .prefault({}),
});
export type WorkloadObject = z.output<typeof workloadObject>;

const waiting = z.object({ reason: z.string().default(''), message: z.string().default('') });
const containerState = z
  .object({
    waiting: waiting.optional(),
    terminated: z.object({ reason: z.string().default(''), exitCode: count }).optional(),
  })
  .prefault({});
export const podObject = z.object({
  metadata,
  spec: z
    .object({
      nodeName: z.string().optional(),
      volumes: z.array(z.object({ persistentVolumeClaim: z.object({ claimName: z.string() }).optional() })).default([]),
    })
    .prefault({}),
  status: z
    .object({
      phase: z.string().default('Unknown'),
      reason: z.string().default(''),
      conditions: z.array(condition).default([]),
      containerStatuses: z
        .array(
          z.object({
            name: z.string(),
            ready: z.boolean().default(false),
            /** Whether its start-up probe has passed; undefined before the kubelet has looked. */
            started: z.boolean().optional(),
            restartCount: count,
            state: containerState,
            lastState: containerState,
          }),
        )
        .default([]),
    })
    .prefault({}),
});
export type PodObject = z.output<typeof podObject>;

export const serviceObject = z.object({
  metadata,
  spec: z.object({ type: z.string().default('ClusterIP'), clusterIP: z.string().optional() }).prefault({}),
  status: z
    .object({
      loadBalancer: z.object({ ingress: z.array(z.object({ ip: z.string().default('') })).default([]) }).prefault({}),
    })
    .prefault({}),
});

export type ServiceObject = z.output<typeof serviceObject>;

/** Which node answers for a service's address; MetalLB has it from 0.14 on. */
export const layer2StatusObject = z.object({
  metadata: z.object({ creationTimestamp: z.string().default('') }).prefault({}),
  status: z.object({ node: z.string().default(''), serviceName: z.string().default('') }).prefault({}),
});
export type Layer2StatusObject = z.output<typeof layer2StatusObject>;

export const claimObject = z.object({
  metadata,
  spec: z
    .object({
      storageClassName: z.string().default(''),
      resources: z.object({ requests: words }).prefault({}),
      volumeName: z.string().default(''),
    })
    .prefault({}),
  status: z.object({ phase: z.string().default('Pending') }).prefault({}),
});
export type ClaimObject = z.output<typeof claimObject>;

/** A claim with what its volume has, beside what is asked for. */
export const claimSizeObject = claimObject.extend({
  status: z.object({ capacity: words, conditions: z.array(condition).default([]) }).prefault({}),
});
export type ClaimSizeObject = z.output<typeof claimSizeObject>;

/** A stateful set, as far as the volumes that it asks for. */
export const claimTemplatesObject = z.object({
  metadata,
  spec: z.object({
    volumeClaimTemplates: z
      .array(
        z.object({
          metadata: z.object({ name: z.string() }),
          spec: z.object({ resources: z.object({ requests: words }).prefault({}) }).prefault({}),
        }),
      )
      .default([]),
  }),
});

/** A volume, and the nodes that it can be used on, where it is bound to some. */
export const volumeObject = z.object({
  metadata,
  spec: z
    .object({
      storageClassName: z.string().default(''),
      capacity: words,
      claimRef: z.object({ namespace: z.string().default(''), name: z.string().default('') }).prefault({}),
      nodeAffinity: z
        .object({
          required: z
            .object({
              nodeSelectorTerms: z
                .array(
                  z.object({
                    matchExpressions: z.array(z.object({ values: z.array(z.string()).default([]) })).default([]),
                  }),
                )
                .default([]),
            })
            .prefault({}),
        })
        .prefault({}),
    })
    .prefault({}),
  status: z.object({ phase: z.string().default('') }).prefault({}),
});
export type VolumeObject = z.output<typeof volumeObject>;

/** The one of these nodes that alone can mount the volume; undefined where it is bound to none, or to several. */
export function nodeOfVolume({ spec }: VolumeObject, nodes: ReadonlySet<string>): string | undefined {
  const named = spec.nodeAffinity.required.nodeSelectorTerms.flatMap(({ matchExpressions }) =>
    matchExpressions.flatMap((each) => each.values),
  );
  return named.length === 1 ? named.find((name) => nodes.has(name)) : undefined;
}

export const configMapObject = z.object({ metadata, data: words });

export const storageClassObject = z.object({
  metadata,
  provisioner: z.string(),
  parameters: words,
  volumeBindingMode: z.string().default('Immediate'),
  allowVolumeExpansion: z.boolean().default(false),
});

/** A persistent volume, as far as a local one is told by. */
export const localVolumeObject = z.object({
  metadata,
  spec: z.object({ storageClassName: z.string().default(''), local: z.object({ path: z.string() }).optional() }),
});

/** `data` is base64, as it lies in the API. */
export const secretObject = z.object({ metadata, type: z.string().default('Opaque'), data: words });
export const namespaceObject = z.object({
  metadata,
  status: z.object({ phase: z.string().default('Active') }).prefault({}),
});
export const ingressClassObject = z.object({
  metadata,
  spec: z.object({ controller: z.string().default('') }).prefault({}),
});
/** Whether an API that a service of the cluster serves is found by the API server. */
export const apiObject = z.object({
  metadata,
  status: z
    .object({ conditions: z.array(z.object({ type: z.string(), status: z.string() })).default([]) })
    .prefault({}),
});
/** Any object, as far as its name. */
export const namedObject = z.object({ metadata });
/** What MetalLB's speakers answer for, and by which interfaces; none named: all. */
export const announcementObject = z.object({
  metadata,
  spec: z
    .object({ ipAddressPools: z.array(z.string()).default([]), interfaces: z.array(z.string()).default([]) })
    .prefault({}),
});
export const addressPoolObject = z.object({
  metadata,
  spec: z.object({ addresses: z.array(z.string()).default([]) }).prefault({}),
});

export const eventObject = z.object({
  metadata,
  type: z.string().default('Normal'),
  reason: z.string().default(''),
  message: z.string().default(''),
  involvedObject: z.object({ kind: z.string().default(''), name: z.string().default('') }).prefault({}),
  lastTimestamp: z.string().nullish(),
  eventTime: z.string().nullish(),
});
export type EventObject = z.output<typeof eventObject>;

/** When an event was seen last, ISO 8601. Newer reporters give `eventTime` alone, older ones `lastTimestamp`. */
export const eventSeen = ({ lastTimestamp, eventTime, metadata }: EventObject): string =>
  lastTimestamp ?? eventTime ?? metadata.creationTimestamp;
