// What every road must end in. The judge is what the API server and the machines hold, never what a program printed.
import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'vitest';
import * as lab from './lab.ts';
import type { JournalLine } from './program.ts';
import { virtualAddress } from './site.ts';

export interface Wanted {
  readonly n: number;
  readonly name: string;
  readonly address: string;
  readonly role?: 'manager' | 'worker';
}

/** Nodes, datastore, virtual address and pools are as the site wants them. */
export async function expectCluster(nodes: readonly Wanted[]): Promise<void> {
  const known = await lab.objects('nodes');
  const addresses = known.map(({ metadata, status }) => [
    metadata.name,
    status.addresses.find(({ type }: { type: string }) => type === 'InternalIP')?.address,
  ]);
  expect(Object.fromEntries(addresses)).toEqual(Object.fromEntries(nodes.map(({ name, address }) => [name, address])));
  const managers = nodes.filter(({ role }) => role !== 'worker');
  expect(await datastoreMembers(managers[0]?.n ?? 1)).toEqual(managers.map(({ address }) => address).toSorted());
  const given = async () =>
    JSON.stringify((await lab.objects('services', '-n', 'ingress')).map(({ status }) => status));
  await expect.poll(given, patience).toContain(`"ip":"${virtualAddress}"`);
  const asked = ['arping', '-c', '1', '-w', '2', '-I', 'br0', virtualAddress];
  await expect.poll(async () => (await lab.inHub(asked)).code, patience).toBe(0);
  const pools = async () =>
    (await lab.objects('cstorpoolinstances', '-n', 'openebs')).map(({ status }) => status.phase);
  await expect.poll(pools, patience).toEqual(managers.map(() => 'ONLINE'));
}

/** Addresses of etcd's voting members, asked of etcd itself. */
export async function datastoreMembers(n: number): Promise<string[]> {
  const { stdout } = await lab.onNode(n, "curl -s http://127.0.0.1:12379/v3/cluster/member/list -d '{}'");
  const { members } = JSON.parse(stdout) as { members: { peerURLs: string[]; isLearner?: boolean }[] };
  return members
    .filter(({ isLearner }) => !isLearner)
    .flatMap(({ peerURLs }) => peerURLs.map((url) => new URL(url).hostname))
    .toSorted();
}

/** On a busy machine a node or a pod is not ready for a moment; what never comes ends the test. */
const patience = { timeout: 240_000, interval: 1_000 };

const unready = ({ metadata, spec, status }: lab.Kubernetes) =>
  status.readyReplicas === spec.replicas ? [] : [`${metadata.name} ${status.readyReplicas ?? 0} of ${spec.replicas}`];

/** The release is deployed in this revision, every claim is bound, and every part of it has all its instances. */
export async function expectProduct(revision: number): Promise<void> {
  const history = await lab.objects('secrets', '-n', 'kloudspot', '-l', 'owner=helm,name=kloudspot');
  const revisions = history.map(({ metadata }) => [Number(metadata.labels?.['version']), metadata.labels?.['status']]);
  expect(revisions.toSorted(([a], [b]) => Number(a) - Number(b)).at(-1)).toEqual([revision, 'deployed']);
  const claims = await lab.objects('pvc', '-n', 'kloudspot');
  expect(claims.length).toBeGreaterThan(0);
  for (const claim of claims) expect(claim).toMatchObject({ status: { phase: 'Bound' } });
  // a probe that a busy machine let pass its time makes a pod unready for a moment
  const parts = () => lab.objects('deployments,statefulsets', '-n', 'kloudspot');
  expect((await parts()).length).toBeGreaterThan(0);
  await expect.poll(async () => (await parts()).flatMap(unready), patience).toEqual([]);
  const certificates = (await lab.objects('secrets', '-n', 'kloudspot')).filter(
    ({ type }) => type === 'kubernetes.io/tls',
  );
  expect(certificates).toHaveLength(1);
}

/** Each machine has its name, every node in its hosts file, its address for good, and one shared volume of ours. */
export async function expectMachines(nodes: readonly Wanted[]): Promise<void> {
  for (const { n, name, address, role } of nodes) {
    expect((await lab.onNode(n, 'cat /etc/hostname; hostname')).stdout).toBe(`${name}\n${name}\n`);
    const { stdout: hosts } = await lab.onNode(n, 'cat /etc/hosts');
    for (const each of nodes) expect(hosts).toMatch(new RegExp(`^${each.address}\\s+${each.name}$`, 'm'));
    const { stdout: addresses } = await lab.onNode(n, 'ip -o -4 address show dev eth0');
    expect([...addresses.matchAll(/inet (\S+)/g)].map(([, own]) => own)).toContain(`${address}/16`);
    expect(addresses, 'an address of its own, no lease').not.toMatch(/ dynamic /);
    expect((await lab.onNode(n, 'stat -c %a:%U /etc/netplan/60-kloudspot.yaml')).stdout).toBe('600:root\n');
    const { stdout: volumes } = await lab.onNode(n, 'lvs --noheadings -o lv_name,lv_tags -S lv_name=shared');
    expect(volumes.trim().split(/\s+/)).toEqual(role === 'worker' ? [''] : ['shared', 'kloudspot']);
    const updated = await lab.onNode(n, "dpkg-query -W -f '${Version}' lab-kernel; ls /run/reboot-required");
    expect(updated.stdout).toBe('1.1');
  }
}

/**
 * Over all processes of a run no step changed something twice, and all came to their end. What counts is what a step ran: one that
 * could not be looked at for a moment is begun again, finds its end state and runs nothing.
 */
export function expectNothingTwice(lines: readonly JournalLine[]): void {
  const worked = new Set<string>();
  const changed: string[] = [];
  for (const { type, step = '', outcome } of lines) {
    if (type === 'step-started') worked.delete(step);
    if (type === 'command' || type === 'file-written') worked.add(step);
    if (type === 'step-done' && outcome === 'changed' && worked.has(step)) changed.push(step);
  }
  expect(changed.filter((id, index) => changed.indexOf(id) !== index)).toEqual([]);
  expect(lines.at(-1)).toMatchObject({ type: 'run-ended', outcome: 'done' });
}

/** What sudo logs of the join that MicroK8s itself runs through it, with the token: no program that calls it can prevent that. */
const ownJoin = '(COMMAND|_CMDLINE)=.*join[.]py ';

/** Where a text of this pattern stands on a node: names of files in its logs, settings and homes, lines of its journal. */
export async function foundOn(n: number, pattern: string): Promise<string> {
  const places = '/var/log /var/lib/kloudspot /etc /tmp /root /home /run/user';
  const files = `grep -rlaE --exclude-dir=journal -e '${pattern}' ${places} 2>/dev/null`;
  const lines = `journalctl --no-pager -o export | grep -avE '${ownJoin}' | grep -aE -m 3 -e '${pattern}'`;
  return (await lab.onNode(n, `${files}; ${lines}; true`)).stdout;
}

export async function untilReady(count: number): Promise<void> {
  const deadline = Date.now() + 300_000;
  for (;;) {
    const { stdout } = await lab.tryKubectl(['get', 'nodes', '--no-headers']);
    if (stdout.split('\n').filter((line) => / Ready /.test(line)).length === count) return;
    if (Date.now() > deadline) throw new Error(`not ${count} nodes ready:\n${stdout}`);
    await wait(500);
  }
}
