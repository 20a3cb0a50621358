import type { KubeObject } from '../../model/cluster.ts';
import type { Machine } from '../../model/machine.ts';
import { missingOf } from '../../node/lost-disk.ts';
import { extentOf, extentsOf } from '../../node/partitions.ts';
import type { ReconcileContext } from '../reconcile-context.ts';
import { bytesOfQuantity, isReady, readClaim } from '../schemas.ts';
import { hostpathDriver, lvmDriver } from '../storage-names.ts';
import { find, list } from '../store.ts';
import { machineOfNode } from './nodes.ts';

const gibibyte = 1024 ** 3;

export interface StorageClass {
  readonly name: string;
  readonly provisioner: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly waits: boolean;
}

/** The class of a claim; undefined where there is none of that name. */
export function classOf({ cluster }: ReconcileContext, claim: KubeObject): StorageClass | undefined {
  const name = readClaim(claim).storageClassName;
  const found =
    name === undefined
      ? list(cluster, 'StorageClass').find(
          (one) => one.metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true',
        )
      : find(cluster, 'StorageClass', undefined, name);
  if (found === undefined || typeof found['provisioner'] !== 'string') return undefined;
  const given = found['parameters'];
  const entries = typeof given === 'object' && given !== null ? Object.entries(given) : [];
  return {
    name: found.metadata.name,
    provisioner: found['provisioner'],
    parameters: Object.fromEntries(
      entries.flatMap(([key, value]) => (typeof value === 'string' ? [[key, value]] : [])),
    ),
    waits: found['volumeBindingMode'] === 'WaitForFirstConsumer',
  };
}

/** Whether the driver of a class runs: its chart is there and its workloads serve. */
export function driverRuns({ cluster }: ReconcileContext, provisioner: string): boolean {
  if (provisioner === hostpathDriver)
    return find(cluster, 'Deployment', 'kube-system', 'hostpath-provisioner') !== undefined;
  const driver = find(cluster, 'CSIDriver', undefined, provisioner);
  const release = driver?.metadata.annotations?.['meta.helm.sh/release-name'];
  const namespace = driver?.metadata.annotations?.['meta.helm.sh/release-namespace'];
  if (driver === undefined || release === undefined) return false;
  const pods = list(cluster, 'Pod', namespace).filter((pod) => pod.metadata.name.includes('controller'));
  return pods.length > 0 && pods.every(isReady);
}

/** Whole GiB above one, as the LVM driver rounds; in extents of the group. */
export function extentsFor(machine: Machine, group: string, claim: KubeObject): number {
  const bytes = bytesOfQuantity(readClaim(claim).resources.requests.storage);
  const rounded = bytes > gibibyte ? Math.ceil(bytes / gibibyte) * gibibyte : bytes;
  return Math.ceil(rounded / extentOf(machine, group));
}

/** The volume group that a class means on this machine. */
export function groupOf(machine: Machine, { parameters }: StorageClass): string | undefined {
  const { volgroup, vgpattern } = parameters;
  const wanted = vgpattern === undefined ? undefined : new RegExp(vgpattern);
  return machine.lvm.groups.find((group) => (wanted === undefined ? group.name === volgroup : wanted.test(group.name)))
    ?.name;
}

/** Why a claim keeps its pod from a node, in the scheduler's words; undefined when it does not. */
export function storageObstacle(context: ReconcileContext, claim: KubeObject, node: string): string | undefined {
  if (readClaim(claim).volumeName !== undefined) return undefined;
  const found = classOf(context, claim);
  if (found === undefined || !found.waits) return 'pod has unbound immediate PersistentVolumeClaims';
  if (!driverRuns(context, found.provisioner)) return 'node(s) did not have enough free storage';
  if (found.provisioner !== lvmDriver) return undefined;
  const machine = machineOfNode(context, node);
  const group = machine === undefined ? undefined : groupOf(machine, found);
  if (machine === undefined || group === undefined) return 'node(s) did not have enough free storage';
  // LVM LocalPV does not count a group that LVM refuses to change.
  const whole = missingOf(machine, group).length === 0;
  const short = !whole || extentsOf(machine, group).free < extentsFor(machine, group, claim);
  return short ? 'node(s) did not have enough free storage' : undefined;
}
