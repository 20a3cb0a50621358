// What is asked of the cluster.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import * as z from 'zod';
import { reportSchema, type StatusReport } from '../../../source/status/report.ts';
import { type Claim, elsewhere, expect, NotAsked } from '../claim.ts';
import { killRun, outcomesOf } from '../journal.ts';
import type { Scene } from '../scene.ts';

export async function statusOf(scene: Scene): Promise<StatusReport> {
  const { stdout, stderr } = await scene.program('status --json');
  const read = reportSchema.safeParse(stdout.startsWith('{') ? JSON.parse(stdout) : undefined);
  expect(read.success, `status printed no report: ${stderr}`);
  return read.data;
}

/** From bare machines: killed while it works, and resumed. */
const interrupted: Claim = async (scene) => {
  const there = await scene.onEach(scene.managers, 'snap list microk8s');
  if (there.some(({ said }) => said.code === 0)) throw new NotAsked('MicroK8s was there before: needs bare machines');
  const going = scene.program('init --accept-new-host-keys');
  await Promise.race([killRun(scene.root, 180_000), going]);
  await going;
  const { code, stdout, stderr } = await scene.program('resume');
  expect(code === 0, `resume ended with ${code}: ${stdout.slice(-500)}${stderr}`);
  const changed = outcomesOf(scene.root).filter((line) => line.endsWith(' changed'));
  expect(new Set(changed).size === changed.length, `changed twice: ${changed.join(', ')}`);
};

const again: Claim = async (scene) => {
  const { code, stdout } = await scene.program('apply');
  expect(code === 0, `apply ended with ${code}: ${stdout.slice(-500)}`);
  const open = outcomesOf(scene.root).filter((line) => !line.endsWith(' already'));
  expect(open.length === 0, `not found as it should be: ${open.join(', ')}`);
};

const members: Claim = async (scene) => {
  const { datastore } = await statusOf(scene);
  const wanted = scene.managers.length;
  expect(datastore?.voters === wanted && datastore.living === wanted, `${JSON.stringify(datastore)}, not ${wanted}`);
};

const objects: Claim = async (scene) => {
  const { nodes, pools, claims } = await statusOf(scene);
  const absent = scene.site.nodes.filter(
    ({ name }) => !nodes.some((each) => each.name === name && each.state === 'ready'),
  );
  expect(absent.length === 0, `not ready: ${absent.map(({ name }) => name).join(', ')}`);
  expect(
    pools.every(({ online }) => online),
    'a pool is not online',
  );
  expect(claims.length > 0 && claims.every(({ bound }) => bound), 'a claim is not bound, or there is none');
  for (const kind of ['ingressclasses', 'storageclasses', 'ipaddresspools.metallb.io -A'])
    expect((await scene.objects(kind)).length > 0, `no ${kind}`);
};

const secret = z.looseObject({ data: z.record(z.string(), z.string()) });

/** A browser's way in: the site's name at the virtual address, with the certificate that lies in the cluster. */
async function page(scene: Scene): Promise<{ code: number; said: string }> {
  const address = scene.site.network.virtualAddress;
  if (address === undefined) throw new NotAsked('the site has no virtual address');
  const [manager] = scene.managers;
  if (manager === undefined) throw new NotAsked('the site has no manager');
  const { stdout } = await scene.onNode(manager, 'microk8s kubectl get secret kloudspot-tls -n kloudspot -o json');
  const folder = await mkdtemp(join(tmpdir(), 'kloudspot-accept-'));
  const { data } = secret.parse(JSON.parse(stdout));
  await writeFile(join(folder, 'ca.crt'), Buffer.from(data['tls.crt'] ?? '', 'base64'));
  const name = scene.site.customer.dnsName;
  const at = ['--cacert', join(folder, 'ca.crt'), '--resolve', `${name}:443:${address}`, '--max-time', '5'];
  const { code, stderr } = await scene.here('curl', '-sS', '-o', '/dev/null', ...at, `https://${name}/`);
  await rm(folder, { recursive: true, force: true });
  return { code, said: stderr };
}

const ingress: Claim = async (scene) => {
  const { virtualAddress } = await statusOf(scene);
  expect(virtualAddress?.given === true, 'the virtual address is given to no service');
  const { code, said } = await page(scene);
  expect(code === 0, `HTTPS at the virtual address: ${said}`);
};

/** The node that answers is restarted: seen as lost, its address moves, and all is well again. */
const loss: Claim = async (scene) => {
  if (scene.managers.length < 3) throw new NotAsked('needs three managers');
  const { virtualAddress } = await statusOf(scene);
  const node = scene.site.nodes.find(({ name, local }) => name === virtualAddress?.holder && !local);
  if (node === undefined) throw new NotAsked('the node that answers is this machine, or not known');
  await scene.onNode(node, 'systemctl reboot');
  const began = performance.now();
  await until(scene, 180, async () => (await statusOf(scene)).verdict === 'degraded', 'status never said degraded');
  await until(scene, 120, async () => (await page(scene)).code === 0, 'HTTPS did not come back');
  const moved = Math.round((performance.now() - began) / 1000);
  await until(scene, 900, async () => (await statusOf(scene)).verdict === 'ok', 'the node did not come back');
  const seconds = scene
    .take()
    .filter(({ command }) => command.includes(' status '))
    .map((each) => each.seconds);
  expect(Math.max(0, ...seconds) < 15, `a status took ${Math.max(...seconds)} s`);
  expect(moved < 180, `HTTPS answered after ${moved} s only`);
};

/** The node that answers for the virtual address is cut off by a drill, which measures what the cluster loses. */
const drilled: Claim = async (scene) => {
  if (scene.managers.length < 3) throw new NotAsked('needs three managers');
  const { virtualAddress } = await statusOf(scene);
  const node = scene.site.nodes.find(({ name, local }) => name === virtualAddress?.holder && !local);
  if (node === undefined) throw new NotAsked('the node that answers is this machine, or not known');
  const { code, stdout, stderr } = await scene.program(`drill ${node.name} --seconds 120`);
  expect(code === 0, `drill ended with ${code}: ${stdout.slice(-500)}${stderr}`);
  expect(/counted as lost after \d/.test(stdout), `never counted as lost: ${stdout.slice(-500)}`);
  expect(/the virtual address moved after \d/.test(stdout), `the address did not move: ${stdout.slice(-500)}`);
  await until(scene, 900, async () => (await statusOf(scene)).verdict === 'ok', 'the node did not come back');
};

async function until(_: Scene, seconds: number, look: () => Promise<boolean>, why: string): Promise<void> {
  for (const end = performance.now() + seconds * 1000; performance.now() < end; await wait(1_000)) {
    if (await look()) return;
  }
  expect(false, `${why} within ${seconds} s`);
}

const access = z.object({
  findings: z.array(z.object({ check: z.string(), nodes: z.array(z.string()), grade: z.string() })),
  pairs: z.array(z.object({ from: z.string(), to: z.string(), ports: z.record(z.string(), z.string()) })),
});

const pairs: Claim = async (scene) => {
  const { stdout } = await scene.program('preflight --json --accept-new-host-keys');
  const { pairs: found } = access.parse(JSON.parse(stdout.slice(stdout.indexOf('{'))));
  const count = scene.site.nodes.length * (scene.site.nodes.length - 1);
  expect(found.length === count, `${found.length} pairs, not ${count}`);
  // What MicroK8s has bound by UDP does not answer the probe; what has a port by TCP lets it connect.
  const silent = found.filter(({ ports }) =>
    Object.entries(ports).some(([name, state]) => name.startsWith('tcp ') && state === 'silent'),
  );
  expect(silent.length === 0, `silent ports from ${silent.map(({ from, to }) => `${from} to ${to}`).join(', ')}`);
};

export const cluster: Readonly<Record<string, Claim>> = {
  R15: interrupted,
  R16: again,
  R17: members,
  R18: objects,
  R19: ingress,
  R23: loss,
  R27: pairs,
  R36: drilled,
  R44: elsewhere('test/lab/from-a-node: a cluster changes its track once'),
  R45: elsewhere('test/lab/from-a-node: a restore replaces what changed since the backup'),
  R46: elsewhere('test/lab/life: a node is off for minutes there'),
  R47: elsewhere('test/lab/real-programs: every container of both is deleted there'),
  R48: elsewhere('test/soak/dqlite-roles: members of dqlite are killed, stopped and removed there'),
};
