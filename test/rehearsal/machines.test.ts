import { describe, expect, test } from 'vitest';
import { bench, scenarioWith } from './world.ts';

describe('commands that the machines do not have', () => {
  const cases: readonly (readonly [command: string, said: string])[] = [
    ['nonsense --now', 'bash: nonsense: command not found\n'],
    ['/opt/tool', 'bash: /opt/tool: No such file or directory\n'],
    ['/snap/bin/microk8s status', 'bash: /snap/bin/microk8s: No such file or directory\n'],
  ];
  test.each(cases)('%s ends with 127', async (command, said) => {
    const world = await bench();
    expect(await world.run('ks-1', command)).toEqual({ code: 127, stdout: '', stderr: said });
  });

  test('a script that no one has simulated ends with 127 too', async () => {
    const world = await bench();
    const result = await (await world.host('ks-1')).run({ name: 'no-such', text: 'true' });
    expect(result.code).toBe(127);
  });
});

describe('files', () => {
  test('writing returns what was there and keeps mode and owner', async () => {
    const world = await bench();
    const host = await world.host('ks-1');
    expect(await host.readFile('/etc/new')).toBeUndefined();
    expect(await host.writeFile({ path: '/etc/new', content: 'one\n', mode: 0o600 })).toEqual({ before: undefined });
    expect(await host.writeFile({ path: '/etc/new', content: 'two\n' })).toEqual({ before: 'one\n' });
    expect((await world.run('ks-1', 'cat /etc/new')).stdout).toBe('two\n');
    expect(await host.readFile('/var/run/../etc/nothing')).toBeUndefined();
  });

  test('commands see what the Host wrote and the other way round', async () => {
    const world = await bench();
    const host = await world.host('ks-1');
    await host.writeFile({ path: '/var/lib/x/a.yaml', content: 'a\n' });
    expect((await world.run('ks-1', 'mv /var/lib/x/a.yaml /var/lib/x/b.yaml')).code).toBe(0);
    expect(await host.readFile('/var/lib/x/b.yaml')).toBe('a\n');
    expect((await world.run('ks-1', 'mv /var/lib/x/a.yaml /tmp/')).stderr).toContain('No such file or directory');
    expect((await world.run('ks-1', 'rm /var/lib/x/b.yaml')).code).toBe(0);
    expect((await world.run('ks-1', 'rm /var/lib/x/b.yaml')).code).toBe(1);
    expect((await world.run('ks-1', 'rm -f /var/lib/x/b.yaml')).code).toBe(0);
  });
});

describe('LVM', () => {
  const cases: readonly (readonly [command: string, code: number, said: string])[] = [
    ['lvcreate -y -L 20G -n shared --addtag kloudspot ubuntu-vg', 0, '  Logical volume "shared" created.\n'],
    [
      'lvcreate -y -L 20G -n shared nosuch',
      5,
      '  Volume group "nosuch" not found\n  Cannot process volume group nosuch\n',
    ],
    [
      'lvcreate -y -L 20G -n ubuntu-lv ubuntu-vg',
      5,
      '  Logical Volume "ubuntu-lv" already exists in volume group "ubuntu-vg"\n',
    ],
    ['lvremove -y ubuntu-vg/ubuntu-lv', 5, '  Logical volume ubuntu-vg/ubuntu-lv contains a filesystem in use.\n'],
    ['lvremove -y ubuntu-vg/none', 5, '  Failed to find logical volume "ubuntu-vg/none"\n'],
  ];
  test.each(cases)('%s', async (command, code, said) => {
    const world = await bench();
    const result = await world.run('ks-1', command);
    expect([result.code, result.stdout + result.stderr]).toEqual([code, said]);
  });

  test('a volume takes its extents and gives them back', async () => {
    const world = await bench();
    const free = async () => {
      const { stdout } = await world.run('ks-1', 'vgs --reportformat json --units b --nosuffix -o vg_free ubuntu-vg');
      return Number(/"vg_free": "(\d+)"/.exec(stdout)?.[1]);
    };
    const before = await free();
    await world.run('ks-1', 'lvcreate -y -L 27G -n shared --addtag kloudspot ubuntu-vg');
    expect(before - (await free())).toBe(27 * 1024 ** 3);
    const { stdout } = await world.run(
      'ks-1',
      'lvs --reportformat json --units b --nosuffix -o lv_name,lv_tags,lv_path ubuntu-vg',
    );
    expect(JSON.parse(stdout).report[0].lv[1]).toEqual({
      lv_name: 'shared',
      lv_tags: 'kloudspot',
      lv_path: '/dev/ubuntu-vg/shared',
    });
    expect((await world.run('ks-1', 'lvremove -y ubuntu-vg/shared')).code).toBe(0);
    expect(await free()).toBe(before);
  });

  test("a group that is too small says so in LVM's words", async () => {
    const world = await bench({ scenario: 'small-volume-group' });
    const { code, stderr } = await world.run('ks-2', 'lvcreate -y -L 27G -n shared ubuntu-vg');
    expect(code).toBe(5);
    expect(stderr).toMatch(
      /^ {2}Volume group "ubuntu-vg" has insufficient free space \(\d+ extents\): 6912 required\.\n$/,
    );
  });

  test('an unknown group is an empty report and code 5, and only root may ask', async () => {
    const world = await bench();
    const result = await world.run('ks-1', 'lvs --reportformat json -o lv_name nosuch');
    expect(JSON.parse(result.stdout)).toEqual({ report: [{ lv: [] }] });
    expect(result.code).toBe(5);
    expect((await (await world.host('ks-1')).run(['vgs', '--reportformat', 'json'])).code).toBe(5);
  });
});

describe('packages', () => {
  test('an upgrade takes its time, leaves nothing to upgrade and asks for a restart', async () => {
    const world = await bench();
    const before = world.clock.now();
    const lines: string[] = [];
    await world.run('ks-1', 'apt-get update');
    const result = await world.run(
      'ks-1',
      'env DEBIAN_FRONTEND=noninteractive apt-get -y -o DPkg::Lock::Timeout=300 upgrade',
      {
        onLine: (line) => lines.push(line),
      },
    );
    expect(result.code).toBe(0);
    expect(lines).toContain('6 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.');
    expect((world.clock.now() - before) / 1000).toBeGreaterThan(35);
    expect((await world.run('ks-1', 'apt-get -s -qq upgrade')).stdout).toBe('');
    expect((await world.run('ks-1', 'cat /run/reboot-required')).code).toBe(0);
    expect((await world.run('ks-1', 'apt-get -y install nosuch')).stderr).toBe('E: Unable to locate package nosuch\n');
  });

  test('iscsid is not enabled until someone does', async () => {
    const world = await bench();
    expect((await world.run('ks-1', 'systemctl is-enabled iscsid')).stdout).toBe('disabled\n');
    expect((await world.run('ks-1', 'systemctl enable --now iscsid')).code).toBe(0);
    expect((await world.run('ks-1', 'systemctl is-active iscsid')).stdout).toBe('active\n');
    expect((await world.run('ks-1', 'systemctl enable --now nosuch')).stderr).toContain('does not exist');
  });
});

describe('restarts', () => {
  test('a restart breaks the connection, takes time and brings another boot id, the new kernel and the host name', async () => {
    const world = await bench();
    await world.run('ks-2', 'apt-get update');
    await world.run('ks-2', 'apt-get -y upgrade');
    await world.run('ks-2', 'hostnamectl set-hostname ks-2');
    const bootId = async () => (await world.run('ks-2', 'cat /proc/sys/kernel/random/boot_id')).stdout;
    const before = await bootId();
    const host = await world.host('ks-2');
    await world.run('ks-2', 'systemd-run --on-active=2 --timer-property=AccuracySec=100ms systemctl reboot');
    await world.pass(5_000);
    await expect(host.run(['true'])).rejects.toMatchObject({ kind: 'lost' });
    await world.hosts.forget('ks-2');
    await expect(world.host('ks-2')).rejects.toMatchObject({ kind: 'unreachable' });
    await world.pass(60_000);
    expect(await bootId()).not.toBe(before);
    expect((await world.run('ks-2', 'uname -r')).stdout).toBe('5.15.0-130-generic\n');
    expect((await world.run('ks-2', 'hostname')).stdout).toBe('ks-2\n');
    expect((await world.run('ks-2', 'cat /run/reboot-required')).code).toBe(1);
  });

  test('a command that runs meanwhile is lost with its machine', async () => {
    const world = await bench();
    const running = world.run('ks-1', 'sleep 300');
    await world.pass(2_000);
    await world.setPower('ks-1', false);
    await expect(running).rejects.toMatchObject({ kind: 'lost', node: 'ks-1' });
  });
});

test('a second disk stands in lsblk and carries its own group', async () => {
  const scenario = await scenarioWith({
    nodes: {
      'ks-1': { disks: [{}, { name: 'nvme0n1', sizeGiB: 400, use: 'group', group: 'data', transport: 'nvme' }] },
    },
  });
  const world = await bench({ scenario });
  const { stdout } = await world.run('ks-1', 'lsblk -J -b -o NAME,TYPE,FSTYPE,TRAN');
  expect(JSON.parse(stdout).blockdevices[1].children[0]).toEqual({
    name: 'nvme0n1p1',
    type: 'part',
    fstype: 'LVM2_member',
    tran: null,
  });
  const { stdout: groups } = await world.run('ks-1', 'vgs --reportformat json -o vg_name');
  expect(JSON.parse(groups).report[0].vg).toEqual([{ vg_name: 'ubuntu-vg' }, { vg_name: 'data' }]);
});
