import { beforeAll, describe, expect, test } from 'vitest';
import { type Bench, bench, copyOf, install, joinCluster, microk8s } from './world.ts';

/** ks-1 and ks-2 run alone, ks-3 has nothing. */
let alone: Bench;
/** ks-1 with a second manager ks-2 and a worker ks-3. */
let joined: Bench;

beforeAll(async () => {
  alone = await bench();
  await install(alone, 'ks-1', 'ks-2');
  joined = await copyOf(alone);
  await install(joined, 'ks-3');
  await joinCluster(joined, 'ks-1', '10.0.4.21', 'ks-2');
  await joinCluster(joined, 'ks-1', '10.0.4.21', 'ks-3', '--worker');
});

const said = async (world: Bench, node: string, command: string) => {
  const { code, stdout, stderr } = await world.run(node, `${microk8s} ${command}`.trim());
  return { code, out: stdout.split('\n')[0], err: stderr.split('\n')[0] };
};
const token = '0123456789abcdef0123456789abcdef';

describe('words and exit codes of the fact sheet, section 1', () => {
  const cases: readonly (readonly [command: string, code: number, out: string, err: string])[] = [
    ['', 1, 'Available subcommands are:', ''],
    ['--help', 1, 'Available subcommands are:', ''],
    ['bogus', 1, "'bogus' is not a valid MicroK8s subcommand.", ''],
    ['version', 0, 'MicroK8s v1.34.4 revision 8612', ''],
    ['status', 0, 'microk8s is running', ''],
    ['status --format short', 0, 'microk8s is running', ''],
    ['status -a dns', 0, 'enabled', ''],
    ['status -a ingress', 0, 'disabled', ''],
    ['status -a nosuch', 0, 'disabled', ''],
    [
      'status --format xml',
      2,
      '',
      'usage: microk8s status [-h] [--format {pretty,yaml,short}] [-w] [-t TIMEOUT] [-a ADDON]',
    ],
    ['add-node --token short', 1, 'Invalid token size.  It must be 32 characters long.', ''],
    ['add-node', 0, 'From the node you wish to join to this cluster, run the following:', ''],
    ['leave', 1, 'This MicroK8s deployment is not acting as a node in a cluster.', ''],
    ['remove-node', 1, 'Please provide the node you want to remove.', ''],
    [
      'remove-node ks-9',
      1,
      'Node ks-9 does not exist in Kubernetes.',
      'Error from server (NotFound): nodes "ks-9" not found',
    ],
    ['remove-node ks-1 --now', 1, 'Please provide the node and the optional --force flag.', ''],
    ['enable dns', 0, 'Addon core/dns is already enabled', 'Infer repository core for addon dns'],
    ['enable nosuch', 1, '', 'Addon nosuch was not found in any repository'],
    [
      'enable openebs',
      1,
      'To use the community maintained flavor enable the respective repository:',
      'Addon openebs was not found in any repository',
    ],
    ['enable core/nosuch', 0, 'Addon core/nosuch not found', ''],
    ['enable metallb', 1, 'Enabling MetalLB', 'Infer repository core for addon metallb'],
    ['refresh-certs -c', 0, 'The CA certificate will expire in 3650 days.', ''],
    ['join', 2, '', 'Usage: join.py [OPTIONS] CONNECTION'],
    ['join ks-1:25000/x', 1, 'Invalid connection: Invalid master IP', ''],
    ['join 10.0.4.21', 1, 'Invalid connection: Expected format: <master_IP>:<master_PORT>/<token>[/<fingerprint>]', ''],
    [`join 10.0.4.21:0/${token}`, 1, 'Invalid connection: Master PORT not in range 1:65535', ''],
    [`join 10.0.4.21:port/${token}`, 1, 'Invalid connection: Master PORT not a number', ''],
    ['join 10.0.4.21:25000/short', 1, 'Invalid connection: Cluster token size should be at least 32 bytes', ''],
    [`join 10.0.4.21:25000/${token}/short`, 1, 'Invalid connection: Fingerprint should be at least 12 bytes', ''],
    [`join 10.0.4.87:25001/${token}`, 1, 'Contacting cluster at 10.0.4.87', 'Traceback (most recent call last):'],
    [`join 10.0.4.99:25000/${token}`, 1, 'Contacting cluster at 10.0.4.99', 'Traceback (most recent call last):'],
    [`join 10.0.4.87:25000/${token}/000000000000`, 4, 'Contacting cluster at 10.0.4.87', ''],
    [`join 10.0.4.87:25000/${token}`, 6, 'Contacting cluster at 10.0.4.87', ''],
  ];
  test.each(cases)('microk8s %s', async (command, code, out, err) => {
    const world = await copyOf(alone);
    expect(await said(world, 'ks-1', command)).toEqual({ code, out, err });
  });

  test('without root it says how to get in', async () => {
    const result = await (await alone.host('ks-1')).run([microk8s, 'status']);
    expect([result.code, result.stderr.split('\n')[0]]).toEqual([1, 'Insufficient permissions to access MicroK8s.']);
  });

  test('metallb wants ranges', async () => {
    const world = await copyOf(alone);
    const { code, stdout } = await world.run('ks-1', `${microk8s} enable metallb:10.0.4.30`);
    expect([code, stdout]).toEqual([1, 'Enabling MetalLB\nYour input value (10.0.4.30) is not a valid IP Range\n']);
  });
});

describe('a worker lies', () => {
  const acting = 'This MicroK8s deployment is acting as a node in a cluster.';
  const cases: readonly (readonly [command: string, code: number, out: string])[] = [
    ['status', 0, acting],
    ['status --format yaml', 0, acting],
    ['kubectl get nodes', 0, `${acting} Please use the microk8s kubectl on the master.`],
    ['helm3 list', 0, `${acting} Please use the microk8s helm on the master.`],
    ['start', 0, acting],
    ['stop', 0, acting],
    ['add-node', 1, `${acting} Please use the microk8s add-node on the master.`],
    ['remove-node ks-2', 1, `${acting} Please use microk8s leave.`],
    ['enable dns', 1, acting],
  ];
  test.each(cases)('microk8s %s', async (command, code, out) => {
    expect(await said(joined, 'ks-3', command)).toEqual({ code, out, err: '' });
  });
});

describe('a node that was stopped', () => {
  const words = 'microk8s is not running, try microk8s start';
  const cases: readonly (readonly [command: string, code: number, out: string, err: string])[] = [
    ['status', 0, words, ''],
    ['status --format yaml', 0, words, ''],
    ['kubectl get nodes', 1, '', words],
    ['add-node', 1, '', words],
    ['enable ingress', 1, '', words],
    ['helm3 list', 1, '', words],
    ['version', 0, 'MicroK8s v1.34.4 revision 8612', ''],
  ];
  test.each(cases)('microk8s %s', async (command, code, out, err) => {
    const world = await copyOf(alone);
    await world.run('ks-1', `${microk8s} stop`);
    expect(await said(world, 'ks-1', command)).toEqual({ code, out, err });
  });

  test('stays stopped over a restart and comes back with start', async () => {
    const world = await copyOf(alone);
    await world.run('ks-1', `${microk8s} stop`);
    await world.setPower('ks-1', false);
    await world.setPower('ks-1', true);
    await world.hosts.forget('ks-1');
    await world.pass(90_000);
    expect((await said(world, 'ks-1', 'status')).out).toBe(words);
    await world.run('ks-1', `${microk8s} start`);
    expect((await said(world, 'ks-1', 'status --wait-ready --timeout 60')).out).toBe('microk8s is running');
  });
});

describe('joining', () => {
  test('a fresh node has a datastore on the loopback address; the first join moves it', async () => {
    expect((await alone.run('ks-1', `${microk8s} status`)).stdout).toContain(
      '  datastore master nodes: 127.0.0.1:19001\n',
    );
    const { stdout } = await joined.run('ks-1', `${microk8s} status`);
    expect(stdout).toContain(
      'high-availability: no\n  datastore master nodes: 10.0.4.21:19001\n  datastore standby nodes: none\n',
    );
    expect((await joined.run('ks-1', `${microk8s} status --format yaml`)).stdout).toContain(
      '    - address: 10.0.4.87:19001\n      role: spare\n',
    );
  });

  test('prints what the real one prints and takes its time', async () => {
    const world = await copyOf(alone);
    const before = world.clock.now();
    const { code, stdout } = await joinCluster(world, 'ks-1', '10.0.4.21', 'ks-2');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^Contacting cluster at 10\.0\.4\.21\nWaiting for this node to finish joining the cluster\. (\. )+ \nSuccessfully joined the cluster\.\n$/,
    );
    const seconds = (world.clock.now() - before) / 1000 - 30;
    expect(seconds).toBeGreaterThan(15);
    expect(seconds).toBeLessThan(65);
  });

  test('a token counts once, whatever became of the join', async () => {
    const world = await copyOf(alone);
    const { stdout } = await world.run('ks-1', `${microk8s} add-node --format token-check`);
    const connection = `10.0.4.21:25000/${stdout.trim()}`;
    expect((await world.run('ks-1', `${microk8s} join ${connection}`)).stdout).toContain(
      'Connection failed. The joining node has the same IP (10.0.4.21) as the node we contact (503).',
    );
    const again = await world.run('ks-2', `${microk8s} join ${connection}`);
    expect([again.code, again.stdout]).toEqual([
      6,
      'Contacting cluster at 10.0.4.21\nConnection failed. Invalid token (500).\n',
    ]);
    expect(await (await world.host('ks-2')).readFile('/var/snap/microk8s/current/var/lock/join-in-progress')).toBe('');
  });

  test('a token with a time limit counts until then', async () => {
    const world = await copyOf(alone);
    const { stdout } = await world.run('ks-1', `${microk8s} add-node --token-ttl 60 --format token-check`);
    await world.pass(61_000);
    expect((await world.run('ks-2', `${microk8s} join 10.0.4.21:25000/${stdout.trim()}`)).code).toBe(6);
  });

  test('a node whose address the datastore knows is refused', async () => {
    const world = await copyOf(joined);
    await world.run('ks-2', 'snap remove --purge microk8s');
    await install(world, 'ks-2');
    const { code, stdout } = await joinCluster(world, 'ks-1', '10.0.4.21', 'ks-2');
    expect(code).toBe(6);
    expect(stdout).toContain('the joining node (10.0.4.87) is already known to dqlite (500).');
    await world.run('ks-1', `${microk8s} remove-node ks-2 --force`);
    // The agent reads a list of members that is rewritten every 30 s.
    expect((await joinCluster(world, 'ks-1', '10.0.4.21', 'ks-2')).code).toBe(6);
    await world.pass(35_000);
    expect((await joinCluster(world, 'ks-1', '10.0.4.21', 'ks-2')).code).toBe(0);
  });

  test('leave, then remove-node; without leave only by force', async () => {
    const world = await copyOf(joined);
    expect((await said(world, 'ks-1', 'remove-node ks-2')).out).toContain(
      'Removal failed. Node ks-2 is registered with dqlite.',
    );
    expect((await said(world, 'ks-2', 'leave')).code).toBe(0);
    expect(await said(world, 'ks-1', 'remove-node ks-2')).toEqual({ code: 0, out: '', err: '' });
    expect((await said(world, 'ks-1', 'kubectl get nodes ks-2')).err).toBe(
      'Error from server (NotFound): nodes "ks-2" not found',
    );
    expect((await world.run('ks-2', `${microk8s} status`)).stdout).toContain('127.0.0.1:19001');
  });
});
