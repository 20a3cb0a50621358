// What is read on each machine.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Claim, elsewhere, expect, NotAsked } from '../claim.ts';

/** With files of the program that know no machine yet. */
const hostKeys: Claim = async (scene) => {
  if (scene.site.nodes.every(({ local }) => local)) throw new NotAsked('every node is this machine');
  const root = await mkdtemp(join(tmpdir(), 'kloudspot-accept-'));
  const { code, stdout, stderr } = await scene.program('init', { root });
  await rm(root, { recursive: true, force: true });
  expect(/SHA256:/.test(stdout + stderr), 'no fingerprint is shown');
  expect(code === 6, `exit code ${code}, not 6`);
};

const logins: Claim = async (scene) => {
  const { stdout } = await scene.program('preflight --json --accept-new-host-keys');
  const text = stdout.slice(stdout.indexOf('{'));
  for (const { name } of scene.site.nodes) expect(text.includes(`"${name}"`), `${name} is not in the answer`);
  expect(!/"(cannot-reach|login)"[^}]*"fail/.test(text), 'a node was not reached');
};

const pattern = '[0-9a-f]{32}/[0-9a-f]{12}';
const secrets: Claim = async (scene) => {
  const own = ['etc', 'var/lib'].map((folder) => join(scene.root, folder, 'kloudspot'));
  const found = await scene.here('grep', '-rlaE', pattern, ...own);
  expect(found.stdout === '', `a join token lies in ${found.stdout}`);
  const places = '/var/lib/kloudspot /etc /tmp /root /home';
  const onNodes = await scene.onEach(
    scene.site.nodes,
    `grep -rlaE -e '${pattern}' --exclude-dir=snap ${places} 2>/dev/null || true`,
  );
  for (const { node, said } of onNodes) expect(said.stdout === '', `on ${node.name} a token lies in ${said.stdout}`);
};

const packages: Claim = async (scene) => {
  const look = 'apt-get -s upgrade | grep -c ^Inst; ls /run/reboot-required 2>/dev/null; true';
  for (const { node, said } of await scene.onEach(scene.site.nodes, look))
    expect(said.stdout.trim() === '0', `${node.name}: packages or a restart wait: ${said.stdout.trim()}`);
};

const installed: Claim = async (scene) => {
  for (const { node, said } of await scene.onEach(scene.site.nodes, 'snap list microk8s; snap services microk8s')) {
    expect(said.code === 0, `${node.name}: ${said.stderr}`);
    expect(/^microk8s .*\bheld\b/m.test(said.stdout), `${node.name}: MicroK8s is not held`);
    expect(/daemon-kubelite +enabled +active/.test(said.stdout), `${node.name}: kubelite is not active`);
  }
};

const names: Claim = async (scene) => {
  for (const { node, said } of await scene.onEach(scene.site.nodes, 'hostname; cat /etc/hostname /etc/hosts')) {
    const [live, kept] = said.stdout.split('\n');
    expect(live === node.name && kept === node.name, `${node.name} calls itself ${live}, and ${kept} after a restart`);
    for (const each of scene.site.nodes)
      expect(new RegExp(`\\s${each.name}(\\s|$)`, 'm').test(said.stdout), `${node.name} does not know ${each.name}`);
  }
};

const addresses: Claim = async (scene) => {
  const look = 'ip -o -4 address; stat -c %a:%U /etc/netplan/60-kloudspot.yaml 2>&1';
  for (const { node, said } of await scene.onEach(scene.site.nodes, look)) {
    if (/No such file/.test(said.stdout)) throw new NotAsked(`the site leaves the address of ${node.name} as it is`);
    expect(said.stdout.includes('600:root'), `${node.name}: the netplan file can be read by others`);
    expect(!/ dynamic /.test(said.stdout), `${node.name} still has a lease`);
  }
};

const sharedVolume: Claim = async (scene) => {
  const look = 'lvs --noheadings -o lv_name,lv_tags,lv_size -S lv_tags=kloudspot';
  for (const { node, said } of await scene.onEach(scene.managers, look)) {
    const count = said.stdout.split('\n').filter((line) => line.trim() !== '').length;
    if (count === 0) throw new NotAsked(`${node.name} has no logical volume that kloudspot made`);
    expect(count === 1, `${node.name} has ${count} logical volumes of kloudspot`);
  }
};

export const machines: Readonly<Record<string, Claim>> = {
  R1: hostKeys,
  R2: logins,
  R3: secrets,
  R4: elsewhere('test/host/ssh*.test.ts: connections are broken there'),
  R5: packages,
  R6: elsewhere('test/lab/from-a-node: needs a run on a node whose packages ask for a restart'),
  R7: installed,
  R8: names,
  R9: addresses,
  R10: elsewhere('test/lab/from-a-node: needs a run on a node whose own address changes'),
  R11: elsewhere('test/lab/address-change: a cable is cut there'),
  R12: elsewhere('test/lab/address-change: undo takes the cluster with it here'),
  R13: elsewhere('test/lab/from-a-laptop: killed at one moment'),
  R14: sharedVolume,
  R37: elsewhere('test/network/examples: netplan alone, no node'),
  R38: elsewhere('test/lab/lvm: groups are broken there'),
  R39: elsewhere('test/lab/device-mapper: disks are erased there'),
  R40: elsewhere('test/lab/network: needs machines that no cluster is on'),
  R41: elsewhere('test/lab/network: a filter, a stranger and a clone are made there'),
  R42: elsewhere('test/lab/many-nodes: twenty nodes'),
  R43: elsewhere('test/lab/address-cuts: power and cables are cut there'),
};
