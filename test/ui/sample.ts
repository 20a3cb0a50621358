import type { NodeFacts } from '../../source/facts/facts.ts';
import type { Plan } from '../../source/plan/document/document.ts';
import type { PlannedStep } from '../../source/plan/step.ts';
import { loadProduct } from '../../source/product/load.ts';
import { judgeDraft } from '../../source/site/load.ts';
import type { Site, SiteDraft } from '../../source/site/schema.ts';

export const gib = 1024 ** 3;
export const product = await loadProduct('kloudspot');

/** A healthy machine at an address; `change` bends it. */
export function facts(node: string, address: string, change: Partial<NodeFacts> = {}): NodeFacts {
  return {
    node,
    seenAt: '2026-01-01T00:00:00.000Z',
    access: { user: 'ubuntu', sudo: 'free', address },
    identity: { hostname: node, machineId: `machine-${address}` },
    system: {
      id: 'ubuntu',
      versionId: '24.04',
      prettyName: 'Ubuntu 24.04 LTS',
      lts: true,
      kernel: '6.8.0',
      architecture: 'x86_64',
      virtualization: 'none',
      bootId: address,
    },
    cpu: { model: 'Xeon', cores: 16, flags: ['sse4_2', 'avx', 'avx2'] },
    memory: { totalBytes: 64 * gib, swapBytes: 0, swaps: [] },
    network: {
      interfaces: [
        {
          name: 'eno1',
          mac: `52:54:00:00:00:${address.split('.')[3]}`,
          mtu: 1500,
          up: true,
          kind: 'ether',
          addresses: [{ address, prefix: 24, dynamic: true }],
        },
      ],
      routes: [{ to: 'default', via: '10.0.4.1', device: 'eno1' }],
      nameservers: ['10.0.4.1'],
      search: [],
      netplan: [],
      hostsFile: '127.0.0.1 localhost\n',
      cloudInitNetworkDisabled: false,
      cloudInitPresent: true,
      listeners: [],
    },
    storage: {
      volumeGroups: [
        {
          name: 'ubuntu-vg',
          uuid: `vg-${address}`,
          sizeBytes: 950 * gib,
          freeBytes: 850 * gib,
          extentBytes: 4 * 1024 ** 2,
          missingPhysicalVolumes: 0,
          exported: false,
          devices: ['/dev/sda3'],
        },
      ],
      physicalVolumes: [
        {
          name: '/dev/sda3',
          uuid: `pv-${address}`,
          volumeGroup: 'ubuntu-vg',
          sizeBytes: 950 * gib,
          freeBytes: 850 * gib,
          missing: false,
          allocatable: true,
          duplicate: false,
        },
      ],
      logicalVolumes: [
        {
          name: 'ubuntu-lv',
          uuid: `lv-${address}`,
          volumeGroup: 'ubuntu-vg',
          sizeBytes: 100 * gib,
          path: '/dev/ubuntu-vg/ubuntu-lv',
          tags: [],
        },
      ],
      disks: [],
      root: { sizeBytes: 100 * gib, freeBytes: 80 * gib, device: '/dev/mapper/ubuntu--vg-ubuntu--lv' },
      snapFreeBytes: 80 * gib,
    },
    packages: { upgradable: 0, rebootRequired: false, installed: [] },
    microk8s: { installed: false, running: false, joined: false, worker: false },
    problems: {},
    ...change,
  };
}

/** Three managers, all answers given. */
export const wholeDraft: SiteDraft = {
  version: 1,
  name: 'berlin',
  nodes: [21, 22, 23].map((last, index) => ({
    name: `ks-${index + 1}`,
    reach: `10.0.4.${last}`,
    role: 'manager',
    network: { mode: 'static', address: `10.0.4.${last}/24`, interface: 'eno1' },
  })),
  network: { virtualAddress: '10.0.4.30', gateway: '10.0.4.1', nameservers: ['10.0.4.1'], search: [] },
  features: [product.features[1]?.id ?? ''],
  customer: { dnsName: 'spot.acme.eu', reference: 'acme' },
};

export const wholeFacts: ReadonlyMap<string, NodeFacts> = new Map(
  [21, 22, 23].map((last, index) => [`ks-${index + 1}`, facts(`ks-${index + 1}`, `10.0.4.${last}`)]),
);

export function siteOf(draft: SiteDraft): Site {
  const judged = judgeDraft(draft);
  if ('findings' in judged) throw new Error(judged.findings.map((finding) => finding.reason).join('\n'));
  return judged.site;
}

export function step(id: string, change: Partial<PlannedStep> = {}): PlannedStep {
  const node = id.includes('@') ? id.split('@')[1] : undefined;
  return {
    id,
    kind: id.split('@')[0] ?? id,
    ...(node === undefined ? {} : { node }),
    group: 'Host names',
    title: `Set the host name of ${node ?? 'the cluster'}`,
    why: 'Kubernetes names the node after it.',
    risk: 'low',
    needs: [],
    deadline: 60_000,
    parameters: {},
    commands: [
      { name: 'command-1', node: node ?? 'ks-1', command: ['hostnamectl', 'set-hostname', node ?? ''], sudo: true },
    ],
    files: [],
    undoable: true,
    skippable: false,
    changes: [],
    ...change,
  };
}

/** A small plan over three nodes and the cluster. */
export function planOf(site: Site): Plan {
  const names = site.nodes.map((node) => node.name);
  return {
    version: 2,
    purpose: 'init',
    hash: 'abcdef123456',
    createdAt: '2026-01-01T00:00:00.000Z',
    site,
    product: product.file,
    targets: site.nodes.map((node) => ({ node: node.name, addresses: [node.reach] })),
    basis: {},
    steps: [
      ...names.map((name) => step(`hostname@${name}`)),
      ...names.map((name) =>
        step(`microk8s@${name}`, {
          group: 'Install MicroK8s 1.34',
          title: `Install MicroK8s on ${name}`,
          needs: [`hostname@${name}`],
          commands: [
            {
              name: 'command-2',
              node: name,
              command: ['snap', 'install', 'microk8s', '--classic', '--channel=1.34/stable'],
              sudo: true,
            },
          ],
        }),
      ),
      step('addons', {
        group: 'Addons',
        title: 'Switch on dns, ingress, metallb',
        undoable: false,
        needs: names.map((name) => `microk8s@${name}`),
      }),
      step('chart', {
        group: 'Deploy',
        title: 'Install the chart',
        undoable: true,
        skippable: true,
        needs: ['addons'],
      }),
    ],
  };
}
