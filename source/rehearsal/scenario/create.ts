import * as z from 'zod';
import { defined } from '../../text/defined.ts';
import type { Disk, Machine, Network } from '../model/machine.ts';
import { hexOf, uuidOf } from '../model/random.ts';
import type { State } from '../model/state.ts';
import { partitionsOf } from './disk-layout.ts';
import { firstFiles, furtherGateway } from './first-files.ts';
import { hostKeyText } from './host-key.ts';
import type { Scenario, ScenarioNode } from './schema.ts';
import { lvmOf } from './volume-groups.ts';

/** Which versions the packages have when the machine was installed, and what the archive has now. */
const versions: Readonly<Record<string, readonly [installed: string, newer: string]>> = {
  snapd: ['2.63+22.04ubuntu0.1', '2.68.5+ubuntu22.04.1'],
  lvm2: ['2.03.11-2.1ubuntu4', '2.03.11-2.1ubuntu5'],
  'open-iscsi': ['2.1.5-1ubuntu1', '2.1.5-1ubuntu1.1'],
  curl: ['7.81.0-1ubuntu1.18', '7.81.0-1ubuntu1.20'],
  'linux-image-generic': ['5.15.0.119.119', '5.15.0.130.128'],
  openssl: ['3.0.2-0ubuntu1.18', '3.0.2-0ubuntu1.19'],
  systemd: ['249.11-0ubuntu3.12', '249.11-0ubuntu3.16'],
  libc6: ['2.35-0ubuntu3.8', '2.35-0ubuntu3.9'],
};
const unknownVersions = ['1.0-1', '1.0-2'] as const;

/** The machines of a scenario, untouched. `now`: ms since 1970. */
export function newState(id: string, scenario: Scenario, clock: State['clock']): State {
  return {
    version: 1,
    scenario: id,
    revision: 0,
    clock,
    time: clock.virtual,
    serial: 0,
    agenda: [],
    machines: Object.entries(scenario.nodes).map(([name, node], index) => ({
      ...newMachine(name, node, index, clock.virtual),
      online: scenario.internet,
    })),
    clusters: {},
    names: namesIn(scenario.draft),
    struck: {},
  };
}

function newMachine(id: string, node: ScenarioNode, index: number, now: number): Machine {
  const identity = node.identity ?? id;
  const machine: Machine = {
    id,
    hardware: hardwareOf(id, node),
    login: {
      user: node.login.user,
      key: node.login.key,
      sudo: node.login.sudo,
      sudoProgram: node.login.sudoProgram,
      ...defined({ password: node.login.password }),
    },
    online: true,
    acknowledged: [],
    hostKey: hostKeyText(hexOf(`host-key/${identity}`, 64)),
    power: 'on',
    bootId: uuidOf(`boot/${id}/0`),
    bootedAt: now - (3 + index) * 3_600_000,
    hostname: node.hostname,
    kernel: '5.15.0-119-generic',
    kernelState: { settings: {}, modules: [] },
    files: {},
    touched: {},
    network: firstNetwork(id, node),
    lvm: lvmOf(identity, node),
    packages: firstPackages(node),
    units: firstUnits(node),
    snaps: structuredClone(firstSnaps),
  };
  machine.files = firstFiles(machine, node, identity);
  return machine;
}

function hardwareOf(id: string, node: ScenarioNode): Machine['hardware'] {
  const { address, prefix, gateway, nameservers } = node.address;
  return {
    cores: node.cores,
    cpuModel: node.cpu,
    cpuFlags: node.cpuFlags.split(' ').filter((flag) => !node.cpuWithout.includes(flag)),
    memoryBytes: node.memoryGiB,
    swapBytes: Math.round(node.swapGiB * 1024 ** 3),
    // A hypervisor gives a clone an identity of its own here.
    productUuid: uuidOf(`product/${id}`),
    virtualization: node.virtualization,
    disks: node.disks.map(
      (disk, place): Disk => ({
        name: disk.name,
        sizeBytes: disk.sizeGiB,
        model: disk.model,
        serial: disk.serial ?? `S5${hexOf(`serial/${id}/${place}`, 12).toUpperCase()}`,
        wwn: `0x5002538${hexOf(`wwn/${id}/${place}`, 9)}`,
        rotational: disk.rotational,
        transport: disk.transport,
        partitions: partitionsOf(disk).map(({ group: _, ...part }) => part),
        ...(disk.use === 'filesystem' && !disk.partitions ? { fsType: 'ext4' } : {}),
      }),
    ),
    lease: { address, prefix, gateway, nameservers },
    clockSkewMs: node.clockSkewMs,
    bootMs: node.bootSeconds * 1000,
  };
}

function firstPackages(node: ScenarioNode): Machine['packages'] {
  const installed = ['linux-image-generic', 'openssl', 'systemd', 'libc6', ...node.packages];
  return {
    installed: Object.fromEntries(installed.map((name) => [name, (versions[name] ?? unknownVersions)[0]])),
    newer: Object.fromEntries(node.upgradable.map((name) => [name, (versions[name] ?? unknownVersions)[1]])),
    listsFresh: true,
  };
}

const firstSnap = (version: string, revision: string, channel: string, notes: string): Machine['snaps'][string] => ({
  version,
  revision,
  channel,
  publisher: 'canonical**',
  notes,
  held: false,
});
const firstSnaps: Machine['snaps'] = {
  core20: firstSnap('20240705', '2379', 'latest/stable', 'base'),
  snapd: firstSnap('2.63', '21759', 'latest/stable', 'snapd'),
};

const macOf = (id: string): string => `7c:c2:55:${(hexOf(`mac/${id}`, 6).match(/../g) ?? []).join(':')}`;

function firstNetwork(id: string, node: ScenarioNode): Network {
  const mac = macOf(id);
  const dynamic = node.address.mode === 'dhcp';
  const gateway = furtherGateway(node);
  const usual = { to: 'default', via: node.address.gateway, device: node.interface, dynamic };
  return {
    interfaces: [
      {
        name: node.interface,
        mac,
        mtu: node.mtu,
        up: true,
        addresses: [{ address: node.address.address, prefix: node.address.prefix, dynamic }],
      },
      ...node.furtherInterfaces.map(({ name, address, prefix }) => ({
        name,
        mac: macOf(`${id}/${name}`),
        mtu: node.mtu,
        up: true,
        addresses: [{ address, prefix, dynamic: false }],
      })),
    ],
    routes: [
      gateway === undefined ? usual : { to: 'default', via: gateway.via, device: gateway.device, dynamic: false },
    ],
    nameservers: node.address.nameservers,
    search: node.address.search,
  };
}

function firstUnits(node: ScenarioNode): Machine['units'] {
  const units: Machine['units'] = {
    'ssh.service': { enabled: 'enabled', active: true },
    'systemd-timesyncd.service': { enabled: 'enabled', active: true },
    'systemd-networkd.service': { enabled: 'enabled', active: true },
    'systemd-resolved.service': { enabled: 'enabled', active: true },
    'snapd.service': { enabled: 'enabled', active: true },
    'multipathd.service': { enabled: 'enabled', active: true },
    'unattended-upgrades.service': { enabled: 'enabled', active: true },
  };
  // Ubuntu starts it by its socket only.
  if (node.packages.includes('open-iscsi')) units['iscsid.service'] = { enabled: 'disabled', active: false };
  return units;
}

const namedSite = z.object({
  customer: z.object({ dnsName: z.string() }),
  network: z.object({ virtualAddress: z.string() }),
});

/** The scenario's own site has its record in the name server. */
function namesIn(draft: Scenario['draft']): State['names'] {
  const { data } = namedSite.safeParse(draft);
  return data === undefined ? {} : { [data.customer.dnsName]: data.network.virtualAddress };
}
