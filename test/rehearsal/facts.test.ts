import { expect, test } from 'vitest';
import { gatherFacts } from '../../source/facts/gather.ts';
import { bench, scenarioWith } from './world.ts';

const GiB = 1024 ** 3;

async function factsOf(scenario: string, node: string) {
  const world = await bench({ scenario });
  return gatherFacts(await world.host(node), { node, clock: world.clock, packages: ['lvm2', 'open-iscsi', 'nosuch'] });
}

test('the real parsers read from the simulated probe what the scenario says', async () => {
  const facts = await factsOf('healthy', 'ks-2');
  expect(facts.problems).toEqual({});
  expect(facts.access).toEqual({ user: 'ubuntu', sudo: 'free', address: '10.0.4.87' });
  expect(facts.identity?.hostname).toBe('ubuntu-2');
  expect(facts.identity?.machineId).toMatch(/^[0-9a-f]{32}$/);
  expect(facts.identity?.hostKey).toMatch(/^SHA256:/);
  expect(facts.identity?.initiatorName).toMatch(/^iqn\.2004-10\.com\.ubuntu/);
  expect(facts.system).toMatchObject({
    id: 'ubuntu',
    versionId: '22.04',
    lts: true,
    architecture: 'x86_64',
    virtualization: 'none',
  });
  expect(facts.cpu?.cores).toBe(16);
  expect(facts.cpu?.flags).toContain('avx');
  expect(facts.memory?.totalBytes).toBeCloseTo(125.6 * GiB, -6);
  expect(facts.time?.synchronized).toBe(true);
  expect(Math.abs((facts.time?.nodeMs ?? 0) - (facts.time?.localMs ?? 0))).toBeLessThan(100);
  expect(facts.packages).toMatchObject({ upgradable: 6, rebootRequired: false, installed: ['lvm2', 'open-iscsi'] });
  expect(facts.microk8s).toMatchObject({ installed: false, running: false, joined: false, worker: false });
});

test('its network is the lease of the DHCP server, with cloud-init as its author', async () => {
  const { network } = await factsOf('healthy', 'ks-2');
  const port = network?.interfaces.find(({ name }) => name === 'eno1');
  expect(port).toMatchObject({
    mtu: 1500,
    up: true,
    kind: 'ether',
    addresses: [{ address: '10.0.4.87', prefix: 24, dynamic: true }],
  });
  expect(network?.routes).toContainEqual({ to: 'default', via: '10.0.4.1', device: 'eno1' });
  expect(network?.nameservers).toEqual(['10.0.4.1']);
  expect(network?.cloudInitPresent).toBe(true);
  expect(network?.cloudInitNetworkDisabled).toBe(false);
  expect(network?.netplan.map(({ path, mode }) => `${path} ${mode}`)).toEqual(['/etc/netplan/50-cloud-init.yaml 0600']);
  expect(network?.listeners.map(({ port: number }) => number)).toEqual([22, 53]);
});

test('its disk is a terabyte under LVM with 100 GiB for /', async () => {
  const { storage } = await factsOf('healthy', 'ks-1');
  const [group] = storage?.volumeGroups ?? [];
  expect(group).toMatchObject({
    name: 'ubuntu-vg',
    extentBytes: 4 * 1024 ** 2,
    devices: ['/dev/sda3'],
    missingPhysicalVolumes: 0,
  });
  expect((group?.sizeBytes ?? 0) - (group?.freeBytes ?? 0)).toBe(100 * GiB);
  expect(storage?.logicalVolumes.map(({ name }) => name)).toEqual(['ubuntu-lv']);
  expect(storage?.disks[0]).toMatchObject({ name: 'sda', type: 'disk', rotational: false });
  expect(storage?.disks[0]?.children.at(-1)?.children[0]?.mountPoints).toEqual(['/']);
  expect(storage?.root.sizeBytes).toBeGreaterThan(97 * GiB);
});

test('the scenarios are what their titles say', async () => {
  expect((await factsOf('no-avx', 'ks-3')).cpu?.flags).not.toContain('avx');
  const small = await factsOf('small-volume-group', 'ks-2');
  expect((small.storage?.volumeGroups[0]?.freeBytes ?? 0) / GiB).toBeLessThan(9);
  const [one, other] = [await factsOf('clone', 'ks-2'), await factsOf('clone', 'ks-3')];
  expect(one.identity?.machineId).toBe(other.identity?.machineId);
  expect(one.identity?.initiatorName).toBe(other.identity?.initiatorName);
  expect(one.storage?.volumeGroups[0]?.uuid).toBe(other.storage?.volumeGroups[0]?.uuid);
  expect(one.identity?.productUuid).not.toBe(other.identity?.productUuid);
});

test('a clock that runs ahead, a small machine and a second disk are seen', async () => {
  const scenario = await scenarioWith({
    nodes: {
      'ks-3': {
        clockSkewMs: 41_000,
        cores: 6,
        memoryGiB: 31.2,
        disks: [{}, { name: 'sdb', sizeGiB: 200, use: 'blank', rotational: true }],
      },
    },
  });
  const facts = await factsOf(scenario, 'ks-3');
  expect((facts.time?.nodeMs ?? 0) - (facts.time?.localMs ?? 0)).toBeGreaterThan(40_000);
  expect(facts.cpu?.cores).toBe(6);
  expect(facts.storage?.disks.map(({ name, rotational }) => `${name} ${rotational}`)).toEqual([
    'sda false',
    'sdb true',
  ]);
});
