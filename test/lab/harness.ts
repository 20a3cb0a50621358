// The harness: what a test calls to have real Linux nodes, and on them a real control plane.
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { startInBackground, stopInBackground } from './background.ts';
import { ensureBuilt } from './build.ts';
import { makeHub, quietly, removeHub } from './hub.ts';
import { refuseIfIncomplete } from './missing.ts';
import { writeNodeDisk } from './node-disk.ts';
import { defaultPassword, type LabOptions, type NodeOptions, optionsOf } from './options.ts';
import { at, hub, nodePath } from './place.ts';
import { firstProcess, powerOff, powerOn, untilBooted } from './power.ts';
import { startProvisioner } from './provisioning.ts';
import { inHub, nodes, onNode } from './reach.ts';

export { type Kubernetes, kubectl, lateCode, livingManager, objects, tryKubectl } from './api.ts';
export { ensureBuilt } from './build.ts';
export { cable } from './hub.ts';
export { whatIsMissing } from './missing.ts';
export type { LabOptions, NodeOptions } from './options.ts';
export { address, hardwareAddress, hub, keyPath, user } from './place.ts';
export { firstProcess, untilBooted } from './power.ts';
export { inHub, nodes, type Outcome, onNode, overSsh } from './reach.ts';

/** A clean lab with this many nodes, booted as far as their logins. What was there before is gone. */
export async function up(options: LabOptions): Promise<void> {
  await down();
  await ensureBuilt();
  await makeHub();
  mkdirSync(at('nodes'), { recursive: true });
  startInBackground('gateway', 'hub');
  startInBackground('registry', 'hub');
  await Promise.all(Array.from({ length: options.nodes }, (_, index) => add(index + 1, optionsOf(index + 1, options))));
  if (options.provisioner !== false) startProvisioner();
}

/** One more node, new and blank. */
export async function add(n: number, options: NodeOptions = {}): Promise<void> {
  if (existsSync(nodePath(n))) throw new Error(`There is a node ${n} already.`);
  await writeNodeDisk(n, options);
  powerOn(n);
  await untilBooted(n);
  await onNode(n, 'until [ -e /snap/core22/current ]; do sleep 0.2; done');
  if (options.volumeGroup) await onNode(n, `pvcreate -qy /dev/sdb && vgcreate -qy ${options.volumeGroup} /dev/sdb`);
}

/** The power cord. The disk keeps what it has. */
export const off = powerOff;

export async function on(n: number): Promise<void> {
  powerOn(n);
  await untilBooted(n);
}

/** Runs a reboot as the node itself does it, and waits until it has come back. */
export async function reboot(n: number): Promise<void> {
  const before = firstProcess(n);
  await onNode(n, 'systemctl reboot');
  while (firstProcess(n) === before) await new Promise((done) => setTimeout(done, 50));
  await untilBooted(n);
}

/** Ends the lab: nodes, their disks and their network are gone. What was built stays. */
export async function down(): Promise<void> {
  refuseIfIncomplete();
  stopInBackground();
  await Promise.all(nodes().map(powerOff));
  for (const n of nodes()) {
    await quietly`losetup -n -O NAME -j ${nodePath(n, 'disk.img')} | xargs -r losetup -d`.nothrow();
    await quietly`umount -l ${nodePath(n, 'mnt')}`.nothrow();
  }
  await removeHub();
  await removeGroups();
  rmSync(at('nodes'), { recursive: true, force: true });
}

/** The control groups of the nodes, in every hierarchy; a process that has just been killed holds its own for a moment. */
async function removeGroups(): Promise<void> {
  const all = '/sys/fs/cgroup';
  const groups = [all, ...readdirSync(all).map((name) => `${all}/${name}`)].map((folder) => `${folder}/${hub}`);
  for (const group of groups.filter((each) => existsSync(each)))
    await quietly`for i in 1 2 3 4 5; do find ${group} -depth -type d -exec rmdir {} + 2>/dev/null && break; sleep 0.2; done`.nothrow();
}

/**
 * Makes a stand-in on a node misbehave as the real one is known to, until it is undone.
 * `join-without-store`: join says it succeeded, and the datastore never came up. `join-hangs`, `enable-hangs`: never end.
 * `join-hangs-after-membership`, `join-hangs-before-its-mark`: a manager's join stops there, as one that is cut off.
 * `install-fails`: snap install ends with an error. `no-uplink`: the store is not reached.
 */
export async function fault(n: number, name: Fault, state: 'set' | 'clear' = 'set'): Promise<void> {
  const file = `/etc/lab/faults/${name}`;
  await onNode(n, state === 'set' ? `mkdir -p /etc/lab/faults && touch ${file}` : `rm -f ${file}`);
}

export type Fault =
  | 'join-without-store'
  | 'join-hangs'
  | 'join-hangs-after-membership'
  | 'join-hangs-before-its-mark'
  | 'enable-hangs'
  | 'install-fails'
  | 'no-uplink';

/** The registry, the way to which is cut: no image is pulled any more. */
export const cutRegistry = (): void => stopInBackground('registry');

/** What the lab's name server answers from now on, besides that a name does not exist. */
export function names(known: Record<string, string>): void {
  writeFileSync(at('nodes', 'names.json'), JSON.stringify(known));
}

/** What a page answers to the outside, seen from a laptop beside the rack; what goes wrong in its place. */
export async function fetchFromHub(url: string): Promise<string> {
  const ask =
    'fetch(process.argv[1], { signal: AbortSignal.timeout(3000) }).then(async (all) => console.log(await all.text()), (error) => console.log(String(error.cause ?? error)))';
  return (await inHub([process.execPath, '-e', ask, url])).stdout;
}

export const passwordOf = (n: number, options?: LabOptions) =>
  (options && optionsOf(n, options).password) ?? defaultPassword;
