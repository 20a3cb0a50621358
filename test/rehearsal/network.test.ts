import { describe, expect, test } from 'vitest';
import { planNetwork } from '../../source/plan/steps/network.ts';
import { type Bench, bench } from './world.ts';

const netplan = (lines: string) => `network:\n  version: 2\n  ethernets:\n    eno1:\n${lines}`;
const wanted = netplan(`      addresses: [10.0.4.22/24]
      routes: [{to: default, via: 10.0.4.1}]
      nameservers: {addresses: [9.9.9.9], search: [example.org]}
`);
const file = '/etc/netplan/60-ours.yaml';

async function write(world: Bench, content: string, mode = 0o600): Promise<void> {
  await (await world.host('ks-2')).writeFile({ path: file, content, mode });
}

describe('netplan refuses as the real one: FILE:LINE:COL: text', () => {
  const cases: readonly (readonly [what: string, text: string, said: string])[] = [
    [
      'an address without prefix',
      netplan('      addresses: [10.0.4.22]\n'),
      `${file}:5:19: Error in network definition: address '10.0.4.22' is missing /prefixlength`,
    ],
    [
      'a malformed address',
      netplan('      addresses: [10.0.4.822/24]\n'),
      `${file}:5:19: Error in network definition: malformed address '10.0.4.822', must be X.X.X.X/NN or X:X:X:X:X:X:X:X/NN`,
    ],
    [
      'a prefix over 32',
      netplan('      addresses: [10.0.4.22/33]\n'),
      `${file}:5:19: Error in network definition: invalid prefix length in address '10.0.4.22/33'`,
    ],
    [
      'an unknown key',
      netplan('      adresses: [10.0.4.22/24]\n'),
      `${file}:5:7: Error in network definition: unknown key 'adresses'`,
    ],
    ['a tab', netplan('\taddresses: [10.0.4.22/24]\n'), `${file}:5:1: Invalid YAML: tabs are not allowed for indent:`],
  ];
  test.each(cases)('%s', async (_what, text, said) => {
    const world = await bench();
    await write(world, text);
    const { code, stderr } = await world.run('ks-2', 'netplan generate');
    expect(code).toBe(1);
    expect(stderr.split('\n')[0]).toBe(said);
  });

  test('warnings alone end with 0: two default routes, a readable file, gateway4', async () => {
    const world = await bench();
    await write(world, netplan('      gateway4: 10.0.4.1\n      routes: [{to: default, via: 10.0.4.2}]\n'), 0o644);
    const { code, stderr } = await world.run('ks-2', 'netplan generate');
    expect(code).toBe(0);
    expect(stderr).toContain('`gateway4` has been deprecated');
    expect(stderr).toContain('Conflicting default route declarations');
    expect(stderr).toContain('too open');
  });
});

test('files merge: the old one has to go aside for the old address to go', async () => {
  const world = await bench();
  await write(world, wanted);
  await world.run('ks-2', 'systemd-run --collect netplan apply');
  await world.pass(2_000);
  const shown = async () => (await world.run('ks-2', 'ip -4 -o address show')).stdout;
  expect(await shown()).toMatch(/10\.0\.4\.87\/24 .* dynamic eno1[\s\S]*10\.0\.4\.22\/24/);
});

test('a change of address moves the machine: the old address falls silent, the pinned key answers on the new one', async () => {
  const world = await bench();
  const host = await world.host('ks-2');
  await write(world, wanted);
  await world.run('ks-2', 'mv /etc/netplan/50-cloud-init.yaml /var/lib/aside.yaml');
  await world.run('ks-2', 'systemd-run --unit=apply --collect netplan apply');
  await world.pass(2_000);
  await expect(host.run(['true'])).rejects.toMatchObject({ kind: 'lost' });
  await world.hosts.forget('ks-2');
  await expect(world.hosts.get({ node: 'ks-2', addresses: ['10.0.4.87'] })).rejects.toMatchObject({
    kind: 'unreachable',
  });
  const again = await world.hosts.get({ node: 'ks-2', addresses: ['10.0.4.87', '10.0.4.22'] });
  expect((await again.access()).address).toBe('10.0.4.22');
  expect((await again.run(['ip', '-4', 'route', 'show', 'default'])).stdout).toBe(
    'default via 10.0.4.1 dev eno1 proto static \n',
  );
});

test('the dead-man timer takes a change back by itself, files included', async () => {
  const world = await bench();
  const host = await world.host('ks-2');
  const parameters = {
    node: 'ks-2',
    path: file,
    content: '',
    aside: [],
    cloudInit: false,
    address: '',
    keep: 'first',
    sshPort: 22,
  };
  const script = planNetwork(parameters, undefined).files.find(({ path }) => path.endsWith('network-restore.sh'));
  if (script === undefined) throw new Error('The step leaves no script for the timer.');
  await host.writeFile(script);
  await world.run('ks-2', 'mkdir -p /var/lib/kloudspot/netplan-before/first');
  await world.run(
    'ks-2',
    `systemd-run --unit=restore --collect --on-active=90 --timer-property=AccuracySec=100ms ${script.path}`,
  );
  expect((await world.run('ks-2', 'systemctl is-active restore.timer')).stdout).toBe('active\n');
  await world.run('ks-2', 'mv /etc/netplan/50-cloud-init.yaml /var/lib/kloudspot/netplan-before/first/');
  await write(world, wanted.replaceAll('10.0.4.22', '10.9.9.9'));
  await world.run('ks-2', 'systemd-run --unit=apply --collect netplan apply');
  await world.pass(10_000);
  await world.hosts.forget('ks-2');
  await expect(world.host('ks-2')).rejects.toMatchObject({ kind: 'unreachable' });
  await world.pass(90_000);
  expect((await (await world.host('ks-2')).access()).address).toBe('10.0.4.87');
  expect((await world.run('ks-2', 'ls -1 /etc/netplan')).stdout).toBe('50-cloud-init.yaml\n');
  expect((await world.run('ks-2', 'systemctl is-active restore.timer')).code).toBe(3);
});

test('a timer that is stopped in time does nothing', async () => {
  const world = await bench();
  await world.run('ks-1', 'systemd-run --unit=restore --on-active=30 systemctl reboot');
  expect((await world.run('ks-1', 'systemctl stop restore.timer')).code).toBe(0);
  expect((await world.run('ks-1', 'systemctl stop restore.timer')).code).toBe(5);
  await world.pass(60_000);
  expect((await world.run('ks-1', 'true')).code).toBe(0);
});

test('who has an address is asked from another machine', async () => {
  const world = await bench();
  const host = await world.host('ks-1');
  const addresses = ['10.0.4.21', '10.0.4.87', '10.0.4.30', '192.0.2.1'];
  const { stdout } = await host.run({ name: 'address-in-use', text: '', arguments: addresses }, { sudo: true });
  expect(stdout.split('\n')).toEqual([
    '10.0.4.21 own eno1',
    expect.stringMatching(/^10\.0\.4\.87 taken 7c:c2:55:/),
    '10.0.4.30 free',
    '192.0.2.1 unknown no interface in its subnet',
    '',
  ]);
});
