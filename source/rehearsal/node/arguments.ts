import { type ClusterRanges, defaultRanges, microk8sFiles } from '../../microk8s/node.ts';
import type { Machine } from '../model/machine.ts';
import { fileAt, writePath } from './file-system.ts';
import { mainAddress } from './reach.ts';

/** The file of a service's arguments, one a line. */
const fileOf = (service: string) => `${microk8sFiles.arguments}/${service}`;

const parted = (line: string) => /^([^= ]+)[= ](.*)$/.exec(line) ?? [line, line, ''];

/** The value of an argument of a service on a machine. */
export function argumentOf(machine: Machine, service: string, name: string): string | undefined {
  return valueIn(fileAt(machine, fileOf(service))?.content.split('\n') ?? [], name);
}

/** Controllers ask at each of their rounds: only a line that begins with the name is taken apart. */
function valueIn(lines: readonly string[], name: string): string | undefined {
  for (const line of lines) {
    if (!line.startsWith(name)) continue;
    const [, key, value] = parted(line);
    if (key === name) return value;
  }
  return undefined;
}

/** The value of an argument that a service of a machine runs with: that of its file when it started. */
export function runningArgument(machine: Machine, service: string, name: string): string | undefined {
  const { former, upSince } = machine.microk8s ?? {};
  const lines = former?.since === upSince ? former?.arguments[service] : undefined;
  return lines === undefined ? argumentOf(machine, service, name) : valueIn(lines, name);
}

/** Sets arguments, or takes them away where the value is null. Says whether anything changed. */
export function setArguments(
  machine: Machine,
  service: string,
  wanted: Readonly<Record<string, string | null>>,
): boolean {
  const before = argumentLines(machine, service);
  const kept = before.filter((line) => !Object.hasOwn(wanted, parted(line)[1] ?? ''));
  const set = Object.entries(wanted).flatMap(([name, value]) => (value === null ? [] : [`${name}=${value}`]));
  const added = set.filter((line) => !before.includes(line));
  const after = [...before.filter((line) => kept.includes(line) || set.includes(line)), ...added];
  writePath(machine, fileOf(service), after.map((line) => `${line}\n`).join(''), { mode: 0o660 });
  return after.length !== before.length || added.length > 0;
}

/** The arguments of a service on a machine, one a line. */
export function argumentLines(machine: Machine, service: string): string[] {
  return (fileAt(machine, fileOf(service))?.content ?? '').split('\n').filter((line) => line !== '');
}

/** Writes the arguments of a service. */
export function writeArguments(machine: Machine, service: string, lines: readonly string[]): void {
  writePath(machine, fileOf(service), lines.map((line) => `${line}\n`).join(''), { mode: 0o660 });
}

/** As far as anything reads them here: default-args of canonical/microk8s. */
const defaults: Readonly<Record<string, readonly string[]>> = {
  kubelet: [
    `--kubeconfig=\${SNAP_DATA}/credentials/kubelet.config`,
    '--read-only-port=0',
    '--node-labels="microk8s.io/cluster=true,node.kubernetes.io/microk8s-controlplane=microk8s-controlplane"',
  ],
  'kube-proxy': [`--cluster-cidr=${defaultRanges.pods}`],
  'kube-apiserver': [`--service-cluster-ip-range=${defaultRanges.services}`, '--authorization-mode=AlwaysAllow'],
  'ha-conf': ['failure-domain=1'],
  'cni-env': [
    'CNI=calico',
    'IPv4_SUPPORT=true',
    `IPv4_CLUSTER_CIDR=${defaultRanges.pods}`,
    `IPv4_SERVICE_CIDR=${defaultRanges.services}`,
  ],
};

/** The arguments of these services, or of all, become those that come with the snap. */
export function resetArguments(machine: Machine, services: readonly string[] = Object.keys(defaults)): void {
  for (const service of services) writeArguments(machine, service, defaults[service] ?? []);
}

/** The ranges that a cluster which begins on this machine gives to pods and services. */
export function rangesOn(machine: Machine): ClusterRanges {
  return {
    pods: argumentOf(machine, 'kube-proxy', '--cluster-cidr') ?? defaultRanges.pods,
    services: argumentOf(machine, 'kube-apiserver', '--service-cluster-ip-range') ?? defaultRanges.services,
  };
}

/** As the install hook generates the network's configuration (scripts/generate-cni.sh). */
export function takeRanges(machine: Machine): void {
  const pods = argumentOf(machine, 'cni-env', 'IPv4_CLUSTER_CIDR') ?? defaultRanges.pods;
  const services = argumentOf(machine, 'cni-env', 'IPv4_SERVICE_CIDR') ?? defaultRanges.services;
  setArguments(machine, 'kube-proxy', { '--cluster-cidr': pods });
  setArguments(machine, 'kube-apiserver', { '--service-cluster-ip-range': services });
}

/** The address that the kubelet gives its Node. */
export function kubeletAddress(machine: Machine): string | undefined {
  return argumentOf(machine, 'kubelet', '--node-ip') ?? mainAddress(machine);
}
