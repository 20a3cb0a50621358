import { describe, expect, test } from 'vitest';
import { gatherFacts } from '../../source/facts/gather.ts';
import { groupTrouble } from '../../source/storage/groups.ts';
import { type Bench, bench, items, microk8s, scenarioWith } from './world.ts';

const factsOf = async (world: Bench, node: string) =>
  gatherFacts(await world.host(node), { node, clock: world.clock, packages: [] });

describe('a cluster that stands when the rehearsal begins', () => {
  test('has its nodes, roles and addons, made two hours ago, and nothing of ours', async () => {
    const cluster = { managers: ['ks-1', 'ks-2'], workers: ['ks-3'], addons: ['dns'] };
    const world = await bench({ scenario: await scenarioWith({ cluster }) });
    const nodes = await items(world, 'ks-1', 'nodes');
    expect(nodes.map(({ metadata }) => metadata.name).toSorted()).toEqual(['ks-1', 'ubuntu-2', 'ubuntu-3']);
    expect(JSON.stringify(nodes).match(/"type":"Ready","status":"True"/g)).toHaveLength(3);
    const [made = 0] = nodes.map(({ metadata }) => Date.parse(metadata.creationTimestamp ?? ''));
    expect(world.clock.now() - made).toBeGreaterThan(3_600_000);
    expect((await factsOf(world, 'ks-3')).microk8s).toMatchObject({
      joined: true,
      worker: true,
      channel: '1.34/stable',
    });
    expect((await world.run('ks-1', `${microk8s} status --addon dns`)).stdout.trim()).toBe('enabled');
    expect((await items(world, 'ks-1', 'namespaces')).map(({ metadata }) => metadata.name)).not.toContain('kloudspot');
  });

  test('of another track, which the facts show', async () => {
    const scenario = await scenarioWith({ cluster: { managers: ['ks-1'], channel: '1.33/stable' } });
    const world = await bench({ scenario });
    expect((await factsOf(world, 'ks-1')).microk8s).toMatchObject({ running: true, channel: '1.33/stable' });
    expect((await factsOf(world, 'ks-2')).microk8s?.installed).toBe(false);
  });

  test('that its machines cannot form is refused with the command that failed and its words', async () => {
    const scenario = await scenarioWith({ cluster: { managers: ['ks-1'], addons: ['nosuch'] } });
    await expect(bench({ scenario })).rejects.toMatchObject({
      message: expect.stringMatching(/^The scenario's cluster cannot be built: .*enable nosuch on ks-1 ended with 1/),
      why: expect.stringContaining('nosuch'),
    });
  });
});

describe('what happens by itself', () => {
  const disks = [{}, { name: 'sdb', sizeGiB: 200, use: 'group', group: 'vg_data' }];
  const [node, after] = ['ks-1', 'start'];

  test('a disk is lost: LVM names what is missing, refuses to change its group, and the machine runs on', async () => {
    const events = [{ node, after, afterSeconds: 60, does: { kind: 'disk', name: 'sdb' } }];
    const volumes = [{ group: 'vg_data', name: 'old', sizeGiB: 6 }];
    const world = await bench({ scenario: await scenarioWith({ nodes: { 'ks-1': { disks, volumes } }, events }) });
    const before = (await factsOf(world, node)).storage;
    expect(before?.volumeGroups.map((group) => groupTrouble(before, group))).toEqual([undefined, undefined]);
    await world.pass(90_000);
    const storage = (await factsOf(world, node)).storage;
    expect(storage?.disks.map(({ name }) => name)).toEqual(['sda']);
    const lost = storage?.volumeGroups.find(({ name }) => name === 'vg_data');
    expect(storage && lost && groupTrouble(storage, lost)?.what).toBe('vg_data is missing 1 physical volume.');
    expect(storage?.volumeGroups.find(({ name }) => name === 'ubuntu-vg')).toMatchObject({ missingPhysicalVolumes: 0 });
    for (const command of ['lvcreate -y -L 1G -n new vg_data', 'lvextend -L 7G vg_data/old']) {
      const { code, stderr } = await world.run(node, command);
      expect([code, stderr]).toEqual([5, expect.stringContaining('Cannot change VG vg_data while PVs are missing.')]);
    }
    expect((await world.run(node, 'lvcreate -y -L 1G -n new ubuntu-vg')).code).toBe(0);
  });

  test('the second disk of the group of / is lost: the machine runs on, and what lies on the first is whole', async () => {
    const two = [{ sizeGiB: 120 }, { name: 'sdb', sizeGiB: 200, use: 'group' }];
    const volumes = ['first', 'second'].map((name) => ({ group: 'ubuntu-vg', name, sizeGiB: 10 }));
    const events = [{ node, after, afterSeconds: 60, does: { kind: 'disk', name: 'sdb' } }];
    const world = await bench({ scenario: await scenarioWith({ nodes: { 'ks-1': { disks: two, volumes } }, events }) });
    await world.pass(90_000);
    const storage = (await factsOf(world, node)).storage ?? expect.fail('no storage');
    const [group] = storage.volumeGroups;
    expect(group && groupTrouble(storage, group)?.what).toBe('ubuntu-vg is missing 1 physical volume.');
    const { stdout } = await world.run(node, 'lvs --reportformat json -o lv_name,lv_attr');
    const attributes = JSON.parse(stdout).report[0].lv.map((row: Record<string, string>) => [
      row['lv_name'],
      row['lv_attr'],
    ]);
    expect(attributes).toEqual([
      ['ubuntu-lv', '-wi-ao----'],
      ['first', '-wi-a-----'],
      ['second', '-wi-a---p-'],
    ]);
  });

  test('the disk of / is lost: the machine stops for good', async () => {
    const events = [{ node, after, afterSeconds: 60, does: { kind: 'disk', name: 'sda' } }];
    const world = await bench({ scenario: await scenarioWith({ events }) });
    await world.pass(600_000);
    await expect(world.run(node, 'true')).rejects.toThrow(/ks-1/);
  });

  test('a group is filled, but for what is left', async () => {
    const events = [{ node, after, afterSeconds: 60, does: { kind: 'fill', group: 'ubuntu-vg', leavesGiB: 2 } }];
    const world = await bench({ scenario: await scenarioWith({ events }) });
    await world.pass(90_000);
    expect((await factsOf(world, node)).storage?.volumeGroups[0]?.freeBytes).toBe(2 * 1024 ** 3);
    const { code, stderr } = await world.run(node, 'lvcreate -y -L 3G -n new ubuntu-vg');
    expect([code, stderr]).toEqual([5, expect.stringContaining('insufficient free space (512 extents): 768 required')]);
  });

  test('a machine loses its power, and has it again', async () => {
    const events = [{ node: 'ks-2', after, afterSeconds: 60, does: { kind: 'power', backAfterSeconds: 300 } }];
    const world = await bench({ scenario: await scenarioWith({ events }) });
    const boots = async () => (await world.run('ks-2', 'cat /proc/sys/kernel/random/boot_id')).stdout;
    const first = await boots();
    await world.pass(120_000);
    await expect(boots()).rejects.toThrow(/ks-2/);
    await world.pass(600_000);
    await world.close();
    const again = await world.again();
    expect((await again.run('ks-2', 'cat /proc/sys/kernel/random/boot_id')).stdout).not.toBe(first);
  });
});

test.each([
  [{ events: [{ node: 'ks-9', does: { kind: 'power' } }] }, /events.0.node is .*expected one of ks-1, ks-2, ks-3/],
  [{ events: [{ node: 'ks-1', does: { kind: 'disk', name: 'sdx' } }] }, /events.0.does.name is .*expected one of sda/],
  [{ cluster: { managers: ['ks-7'] } }, /cluster.managers.0 is .*expected one of ks-1, ks-2, ks-3/],
  [{ cluster: { managers: ['ks-1'], workers: ['ks-1'] } }, /each machine once, not ks-1 twice/],
])('%j is refused with its place', async (parts, said) => {
  await expect(scenarioWith(parts).then((scenario) => bench({ scenario }))).rejects.toMatchObject({
    why: expect.stringMatching(said),
  });
});
