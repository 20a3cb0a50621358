import type { NodeFacts } from '../../source/facts/facts.ts';
import type { Plan } from '../../source/plan/document/document.ts';
import type { PlanInput } from '../../source/plan/input.ts';
import * as planning from '../../source/plan/plan.ts';
import { loadProduct } from '../../source/product/load.ts';
import { type Site, siteSchema } from '../../source/site/schema.ts';
import { readChart } from '../../source/workstation/chart-files.ts';

export const product = await loadProduct('kloudspot');

const gib = 2 ** 30;

export interface Shape {
  readonly managers: number;
  readonly workers?: number;
  readonly local?: string;
  readonly virtualAddress?: string;
}

/** `ks-1 … ks-N` and `kw-1 … kw-N`; every node gets a static address in another place than where it is now. */
export function siteOf(shape: Shape, changes: Record<string, unknown> = {}): Site {
  const nodes = names(shape).map((name, index) => ({
    name,
    reach: `10.0.4.${81 + index}`,
    role: name.startsWith('kw') ? 'worker' : 'manager',
    ...(name === shape.local ? { local: true } : {}),
    network: { mode: 'static', address: `10.0.4.${21 + index}/24`, interface: 'eth0' },
  }));
  return siteSchema.parse({
    version: 1,
    name: 'berlin',
    nodes,
    network: { virtualAddress: shape.virtualAddress ?? '10.0.4.30', gateway: '10.0.4.1', nameservers: ['10.0.4.1'] },
    features: ['kloudInsights'],
    customer: { dnsName: 'spot.acme.eu', reference: 'ACME-1' },
    ...changes,
  });
}

export function names({ managers, workers = 0 }: Shape): string[] {
  const of = (letter: string, count: number) => Array.from({ length: count }, (_, index) => `${letter}-${index + 1}`);
  return [...of('ks', managers), ...of('kw', workers)];
}

export function factsOf(
  shape: Shape,
  change: (node: string) => Partial<NodeFacts> = () => ({}),
): Map<string, NodeFacts> {
  return new Map(names(shape).map((node, index) => [node, { ...bare(node, index), ...change(node) }]));
}

export const cluster = (part: Partial<NonNullable<NodeFacts['microk8s']>> = {}): Partial<NodeFacts> => ({
  microk8s: {
    installed: true,
    version: '1.34.1',
    channel: '1.34/stable',
    held: true,
    running: true,
    joined: true,
    worker: false,
    ...part,
  },
});

/** A fresh Ubuntu Server that has its address from DHCP and an empty volume group. */
function bare(node: string, index: number): NodeFacts {
  const address = `10.0.4.${81 + index}`;
  const content = 'network:\n  version: 2\n  ethernets:\n    eth0:\n      dhcp4: true\n';
  return {
    node,
    seenAt: '2026-11-21T08:00:00.000Z',
    access: { user: 'ubuntu', sudo: 'free', address },
    identity: { hostname: `ubuntu-${index}`, machineId: `machine-${index}` },
    network: {
      interfaces: [
        {
          name: 'eth0',
          mac: `52:54:00:00:00:${10 + index}`,
          mtu: 1500,
          up: true,
          kind: 'ether',
          addresses: [{ address, prefix: 24, dynamic: true }],
        },
      ],
      routes: [{ to: 'default', via: '10.0.4.1', device: 'eth0' }],
      nameservers: ['10.0.4.1'],
      search: [],
      netplan: [{ path: '/etc/netplan/50-cloud-init.yaml', mode: '600', content }],
      hostsFile: `127.0.0.1 localhost\n127.0.1.1 ubuntu-${index}\n`,
      cloudInitNetworkDisabled: false,
      cloudInitPresent: true,
      listeners: [],
    },
    storage: {
      volumeGroups: [
        {
          name: 'ubuntu-vg',
          uuid: `vg-${index}`,
          sizeBytes: 900 * gib,
          freeBytes: 800 * gib,
          extentBytes: 4 * 2 ** 20,
          missingPhysicalVolumes: 0,
          exported: false,
          devices: ['/dev/sda3'],
        },
      ],
      physicalVolumes: [],
      logicalVolumes: [],
      disks: [],
      root: { sizeBytes: 100 * gib, freeBytes: 90 * gib, device: '/dev/mapper/ubuntu--vg-ubuntu--lv' },
      snapFreeBytes: 90 * gib,
    },
    packages: { upgradable: 3, rebootRequired: false, installed: ['lvm2'] },
    microk8s: { installed: false, running: false, joined: false, worker: false },
    problems: {},
  };
}

/** A plan whose local charts are read from their folders, as the program does. */
export const makePlan = (input: Omit<PlanInput, 'readChart'> & Partial<PlanInput>): Plan =>
  planning.makePlan({ readChart, ...input });

/** Finds the steps of a plan by their ids; one that is not there ends the test. */
export const stepsOf =
  ({ steps }: Pick<Plan, 'steps'>) =>
  (id: string): Plan['steps'][number] => {
    const step = steps.find((each) => each.id === id);
    if (!step) throw new Error(`The plan has no step ${id}.`);
    return step;
  };
