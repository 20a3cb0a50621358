import type { Cluster, KubeObject } from '../model/cluster.ts';
import { definition, namespaceObject, plain, service, workload } from './manifests.ts';
import { find } from './store.ts';
import type { Track } from './versions.ts';

/** An addon of MicroK8s: what it makes, and by which object MicroK8s calls it enabled. */
export interface Addon {
  readonly name: string;
  readonly description: string;
  readonly version: (track: Track) => string;
  readonly enabled: (cluster: Cluster) => boolean;
  readonly objects: (track: Track) => readonly KubeObject[];
  /** Prints these lines while it works, in ms as given. */
  readonly lines: (track: Track) => readonly (readonly [text: string, ms: number])[];
  readonly repository: 'core' | 'community';
}

const there = (kind: string, namespace: string | undefined, name: string) => (cluster: Cluster) =>
  find(cluster, kind, namespace, name) !== undefined;
const none = () => [];

const dns: Addon = {
  name: 'dns',
  description: 'CoreDNS',
  repository: 'core',
  version: (track) => track.coredns,
  enabled: there('Service', 'kube-system', 'kube-dns'),
  objects: (track) => [
    plain('v1', 'ServiceAccount', 'coredns', 'kube-system'),
    plain('v1', 'ConfigMap', 'coredns', 'kube-system', {
      data: { Corefile: '.:53 {\n    forward . /etc/resolv.conf\n}\n' },
    }),
    workload({
      kind: 'Deployment',
      name: 'coredns',
      namespace: 'kube-system',
      image: `coredns/coredns:${track.coredns}`,
      labels: { 'k8s-app': 'kube-dns' },
    }),
    service('kube-dns', 'kube-system', { 'k8s-app': 'kube-dns' }, { clusterIP: '10.152.183.10' }),
  ],
  lines: () => [
    ['Enabling DNS', 800],
    ['Using host configuration from /run/systemd/resolve/resolv.conf', 400],
    ['Applying manifest', 2_600],
    ['serviceaccount/coredns created', 300],
    ['configmap/coredns created', 200],
    ['deployment.apps/coredns created', 200],
    ['service/kube-dns created', 200],
    ['Restarting kubelet', 7_000],
    ['DNS is enabled', 300],
  ],
};

const nginxLabels = { name: 'nginx-ingress-microk8s' };
const ingress: Addon = {
  name: 'ingress',
  description: 'Ingress controller for external access',
  repository: 'core',
  version: (track) => (track.traefik ? '39.0.8' : 'v1.13.8'),
  enabled: there('IngressClass', undefined, 'public'),
  objects: (track) =>
    track.traefik
      ? [
          namespaceObject('ingress'),
          workload({ kind: 'DaemonSet', name: 'traefik', namespace: 'ingress', image: 'traefik:v3.6.2' }),
          service('traefik', 'ingress', { 'app.kubernetes.io/name': 'traefik' }, { type: 'LoadBalancer' }),
          ...['traefik', 'public', 'nginx'].map((name) =>
            plain('networking.k8s.io/v1', 'IngressClass', name, undefined, {
              spec: { controller: 'traefik.io/ingress-controller' },
            }),
          ),
        ]
      : [
          namespaceObject('ingress'),
          workload({
            kind: 'DaemonSet',
            name: 'nginx-ingress-microk8s-controller',
            namespace: 'ingress',
            image: 'registry.k8s.io/ingress-nginx/controller:v1.13.8',
            labels: nginxLabels,
          }),
          ...[
            'nginx-load-balancer-microk8s-conf',
            'nginx-ingress-tcp-microk8s-conf',
            'nginx-ingress-udp-microk8s-conf',
          ].map((name) => plain('v1', 'ConfigMap', name, 'ingress', { data: {} })),
          ...['public', 'nginx'].map((name) =>
            plain('networking.k8s.io/v1', 'IngressClass', name, undefined, {
              spec: { controller: 'k8s.io/ingress-nginx' },
            }),
          ),
        ],
  lines: (track) => [
    ['Enabling Ingress', 600],
    ...(track.traefik ? ([['"traefik" has been added to your repositories', 4_000]] as const) : []),
    ['ingressclass.networking.k8s.io/public created', 2_400],
    ['ingressclass.networking.k8s.io/nginx created', 200],
    ['namespace/ingress created', 200],
    [`daemonset.apps/${track.traefik ? 'traefik' : 'nginx-ingress-microk8s-controller'} created`, 900],
    ['Ingress is enabled', 5_000],
  ],
};

const metallb: Addon = {
  name: 'metallb',
  description: 'Loadbalancer for your Kubernetes cluster',
  repository: 'core',
  version: (track) => track.metallb,
  enabled: there('DaemonSet', 'metallb-system', 'speaker'),
  objects: (track) => [
    definition('ipaddresspools', 'metallb.io'),
    definition('l2advertisements', 'metallb.io'),
    namespaceObject('metallb-system'),
    workload({
      kind: 'Deployment',
      name: 'controller',
      namespace: 'metallb-system',
      image: `quay.io/metallb/controller:v${track.metallb}`,
    }),
    workload({
      kind: 'DaemonSet',
      name: 'speaker',
      namespace: 'metallb-system',
      image: `quay.io/metallb/speaker:v${track.metallb}`,
    }),
  ],
  lines: none,
};

const hostpath: Addon = {
  name: 'hostpath-storage',
  description: 'Storage class; allocates storage from host directory',
  repository: 'core',
  version: () => '1.5.0',
  enabled: there('StorageClass', undefined, 'microk8s-hostpath'),
  objects: () => [
    workload({
      kind: 'Deployment',
      name: 'hostpath-provisioner',
      namespace: 'kube-system',
      image: 'cdkbot/hostpath-provisioner:1.5.0',
    }),
    plain('storage.k8s.io/v1', 'StorageClass', 'microk8s-hostpath', undefined, {
      provisioner: 'microk8s.io/hostpath',
      volumeBindingMode: 'WaitForFirstConsumer',
      reclaimPolicy: 'Delete',
    }),
  ],
  lines: () => [
    ['Enabling default storage class.', 900],
    ['WARNING: Hostpath storage is not suitable for production environments.', 200],
    ['deployment.apps/hostpath-provisioner created', 2_000],
    ['storageclass.storage.k8s.io/microk8s-hostpath created', 400],
    ['Storage will be available soon.', 400],
  ],
};

const rbac: Addon = {
  name: 'rbac',
  description: 'Role-Based Access Control for authorisation',
  repository: 'core',
  version: () => '',
  enabled: there('ClusterRole', undefined, 'cluster-admin'),
  objects: () => [plain('rbac.authorization.k8s.io/v1', 'ClusterRole', 'cluster-admin')],
  lines: () => [
    ['Enabling RBAC', 600],
    ['Reconfiguring apiserver', 8_000],
    ['RBAC is enabled', 9_000],
  ],
};

/** Known by name, built in or not asked for by anyone here. */
function named(name: string, description: string, enabled: boolean, version = ''): Addon {
  return {
    name,
    description,
    repository: 'core',
    version: () => version,
    enabled: () => enabled,
    objects: none,
    lines: () =>
      name.startsWith('helm') ? [['Helm comes pre-installed with MicroK8s', 200]] : [[`${name} is enabled`, 4_000]],
  };
}

export const addons: readonly Addon[] = [
  named('cert-manager', 'Cloud native certificate management', false, '1.18.2'),
  named('cis-hardening', 'Apply CIS K8s hardening', false),
  named('dashboard', 'The Kubernetes dashboard', false, '7.13.0'),
  dns,
  named('ha-cluster', 'Configure high availability on the current node', true),
  named('helm', 'Helm - the package manager for Kubernetes', true),
  named('helm3', 'Helm 3 - the package manager for Kubernetes', true),
  hostpath,
  ingress,
  metallb,
  named('metrics-server', 'K8s Metrics Server for API access to service metrics', false, '0.8.0'),
  named('observability', 'A lightweight observability stack for logs, traces and metrics', false),
  rbac,
];

/** Of the community's repository; known only where it has been enabled. */
export const communityAddons: readonly string[] = [
  'openebs',
  'nfs',
  'istio',
  'linkerd',
  'argocd',
  'cilium',
  'keda',
  'traefik',
];
