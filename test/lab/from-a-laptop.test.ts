import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as lab from './lab.ts';
import { failures, fromLaptop, journal, ran } from './program.ts';
import { virtualAddress, writeProduct, writeSite } from './site.ts';

const secret = 'planted-Pa55word-3k';
let root: string;
let site: string;
let passwords: string;

/** From a laptop, over SSH with a key and with passwords, three bare machines and a worker. */
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'kloudspot-lab-'));
  await lab.up({
    nodes: 4,
    volumeGroup: 'ubuntu-vg',
    each: {
      2: { sudo: 'password', netplan: 'dhcp', password: secret },
      3: { login: 'password', sudo: 'password', password: secret },
    },
  });
  const product = await writeProduct(join(root, 'site'));
  site = await writeSite({
    folder: join(root, 'site'),
    product,
    nodes: [
      { n: 1, name: 'ks-1' },
      { n: 2, name: 'ks-2', moveTo: 62 },
      { n: 3, name: 'ks-3', password: true },
      { n: 4, name: 'ks-w1', role: 'worker' },
    ],
  });
  passwords = join(root, 'passwords.yaml');
  await writeFile(passwords, `nodes:\n  ks-2: { sudo: ${secret} }\n  ks-3: { login: ${secret} }\n`, { mode: 0o600 });
});
afterAll(async () => {
  await lab.down();
  await rm(root, { recursive: true, force: true });
});

const flags = () => ['--site', site, '--yes', '--password-file', passwords];

describe('from a laptop', () => {
  it('shows host keys that are new, and refuses to trust them by itself', async () => {
    const { code, stderr } = await ran(fromLaptop(root, 'init', ...flags()));
    expect(stderr).toMatch(/SHA256:/);
    expect(code).toBe(6);
  });

  it('is killed in the middle, and resume goes on to a rolled-out product', async () => {
    const running = fromLaptop(root, 'init', ...flags(), '--accept-new-host-keys');
    await untilJournal((line) => line.type === 'command' && String(line['command']).includes('join,'));
    process.kill(Number(journal(root).find(({ type }) => type === 'run-started')?.['process']), 'SIGKILL');
    await running;
    const resumed = await ran(fromLaptop(root, 'resume', '--yes', '--password-file', passwords));
    expect(failures(root), resumed.stderr).toEqual([]);
    expect(resumed.code).toBe(0);
  });

  it('is right in the eyes of the API server', async () => {
    const nodes = await lab.objects('nodes');
    expect(nodes.map(({ metadata }) => metadata.name).toSorted()).toEqual(['ks-1', 'ks-2', 'ks-3', 'ks-w1']);
    expect(JSON.stringify(nodes)).toContain('10.78.0.62');
    expect(JSON.stringify(await lab.objects('services', '-n', 'ingress'))).toContain(`"ip":"${virtualAddress}"`);
    const secrets = await lab.objects('secrets', '-n', 'kloudspot');
    expect(secrets.some(({ type }) => type === 'kubernetes.io/tls')).toBe(true);
    const claims = await lab.objects('pvc', '-n', 'kloudspot');
    expect(claims.length).toBeGreaterThan(0);
    for (const claim of claims) expect(claim).toMatchObject({ status: { phase: 'Bound' } });
    for (const set of await lab.objects('statefulsets', '-n', 'kloudspot'))
      expect(set.status.readyReplicas).toBe(set.spec.replicas);
  });

  it('is right in the eyes of each machine', async () => {
    for (const [n, name] of [
      [1, 'ks-1'],
      [2, 'ks-2'],
      [3, 'ks-3'],
      [4, 'ks-w1'],
    ] as const) {
      expect((await lab.onNode(n, 'hostname')).stdout.trim()).toBe(name);
      const { stdout: hosts } = await lab.onNode(n, 'cat /etc/hosts');
      for (const line of ['10.78.0.11 ks-1', '10.78.0.62 ks-2', '10.78.0.13 ks-3', '10.78.0.14 ks-w1'])
        expect(hosts.replaceAll('\t', ' ')).toContain(line);
      expect((await lab.onNode(n, 'lvs --noheadings -o lv_name,lv_tags ubuntu-vg')).stdout).toMatch(
        n === 4 ? /^/ : /shared\s+kloudspot/,
      );
    }
    const { stdout: addresses } = await lab.onNode(2, 'ip -o -4 addr show eth0');
    expect(addresses).toContain('10.78.0.62/16');
    expect(addresses).not.toContain('10.78.0.12/');
    expect((await lab.onNode(2, 'stat -c %a:%U /etc/netplan/60-kloudspot.yaml')).stdout.trim()).toBe('600:root');
  });

  it('carries exactly the chosen features and sizes into the release', async () => {
    const { stdout } = await lab.onNode(1, '/snap/bin/microk8s helm3 get values kloudspot -n kloudspot -o json');
    const values = JSON.parse(stdout);
    expect(values.features).toEqual({ kloudManage: false, kloudInsights: true, kloudhybrid: false });
    expect(values.volumes.kafka).toMatchObject({ enabled: true, size: '1Gi' });
  });

  it('finds nothing to do when run again', async () => {
    const again = await ran(fromLaptop(root, 'apply', ...flags()));
    expect(again.code, again.stderr).toBe(0);
    const outcomes = journal(root)
      .filter(({ type }) => type === 'step-done')
      .map(({ step, outcome }) => `${step} ${outcome}`);
    expect(outcomes.filter((line) => !line.endsWith(' already'))).toEqual([]);
  });

  it('tells the truth with one node switched off', async () => {
    const well = await ran(fromLaptop(root, 'status', '--site', site, '--json', '--password-file', passwords));
    expect(JSON.parse(well.stdout)).toMatchObject({ verdict: 'ok' });
    await lab.off(3);
    await wait(12_000);
    const started = Date.now();
    const degraded = await ran(fromLaptop(root, 'status', '--site', site, '--json', '--password-file', passwords));
    expect(Date.now() - started).toBeLessThan(20_000);
    const status = JSON.parse(degraded.stdout);
    expect(status.verdict).toBe('degraded');
    expect(JSON.stringify(status.reasons)).toContain('ks-3');
    await lab.on(3);
  });

  it('stop leaves what it said: claims, volumes, cluster and virtual address', async () => {
    await untilReady(4);
    const claimsBefore = (await lab.objects('pvc', '-n', 'kloudspot')).map(({ metadata }) => metadata.name);
    const stopped = await ran(fromLaptop(root, 'stop', ...flags()));
    expect(stopped.code, stopped.stderr).toBe(0);
    expect(await lab.objects('deployments,statefulsets', '-n', 'kloudspot')).toEqual([]);
    expect((await lab.objects('pvc', '-n', 'kloudspot')).map(({ metadata }) => metadata.name)).toEqual(claimsBefore);
    for (const claim of claimsBefore) expect(stopped.stdout).toContain(claim);
    expect(JSON.stringify(await lab.objects('services', '-n', 'ingress'))).toContain(virtualAddress);
  });

  it('left no password and no join token on the laptop nor on a node', async () => {
    const { stdout } = await execa('grep', ['-rlF', secret, root], { reject: false });
    expect(stdout.split('\n').filter((path) => path !== '' && path !== passwords)).toEqual([]);
    for (const n of [1, 2, 3])
      expect(
        (await lab.onNode(n, `grep -rlF ${secret} /var/lib/kloudspot /etc/kloudspot /var/log /tmp 2>/dev/null; true`))
          .stdout,
      ).toBe('');
    const tokens = /\b[0-9a-f]{32}\/[0-9a-f]{12}\b/;
    const text = await readFile(
      join(
        root,
        'var/lib/kloudspot/runs',
        (await execa('ls', [join(root, 'var/lib/kloudspot/runs')])).stdout.split('\n')[0] ?? '',
        'journal.jsonl',
      ),
      'utf8',
    );
    expect(text).not.toMatch(tokens);
  });
});

async function untilJournal(holds: (line: ReturnType<typeof journal>[number]) => boolean): Promise<void> {
  const deadline = Date.now() + 400_000;
  while (Date.now() < deadline) {
    try {
      const lines = journal(root);
      if (lines.some(holds)) return;
      if (lines.at(-1)?.type === 'run-ended') throw new Error(`the run ended early: ${JSON.stringify(failures(root))}`);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    }
    await wait(50);
  }
  throw new Error('the moment to kill never came');
}

async function untilReady(count: number): Promise<void> {
  const deadline = Date.now() + 90_000;
  for (;;) {
    const { stdout } = await lab.kubectl(['get', 'nodes', '--no-headers']);
    if (stdout.split('\n').filter((line) => / Ready /.test(line)).length === count) return;
    if (Date.now() > deadline) throw new Error(`not ${count} nodes ready:\n${stdout}`);
    await wait(500);
  }
}
