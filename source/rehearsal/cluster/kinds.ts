import type { Cluster } from '../model/cluster.ts';

/** One kind of object as the API server knows it. */
export interface Kind {
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly short: readonly string[];
  /** Empty for the core group. */
  readonly group: string;
  readonly namespaced: boolean;
}

/** `Kind plural group short,short`; a `*` after the kind: not in a namespace. */
const table = `
Namespace* namespaces - ns
Node* nodes - no
Pod pods - po
Service services - svc
ConfigMap configmaps - cm
Secret secrets -
ServiceAccount serviceaccounts - sa
Event events - ev
Endpoints endpoints - ep
PersistentVolume* persistentvolumes - pv
PersistentVolumeClaim persistentvolumeclaims - pvc
Deployment deployments apps deploy
StatefulSet statefulsets apps sts
DaemonSet daemonsets apps ds
ReplicaSet replicasets apps rs
Job jobs batch
CronJob cronjobs batch cj
Ingress ingresses networking.k8s.io ing
IngressClass* ingressclasses networking.k8s.io
NetworkPolicy networkpolicies networking.k8s.io netpol
StorageClass* storageclasses storage.k8s.io sc
CSIDriver* csidrivers storage.k8s.io
CSINode* csinodes storage.k8s.io
VolumeAttachment* volumeattachments storage.k8s.io
PodDisruptionBudget poddisruptionbudgets policy pdb
ClusterRole* clusterroles rbac.authorization.k8s.io
ClusterRoleBinding* clusterrolebindings rbac.authorization.k8s.io
Role roles rbac.authorization.k8s.io
RoleBinding rolebindings rbac.authorization.k8s.io
PriorityClass* priorityclasses scheduling.k8s.io pc
Lease leases coordination.k8s.io
HorizontalPodAutoscaler horizontalpodautoscalers autoscaling hpa
CustomResourceDefinition* customresourcedefinitions apiextensions.k8s.io crd,crds
APIService* apiservices apiregistration.k8s.io
ValidatingWebhookConfiguration* validatingwebhookconfigurations admissionregistration.k8s.io
MutatingWebhookConfiguration* mutatingwebhookconfigurations admissionregistration.k8s.io
`;

/** Kinds that are there once their definition is applied. */
const customTable = `
IPAddressPool ipaddresspools metallb.io
L2Advertisement l2advertisements metallb.io
BlockDevice blockdevices openebs.io bd
BlockDeviceClaim blockdeviceclaims openebs.io bdc
CStorPoolCluster cstorpoolclusters cstor.openebs.io cspc
CStorPoolInstance cstorpoolinstances cstor.openebs.io cspi
CStorVolumeConfig cstorvolumeconfigs cstor.openebs.io cvc
CStorVolume cstorvolumes cstor.openebs.io cv
CStorVolumeReplica cstorvolumereplicas cstor.openebs.io cvr
LVMNode lvmnodes local.openebs.io
LVMVolume lvmvolumes local.openebs.io
`;

function kindsOf(text: string): Kind[] {
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const [name = '', plural = '', group = '', short = ''] = line.split(' ');
      const kind = name.replace('*', '');
      return {
        kind,
        plural,
        singular: kind.toLowerCase(),
        short: short === '' ? [] : short.split(','),
        group: group === '-' ? '' : group,
        namespaced: !name.endsWith('*'),
      };
    });
}

const builtIn = kindsOf(table);
const custom = kindsOf(customTable);

const byName = new Map([...builtIn, ...custom].map((kind) => [kind.kind, kind]));

/** The kinds that the cluster's API server serves now. */
function kindsOn(cluster: Cluster): Kind[] {
  const defined = custom.filter((kind) => cluster.objects[definitionKey(kind)] !== undefined);
  return [...builtIn, ...defined];
}

/** A kind by the word after `kubectl get`: plural, singular, short, kind, each with or without its group. */
export function kindNamed(cluster: Cluster, word: string): Kind | undefined {
  const [name = '', ...group] = word.toLowerCase().split('.');
  const wantedGroup = group.join('.').replace(/^v\d\w*\./, '');
  return kindsOn(cluster).find(
    (kind) =>
      [kind.plural, kind.singular, ...kind.short].includes(name) && (wantedGroup === '' || wantedGroup === kind.group),
  );
}

/** A kind by `apiVersion` and `kind` of a manifest. */
export function kindOf(cluster: Cluster, apiVersion: string, name: string): Kind | undefined {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  return kindsOn(cluster).find((kind) => kind.kind === name && kind.group === group);
}

/** Any kind by its name, built in or not. */
export function anyKind(name: string): Kind {
  const found = byName.get(name);
  if (found === undefined) throw new Error(`No kind ${name}.`);
  return found;
}

function definitionKey(kind: Kind): string {
  return `customresourcedefinitions//${kind.plural}.${kind.group}`;
}

/** `deployments.apps`, as messages name it. */
export function qualified(kind: Kind): string {
  return kind.group === '' ? kind.plural : `${kind.plural}.${kind.group}`;
}

/** `deployment.apps/web`, as kubectl prints what it did. */
export function printed(kind: Kind, name: string): string {
  return `${kind.singular}${kind.group === '' ? '' : `.${kind.group}`}/${name}`;
}
