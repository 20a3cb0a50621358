import { type AddonData, addonsOf } from '../../microk8s/addons.ts';
import { defaultRanges } from '../../microk8s/node.ts';
import { serviceIn, serviceNames } from '../../microk8s/services.ts';
import { type Track, trackIn, trackOf } from '../../microk8s/tracks.ts';
import { addressIn } from '../../network/addresses.ts';
import type { Cluster, KubeObject } from '../model/cluster.ts';
import type { Machine } from '../model/machine.ts';
import { rangesOn } from '../node/arguments.ts';
import { fileAt } from '../node/file-system.ts';
import { definition, namespaceObject, plain, service, workload } from './manifests.ts';
import { serviceObjects } from './service-objects.ts';

/** An addon of MicroK8s in one track, and what it makes in this rehearsal. */
export interface Addon extends AddonData {
  readonly objects: readonly KubeObject[];
  /** Prints these lines while it works, in ms as given. */
  readonly lines: readonly (readonly [text: string, ms: number])[];
}

type Lines = Addon['lines'];

/**
 * The addons that this machine has copies of; none where there is no snap of a known track. `dnsAddress`: what `enable dns` is
 * told; left out, it is the well-known one in the default range of services, and any of them in another range.
 */
export function addonsOn(machine: Machine, dnsAddress = usualDns(machine)): readonly Addon[] {
  const snap = machine.snaps['microk8s'];
  const channel = snap?.addons === undefined ? (snap?.channel ?? '') : `${snap.addons}/stable`;
  const track = trackIn(channel);
  if (track === undefined) return [];
  return addonsOf(trackOf(channel)).map((addon) => {
    const { objects = [], lines = [[`${addon.name} is enabled`, 4_000] as const] } =
      made[addon.name]?.(addon, track, { address: dnsAddress, servers: machine.network.nameservers }) ??
      serviceOf(channel, addon.name);
    return { ...addon, objects, lines };
  });
}

function serviceOf(channel: string, name: string): ReturnType<Maker> {
  const found = serviceNames.includes(name) ? serviceIn(channel, name) : undefined;
  if (found === undefined) return {};
  const fetched = found.charts.map(
    (chart) => [`Release "${chart.split(' ')[0] ?? ''}" has been upgraded.`, 9_000] as const,
  );
  return {
    objects: serviceObjects(found),
    lines: [[`Enabling ${name}`, 800], ...fetched, [`${name} is enabled`, 1_500]],
  };
}

export function isEnabled(addon: AddonData, cluster: Cluster, machine: Machine): boolean {
  return enabledOf([addon], cluster, machine).length > 0;
}

/** Those that are enabled as `status` sees it: by a file of the node, or by part of what kubectl lists. */
export function enabledOf<Some extends AddonData>(addons: readonly Some[], cluster: Cluster, machine: Machine): Some[] {
  let listed: readonly string[] | undefined;
  return addons.filter(({ proof }) => {
    if (proof === 'always') return true;
    if (proof.startsWith('/')) return fileAt(machine, proof) !== undefined;
    listed ??= Object.values(cluster.objects).map(listedAs);
    return listed.some((text) => text.includes(proof));
  });
}

const groups: Readonly<Record<string, string>> = {
  Deployment: 'deployment.apps',
  DaemonSet: 'daemonset.apps',
  ClusterRole: 'clusterrole.rbac.authorization.k8s.io',
};

/** The first column of `kubectl get`. */
function listedAs({ kind, metadata }: KubeObject): string {
  return `${groups[kind] ?? kind.toLowerCase()}/${metadata.name}`;
}

function usualDns(machine: Machine): string {
  const { services } = rangesOn(machine);
  return addressIn(services, services === defaultRanges.services ? 10 : 73);
}

/** What `enable dns` finds and is told. */
interface NameServing {
  readonly address: string;
  readonly servers: readonly string[];
}

type Maker = (
  addon: AddonData,
  track: Track,
  names: NameServing,
) => { readonly objects?: readonly KubeObject[]; readonly lines?: Lines };

const resolvers = (servers: readonly string[]): Lines =>
  servers.length > 0
    ? [['Using host configuration from /run/systemd/resolve/resolv.conf', 400]]
    : [
        ['No valid resolv.conf file could be found', 300],
        ['Falling back to 8.8.8.8 8.8.4.4 as upstream nameservers', 100],
      ];

const dns: Maker = ({ version }, _, { address, servers }) => ({
  objects: [
    plain('v1', 'ServiceAccount', 'coredns', 'kube-system'),
    plain('v1', 'ConfigMap', 'coredns', 'kube-system', {
      data: { Corefile: '.:53 {\n    forward . /etc/resolv.conf\n}\n' },
    }),
    workload({
      kind: 'Deployment',
      name: 'coredns',
      namespace: 'kube-system',
      image: `coredns/coredns:${version}`,
      labels: { 'k8s-app': 'kube-dns' },
    }),
    service('kube-dns', 'kube-system', { 'k8s-app': 'kube-dns' }, { clusterIP: address }),
  ],
  lines: [
    ['Enabling DNS', 800],
    ...resolvers(servers),
    ['Applying manifest', 2_600],
    ['serviceaccount/coredns created', 300],
    ['configmap/coredns created', 200],
    ['deployment.apps/coredns created', 200],
    ['service/kube-dns created', 200],
    [`CoreDNS service deployed with IP address ${address}`, 7_000],
    ['DNS is enabled', 300],
  ],
});

const ingressClasses = (names: readonly string[], controller: string) =>
  names.map((name) => plain('networking.k8s.io/v1', 'IngressClass', name, undefined, { spec: { controller } }));

function nginx(): ReturnType<Maker> {
  return {
    objects: [
      namespaceObject('ingress'),
      workload({
        kind: 'DaemonSet',
        name: 'nginx-ingress-microk8s-controller',
        namespace: 'ingress',
        image: 'registry.k8s.io/ingress-nginx/controller:v1.13.8',
        labels: { name: 'nginx-ingress-microk8s' },
      }),
      ...[
        'nginx-load-balancer-microk8s-conf',
        'nginx-ingress-tcp-microk8s-conf',
        'nginx-ingress-udp-microk8s-conf',
      ].map((name) => plain('v1', 'ConfigMap', name, 'ingress', { data: {} })),
      ...ingressClasses(['public', 'nginx'], 'k8s.io/ingress-nginx'),
    ],
    lines: [
      ['Enabling Ingress', 600],
      ['ingressclass.networking.k8s.io/public created', 2_400],
      ['ingressclass.networking.k8s.io/nginx created', 200],
      ['namespace/ingress created', 200],
      ['daemonset.apps/nginx-ingress-microk8s-controller created', 900],
      ['Ingress is enabled', 5_000],
    ],
  };
}

function traefik({ version }: AddonData): ReturnType<Maker> {
  return {
    objects: [
      namespaceObject('ingress'),
      workload({ kind: 'DaemonSet', name: 'traefik', namespace: 'ingress', image: `traefik:v${version}` }),
      service('traefik', 'ingress', { 'app.kubernetes.io/name': 'traefik' }, { type: 'LoadBalancer' }),
      ...ingressClasses(['traefik', 'public', 'nginx'], 'traefik.io/ingress-controller'),
    ],
    lines: [
      ['Adding Traefik Helm repository', 600],
      ['"traefik" has been added to your repositories', 4_000],
      ['Installing Traefik ingress controller', 2_400],
      ['Installing Gateway API CRDs', 6_000],
      ['Traefik ingress controller is enabled', 1_000],
    ],
  };
}

/** Its lines come from its own program: it waits for its controller between them. */
const metallb: Maker = ({ version }) => ({
  objects: [
    definition('ipaddresspools', 'metallb.io'),
    definition('l2advertisements', 'metallb.io'),
    namespaceObject('metallb-system'),
    workload({
      kind: 'Deployment',
      name: 'controller',
      namespace: 'metallb-system',
      image: `quay.io/metallb/controller:v${version}`,
    }),
    workload({
      kind: 'DaemonSet',
      name: 'speaker',
      namespace: 'metallb-system',
      image: `quay.io/metallb/speaker:v${version}`,
    }),
  ],
  lines: [],
});

/** Marked as the default one by the addon. */
const hostpathClass: KubeObject = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 'microk8s-hostpath', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
  provisioner: 'microk8s.io/hostpath',
  volumeBindingMode: 'WaitForFirstConsumer',
  reclaimPolicy: 'Delete',
};

const hostpath: Maker = ({ version }) => ({
  objects: [
    workload({
      kind: 'Deployment',
      name: 'hostpath-provisioner',
      namespace: 'kube-system',
      image: `cdkbot/hostpath-provisioner:${version}`,
    }),
    hostpathClass,
  ],
  lines: [
    ['Enabling default storage class.', 900],
    ['WARNING: Hostpath storage is not suitable for production environments.', 200],
    ['deployment.apps/hostpath-provisioner created', 2_000],
    ['storageclass.storage.k8s.io/microk8s-hostpath created', 400],
    ['Storage will be available soon.', 400],
  ],
});

const rbac: Maker = () => ({
  objects: [plain('rbac.authorization.k8s.io/v1', 'ClusterRole', 'cluster-admin')],
  lines: [
    ['Enabling RBAC', 600],
    ['Reconfiguring apiserver', 4_000],
    ['Restarting apiserver', 4_000],
    ['RBAC is enabled', 9_000],
  ],
});

const made: Readonly<Record<string, Maker>> = {
  dns,
  ingress: (addon, track) => (track.ingress === 'traefik' ? traefik(addon) : nginx()),
  metallb,
  'hostpath-storage': hostpath,
  storage: hostpath,
  rbac,
  helm: () => ({ lines: [['Helm comes pre-installed with MicroK8s', 200]] }),
  helm3: () => ({ lines: [['Helm comes pre-installed with MicroK8s', 200]] }),
};
