import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectCluster, expectMachines, expectNothingTwice, expectProduct, foundOn, untilReady } from './judge.ts';
import * as lab from './lab.ts';
import { failures, fromLaptop, type JournalLine, journal, killRunAt, outcomes, ran, runs } from './program.ts';
import { virtualAddress, writeProduct, writeSite } from './site.ts';

const secret = 'planted-Pa55word-3k';
const token = '[0-9a-f]{32}/[0-9a-f]{12}';
const nodes = [
  { n: 1, name: 'ks-1', address: '10.78.0.11' },
  { n: 2, name: 'ks-2', address: '10.78.0.62' },
  { n: 3, name: 'ks-3', address: '10.78.0.13' },
  { n: 4, name: 'ks-w1', address: '10.78.0.14', role: 'worker' },
] as const;
let root: string;
let site: string;
let passwords: string;
let keeper: { pod: string; folder: string };

/** From a laptop, over SSH with a key and with passwords, three bare machines and a worker; one of them moves from its lease. */
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'kloudspot-lab-'));
  await lab.up({
    nodes: 4,
    volumeGroup: 'ubuntu-vg',
    disk: '100G',
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

/** Where each keeps its data. */
const folders = new Map([
  ['kafka', '/var/lib/kafka/data'],
  ['zookeeper', '/data'],
  ['mongodb', '/data/db'],
]);
/** A member with data on node ks-3, which is switched off below. */
async function findKeeper(): Promise<void> {
  const pods = await lab.objects('pods', '-n', 'kloudspot', '--field-selector', 'spec.nodeName=ks-3');
  const component = ({ metadata }: lab.Kubernetes) => metadata.labels?.['app.kubernetes.io/component'] ?? '';
  const found = pods.find((pod) => folders.has(component(pod)));
  keeper = { pod: found?.metadata.name ?? '', folder: folders.get(found ? component(found) : '') ?? '' };
}
const inKeeper = (...words: string[]) => ['exec', '-n', 'kloudspot', keeper.pod, '--', ...words];
/** Lines in its volume, one for each time that it was started. */
const starts = async () =>
  (await lab.tryKubectl(inKeeper('cat', `${keeper.folder}/starts`))).stdout.split('\n').length - 1;
/** As a browser gets it: by the site's name, with the certificate of the site alone trusted. */
async function page(): Promise<string> {
  const certificate = join(root, 'etc/kloudspot/tls/tls.crt');
  const way = ['--cacert', certificate, '--resolve', `spot.lab.test:443:${virtualAddress}`, '--max-time', '4'];
  const { stdout, stderr } = await lab.inHub(['curl', '-sS', ...way, 'https://spot.lab.test/']);
  return stdout || stderr;
}
/** The node whose network card answers ARP for the virtual address; as long as no one does, this waits. */
async function answering(): Promise<string> {
  const ask = ['arping', '-c', '1', '-w', '1', '-I', 'br0', virtualAddress];
  for (;;) {
    const card = / \[([\w:]+)\] /.exec((await lab.inHub(ask)).stdout)?.[1]?.toLowerCase();
    const found = nodes.find(({ n }) => lab.hardwareAddress(n) === card);
    if (found) return found.name;
  }
}
/** Parts of the product with a pod on a node. */
async function partsOn(node: string): Promise<string[]> {
  const pods = await lab.objects('pods', '-n', 'kloudspot', '--field-selector', `spec.nodeName=${node}`);
  return pods.flatMap(({ metadata }) => metadata.labels?.['app.kubernetes.io/component'] ?? []);
}
const flags = () => ['--site', site, '--yes', '--password-file', passwords];
const resume = () => fromLaptop(root, 'resume', '--yes', '--password-file', passwords);
const status = async () => ran(fromLaptop(root, 'status', '--site', site, '--json', '--password-file', passwords));

/** Minutes on a busy machine; a wait that succeeds ends at once. */
const patience = { timeout: 240_000, interval: 2_000 };

describe('from a laptop', () => {
  it('shows host keys that are new, and refuses to trust them by itself', async () => {
    const { code, stderr } = await ran(fromLaptop(root, 'init', ...flags()));
    expect(stderr).toMatch(/SHA256:/);
    expect(code).toBe(6);
  });

  it('is killed while an address changes, a snap is installed, a manager joins and Helm is at work; resume goes on', async () => {
    const onNode =
      (node: string, ...words: string[]) =>
      (line: JournalLine) =>
        line.node === node && runs(...words)(line);
    const killed = [
      { at: onNode('ks-2', 'netplan', 'apply'), after: 300 },
      { at: onNode('ks-3', 'snap', 'install'), after: 1_000 },
      { at: onNode('ks-2', 'start-join'), after: 3_000 },
      { at: runs('helm3', 'upgrade', 'kloudspot'), after: 500 },
    ];
    let going = fromLaptop(root, 'init', ...flags(), '--accept-new-host-keys');
    for (const { at, after } of killed) {
      await killRunAt(root, at, after);
      await going;
      going = resume();
    }
    const { code, stderr } = await ran(going);
    expect(failures(journal(root)), stderr).toEqual([]);
    expect(code).toBe(0);
    expectNothingTwice(journal(root));
  });

  it('is right in the eyes of the API server, the datastore and each machine', async () => {
    await expectCluster(nodes);
    await expectProduct(1);
    await expectMachines(nodes);
  });

  it('runs in containers: a page answers at the virtual address, members have names, volumes hold what was written', async () => {
    await expect.poll(page, patience).toMatch(/^nginx on kloudspot-web-/);
    await findKeeper();
    const names = async () =>
      (await lab.kubectl(inKeeper('nslookup', 'kloudspot-kafka.kloudspot.svc.cluster.local'))).match(
        /^Address: 10\.1\./gm,
      );
    await expect.poll(names, patience).toHaveLength(3);
    expect(await lab.kubectl(inKeeper('cat', '/proc/mounts'))).toContain(` ${keeper.folder} ext4 `);
    expect(await starts()).toBeGreaterThan(0);
  });

  it('carries exactly the chosen features and sizes into the release', async () => {
    const { stdout } = await lab.onNode(1, '/snap/bin/microk8s helm3 get values kloudspot -n kloudspot -o json');
    const values = JSON.parse(stdout);
    expect(values.features).toEqual({ kloudManage: false, kloudInsights: true, kloudhybrid: false });
    expect(values.volumes.kafka).toMatchObject({ enabled: true, size: '1Gi' });
  });

  it('finds nothing to do when run again', async () => {
    const again = await ran(fromLaptop(root, 'apply', ...flags()));
    expect(again.code, again.stdout + again.stderr).toBe(0);
    expect(outcomes(journal(root)).filter((line) => !line.endsWith(' already'))).toEqual([]);
  });

  it('tells the truth with one node switched off', async () => {
    const seen = async () => JSON.parse((await status()).stdout);
    // a machine that is busy may take longer than status waits for it
    await expect.poll(seen, patience).toMatchObject({ verdict: 'ok', reasons: [] });
    const before = await starts();
    await lab.off(3);
    const inTime = async () => {
      const started = Date.now();
      const { verdict, reasons } = await seen();
      return { verdict, reasons: reasons.join('\n'), inTime: Date.now() - started < 15_000 };
    };
    // the cluster calls it lost after its lease of 8 s
    await expect.poll(inTime, patience).toEqual({
      verdict: 'degraded',
      reasons: expect.stringContaining('ks-3'),
      inTime: true,
    });
    await lab.on(3);
    await untilReady(4);
    await expect.poll(starts, patience).toBeGreaterThan(before);
  });

  it('drill cuts the node off that answers: another answers, the site is reached, and what is measured is what is seen', async () => {
    await expect.poll(page, patience).toMatch(/^nginx on kloudspot-web-/);
    const holder = async () => JSON.parse((await status()).stdout).virtualAddress.holder;
    const before = await answering();
    await expect.poll(holder, patience).toBe(before);
    const n = nodes.find(({ name }) => name === before)?.n ?? 0;
    const touched = await partsOn(before);
    const drilling = ran(fromLaptop(root, `drill ${before}`, '--seconds', '60', ...flags()));
    let refused = '';
    void drilling.then((end) => {
      refused = `${end.code} ${end.stdout}${end.stderr}`;
    });
    const card = async () => refused || (await lab.onNode(n, 'ip -o link show dev eth0')).stdout;
    await expect.poll(card, patience).toContain(' state DOWN ');
    // it stays away until all is seen, however long a busy machine takes
    await lab.cable(n, 'cut');
    await expect.poll(answering, patience).not.toBe(before);
    await expect.poll(page, patience).toMatch(/^nginx on kloudspot-web-/);
    const now = await answering();
    await expect.poll(holder, patience).toBe(now);
    await lab.cable(n, 'join');
    const { code, stdout, stderr } = await drilling;
    expect(code, stdout + stderr).toBe(0);
    expect(stdout).toMatch(/^ {2}counted as lost after \d/m);
    expect(stdout).toMatch(/^ {2}the virtual address moved after \d+(\.\d)? s$/m);
    for (const part of touched) expect(stdout).toMatch(new RegExp(`^  kloudspot-${part} not ready from`, 'm'));
    const told = journal(root).filter(({ type, text }) => type === 'progress' && String(text).includes(`${now} holds`));
    expect(told.length, stdout).toBeGreaterThan(0);
    await untilReady(4);
    await expect.poll(page, patience).toMatch(/^nginx on kloudspot-web-/);
  });

  it('rebalance spreads a part that lies on one node, one pod at a time, and nothing that keeps data', async () => {
    await untilReady(4);
    await expect.poll(async () => JSON.parse((await status()).stdout).verdict, patience).toBe('ok');
    const ofPart = (part: string) => ['-n', 'kloudspot', '-l', `app.kubernetes.io/component=${part}`];
    const placesOf = async (part: string) =>
      (await lab.objects('pods', ...ofPart(part))).map(({ spec }) => spec.nodeName).toSorted();
    const keeps = async () =>
      (await lab.objects('pods', ...ofPart('kafka'))).map(({ metadata }) => metadata.uid).toSorted();
    const kafkas = await keeps();
    // As after the loss of all others: three of three on one node.
    for (const { name } of nodes.slice(1)) await lab.kubectl(['cordon', name]);
    await lab.kubectl(['delete', 'pods', ...ofPart('web'), '--wait=false']);
    await expect.poll(() => placesOf('web'), patience).toEqual(['ks-1', 'ks-1', 'ks-1']);
    for (const { name } of nodes.slice(1)) await lab.kubectl(['uncordon', name]);
    const uneven = async () => {
      const { components, next } = JSON.parse((await status()).stdout);
      const web = components.find(({ name }: { name: string }) => name === 'kloudspot-web');
      return { uneven: web?.uneven, complete: web?.complete, told: /rebalance/.test(next) };
    };
    await expect.poll(uneven, patience).toEqual({ uneven: true, complete: true, told: true });
    // Refused while an instance that was ready is not: on a busy machine it may miss its probe.
    let spread = await ran(fromLaptop(root, 'rebalance', ...flags()));
    const again = async () => {
      if (spread.code === 6) spread = await ran(fromLaptop(root, 'rebalance', ...flags()));
      return spread.code;
    };
    await expect.poll(again, patience).not.toBe(6);
    expect(spread.code, spread.stdout + spread.stderr).toBe(0);
    const places = await placesOf('web');
    expect(new Set(places).size, `${places.join(', ')}\n${spread.stdout}`).toBeGreaterThan(1);
    expect(await uneven()).toMatchObject({ uneven: false });
    expect(await keeps()).toEqual(kafkas);
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

  it('left no password and no join token on the laptop nor in a log or file of a node', async () => {
    const { stdout } = await execa('grep', ['-rlaE', `${secret}|${token}`, root], { reject: false });
    expect(stdout.split('\n').filter((path) => path !== '' && path !== passwords)).toEqual([]);
    expect(await foundOn(1, 'COMMAND=.*kloudspot'), 'what sudo logged').not.toBe('');
    for (const { n } of nodes) expect(await foundOn(n, `${secret}|${token}`)).toBe('');
    const ownJoin = await lab.onNode(
      2,
      `journalctl --no-pager | grep -aoE -m 1 'COMMAND=.*join[.]py .*:25000/${token}'`,
    );
    expect(ownJoin.stdout, "MicroK8s' own join, which sudo logs").not.toBe('');
  });
});
