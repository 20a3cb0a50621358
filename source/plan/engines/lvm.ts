import { microk8sFiles } from '../../microk8s/microk8s.ts';
import { storageOf } from '../../storage/per-node.ts';
import { manifestText } from '../release/manifest.ts';
import type { PlannedStep } from '../step.ts';
import { planStorageClass } from '../steps/storage-class.ts';
import { planStorageEngine } from '../steps/storage-engine.ts';
import { type EngineInput, engineChart } from './contract.ts';

/** Values of the chart lvm-localpv. MicroK8s keeps its kubelet's folder elsewhere than the chart expects. */
export const lvmValues = (): string =>
  manifestText([{ lvmNode: { kubeletDir: microk8sFiles.kubelet }, analytics: { enabled: false } }]);

/** The engine of unshared volumes and their class. */
export function lvmSteps(input: EngineInput): PlannedStep[] {
  const { site, product, seed } = input;
  const groups = site.nodes.map((node) => storageOf(site.storage, node).unshared.volumeGroup);
  return [
    planStorageEngine({
      ...engineChart(input, product.storage.lvm),
      name: 'lvm',
      label: 'OpenEBS LVM LocalPV',
      why: 'Gives each instance of a database a logical volume on its own node.',
      values: lvmValues(),
    }),
    planStorageClass({
      seed,
      class: 'unshared',
      name: product.storage.classes.unshared,
      provisioner: product.storage.lvm.provisioner,
      settings: { storage: 'lvm', ...groupSetting(groups), fsType: 'ext4' },
      binding: 'WaitForFirstConsumer',
    }),
  ];
}

/**
 * Left to itself the driver takes any group, the system's included. A pattern is not anchored by the driver; with it
 * each node uses the one group that it has of them.
 */
function groupSetting(names: readonly string[]): Record<string, string> {
  const [first = '', ...others] = new Set(names);
  if (others.length === 0) return { volgroup: first };
  return { vgpattern: `^(${[first, ...others].map((name) => name.replaceAll(/[.+]/g, '\\$&')).join('|')})$` };
}
