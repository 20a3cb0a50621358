// Looks at everything that the lab promises, on a lab of its own: `node test/lab/lab.ts selftest`.
// One line for each thing seen; ends at the first that is not as it should be.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { microk8sFiles } from '../../source/microk8s/microk8s.ts';
import * as lab from './harness.ts';
import { quietly } from './hub.ts';
import { leftovers } from './leftovers.ts';

const vip = '10.78.0.200';
const microk8s = '/snap/bin/microk8s';
let last = Date.now();
/** For a busy machine, s. */
const patience = 240;

function seen(what: string, true_: boolean, evidence: unknown = ''): void {
  const seconds = ((Date.now() - last) / 1000).toFixed(1);
  last = Date.now();
  if (!true_)
    throw new Error(
      `NOT SEEN: ${what}\n${typeof evidence === 'string' ? evidence : JSON.stringify(evidence, null, 1)}`,
    );
  console.log(`seen  ${seconds.padStart(5)} s  ${what}`);
}

/** Looks until it is so; a wait that succeeds ends at once. */
async function until(look: () => Promise<boolean>): Promise<boolean> {
  const give = Date.now() + patience * 1000;
  while (!(await look().catch(() => false))) {
    if (Date.now() > give) return false;
    await sleep(300);
  }
  return true;
}

const text = ({ code, stdout, stderr }: lab.Outcome) => `exit ${code}\n${stdout}${stderr}`;
const isReady = (node: lab.Kubernetes) =>
  node.status.conditions.some((each: lab.Kubernetes) => each['type'] === 'Ready' && each.status === 'True');
const readyNodes = async () =>
  (await lab.objects('nodes'))
    .filter(isReady)
    .map((node) => node.metadata.name)
    .sort();
const allReady = (names: string[]) => until(async () => (await readyNodes()).join() === names.join());
const token = async (n: number) => (await lab.onNode(n, `${microk8s} add-node --format token-check`)).stdout.trim();

export async function selftest(): Promise<void> {
  console.log(`missing on this machine: ${lab.whatIsMissing().join('; ') || 'nothing'}`);
  await lab.ensureBuilt();
  last = Date.now();
  await nodesAreMachines();
  await packagesAndReboots();
  await clusterForms();
  await productRuns();
  await lossIsReal();
  await membersLeave();
  await lab.down();
  seen('down: nothing is left', await until(nothingLeft), await leftovers());
  await killedAtWork();
}

const nothingLeft = async () => (await leftovers()).length === 0;

/** Once while it boots its nodes, once while they are up: what a killed process leaves, `down` removes. */
async function killedAtWork(): Promise<void> {
  const booting = (n: number) => until(async () => lab.firstProcess(n) !== undefined);
  const booted = (n: number) => lab.untilBooted(n).then(() => true);
  for (const [when, reached] of Object.entries({ 'while nodes boot': booting, 'while nodes are up': booted })) {
    const words = [join(import.meta.dirname, 'lab.ts'), 'up', '2', '--volume-group', 'ubuntu-vg'];
    const bringing = spawn(process.execPath, words, { stdio: 'ignore' });
    const there = await reached(1);
    bringing.kill('SIGKILL');
    await once(bringing, 'exit');
    await lab.down();
    seen(`killed ${when}: down leaves nothing`, there && (await until(nothingLeft)), await leftovers());
  }
}

async function nodesAreMachines(): Promise<void> {
  await lab.up({
    nodes: 4,
    volumeGroup: 'ubuntu-vg',
    each: { 2: { sudo: 'password', password: 'Zwei-2' }, 3: { netplan: 'dhcp' } },
  });
  const state = await lab.overSsh(1, 'systemctl is-system-running; hostname; id -un');
  seen('four nodes up; systemd of the first says running', state.stdout === 'running\nnode1\nubuntu\n', text(state));
  const password = await withPassword(2, 'Zwei-2', 'sudo -n true || echo Zwei-2 | sudo -S -p "" id -un');
  seen(
    'login by password; sudo asks for it',
    password.stdout === 'root\n' && password.stderr.includes('password is required'),
    text(password),
  );
  const lease = await lab.overSsh(3, 'networkctl status eth0');
  seen('node 3 has its address by DHCP', lease.stdout.includes(`${lab.address(3)} (DHCPv4 via`), text(lease));
  const named = await lab.overSsh(
    4,
    'sudo hostnamectl set-hostname edge-4 && hostname && cat /etc/hostname; sudo hostnamectl set-hostname node4',
  );
  seen('hostnamectl renames', named.stdout === 'edge-4\nedge-4\n', text(named));
  const moved = await lab.onNode(
    4,
    `sed -i s/${lab.address(4)}/10.78.0.44/ /etc/netplan/50-cloud-init.yaml && netplan apply`,
  );
  const there = await until(async () => (await lab.overSsh(4, 'true', { at: '10.78.0.44' })).code === 0);
  seen('netplan apply moves an address', there, text(moved));
  const back = await lab.onNode(
    4,
    `sed -i s/10.78.0.44/${lab.address(4)}/ /etc/netplan/50-cloud-init.yaml && netplan apply`,
  );
  seen('and back', await until(async () => (await lab.overSsh(4, 'true')).code === 0), text(back));
  const groups = await lab.overSsh(1, 'sudo vgs --noheadings -o vg_name,vg_size --units g');
  seen('a volume group of 20 GB is there', /ubuntu-vg +20\.00g/.test(groups.stdout), text(groups));
  lab.names({ 'kloudspot.example': vip });
  const answered = await lab.onNode(1, 'getent hosts kloudspot.example; getent hosts other.example; echo $?');
  seen('the name server answers', answered.stdout.includes(vip) && answered.stdout.endsWith('2\n'), text(answered));
  const taken = await lab.inHub(['arping', '-D', '-c', '2', '-I', 'br0', lab.address(1)]);
  seen('arping finds a taken address', taken.code === 1, text(taken));
}

async function withPassword(n: number, password: string, command: string): Promise<lab.Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'lab-'));
  const ask = join(folder, 'ask');
  writeFileSync(ask, '#!/bin/sh\necho "$LAB_PASSWORD"\n', { mode: 0o700 });
  const env = { ...process.env, LAB_PASSWORD: password, SSH_ASKPASS: ask, SSH_ASKPASS_REQUIRE: 'force', DISPLAY: ':0' };
  const options = [
    '-o',
    'PubkeyAuthentication=no',
    '-o',
    'StrictHostKeyChecking=no',
    '-o',
    'UserKnownHostsFile=/dev/null',
    '-q',
  ];
  const { exitCode, stdout, stderr } = await quietly({
    env,
    input: '',
  })`ip netns exec ${lab.hub} ssh ${options} ${lab.user}@${lab.address(n)} ${command}`.nothrow();
  rmSync(folder, { recursive: true });
  return { code: exitCode ?? 255, stdout, stderr };
}

async function packagesAndReboots(): Promise<void> {
  const upgraded = await lab.overSsh(
    1,
    'sudo apt-get -q update >/dev/null && sudo DEBIAN_FRONTEND=noninteractive apt-get -yq upgrade && cat /var/run/reboot-required.pkgs',
  );
  seen(
    'apt-get upgrade without a network; it asks for a reboot',
    upgraded.stdout.endsWith('lab-kernel\n'),
    text(upgraded),
  );
  await lab.reboot(1);
  const after = await lab.overSsh(
    1,
    'test ! -e /var/run/reboot-required && uptime -s >/dev/null && dpkg-query -W lab-kernel',
  );
  seen('systemctl reboot: back by itself, wish for a reboot gone', after.stdout === 'lab-kernel\t1.1\n', text(after));
  const iscsi = await lab.overSsh(
    1,
    'sudo DEBIAN_FRONTEND=noninteractive apt-get install -yq open-iscsi && sudo systemctl enable --now iscsid && systemctl is-enabled iscsid && systemctl is-active iscsid',
  );
  seen('open-iscsi installs; iscsid is enabled and active', iscsi.stdout.endsWith('enabled\nactive\n'), text(iscsi));
}

async function clusterForms(): Promise<void> {
  const installed = await Promise.all(
    [1, 3, 4].map((n) =>
      lab.overSsh(n, 'sudo snap install microk8s --classic --channel=1.34/stable && sudo snap refresh --hold microk8s'),
    ),
  );
  installed.push(await lab.onNode(2, 'snap install microk8s --classic --channel=1.34/stable'));
  seen(
    'snap install on four nodes',
    installed.every((each) => /^microk8s \S+ installed$/m.test(each.stdout)),
    installed.map(text).join('\n'),
  );
  const waits = await Promise.all(
    [1, 2, 3, 4].map((n) => lab.onNode(n, `${microk8s} status --wait-ready --timeout 240`)),
  );
  seen(
    'status --wait-ready on all',
    waits.every((each) => each.code === 0 && each.stdout.startsWith('microk8s is running')),
    waits.map(text).join('\n'),
  );
  const denied = await lab.overSsh(1, `${microk8s} status`);
  seen(
    'no permission without sudo',
    denied.code === 1 && denied.stderr.startsWith('Insufficient permissions to access MicroK8s.'),
    text(denied),
  );
  const launched = await until(
    async () => (await lab.onNode(1, 'test -e /var/snap/microk8s/common/etc/launcher/install.yaml.applied')).code === 0,
  );
  seen('the launch configuration was applied: dns', launched);
  await tokens();
  for (const n of [2, 3]) {
    const joined = await lab.overSsh(
      n,
      `echo Zwei-2 | sudo -S -p "" ${microk8s} join ${lab.address(1)}:25000/${await token(1)}`,
    );
    seen(
      `node ${n} joins as a manager`,
      joined.code === 0 && joined.stdout.endsWith('Successfully joined the cluster.\n'),
      text(joined),
    );
    seen(`node ${n} is Ready in the API server`, await allReady(['node1', 'node2', 'node3'].slice(0, n)));
  }
  const worker = await lab.overSsh(4, `sudo ${microk8s} join ${lab.address(2)}:25000/${await token(2)} --worker`);
  seen(
    'node 4 joins as a worker, by another manager',
    worker.code === 0 && worker.stdout.includes('will appear in the nodes list'),
    text(worker),
  );
  seen('four nodes are Ready', await allReady(['node1', 'node2', 'node3', 'node4']));
  const status = await lab.onNode(1, `${microk8s} status --format yaml`);
  seen('three voters', status.stdout.match(/role: voter/g)?.length === 3, text(status));
  const lies = await lab.onNode(
    4,
    `${microk8s} status && ${microk8s} kubectl get nodes && ${microk8s} helm3 list; echo $?; ${microk8s} add-node; echo $?`,
  );
  seen(
    'a worker lies with exit 0',
    /control plane node\.\n[\s\S]*\n0\n[\s\S]*on the master\.\n1\n$/.test(lies.stdout),
    text(lies),
  );
}

async function tokens(): Promise<void> {
  const join = (connection: string) => lab.onNode(2, `${microk8s} join ${connection}`);
  const good = await token(1);
  const [, check] = good.split('/');
  const at = `${lab.address(1)}:25000`;
  const wrong = await join(`${at}/${'0'.repeat(32)}/${check}`);
  seen(
    'a wrong token: exit 6',
    wrong.code === 6 && wrong.stdout.includes('Connection failed. Invalid token (500).'),
    text(wrong),
  );
  const stranger = await join(`${at}/${good.split('/')[0]}/000000000000`);
  seen(
    'a wrong fingerprint: exit 4',
    stranger.code === 4 && stranger.stdout.includes('Could not verify the identity'),
    text(stranger),
  );
  const kept = await lab.onNode(2, 'ls /var/snap/microk8s/current/var/lock/');
  seen('join-in-progress stays behind', kept.stdout.includes('join-in-progress'), text(kept));
  const self = await lab.onNode(1, `${microk8s} join ${at}/${good}`);
  seen('a node that joins itself is refused', self.code === 6 && self.stdout.includes('has the same IP'), text(self));
  const burnt = await join(`${at}/${good}`);
  seen('that burnt the token', burnt.code === 6 && burnt.stdout.includes('Invalid token'), text(burnt));
  const nobody = await join(`${lab.address(9)}:25000/${good}`);
  seen(
    'no one there: a traceback, exit 1',
    nobody.code === 1 && /(OSError|Error: \[Errno)/.test(nobody.stderr),
    text(nobody),
  );
}

async function productRuns(): Promise<void> {
  for (const addon of ['dns', 'ingress', `metallb:${vip}/32`]) {
    const enabled = await lab.onNode(1, `timeout 240 ${microk8s} enable ${addon}`);
    seen(`enable ${addon}`, enabled.code === 0 && /enabled\n$/.test(enabled.stdout), text(enabled));
  }
  const helm = (words: string) => lab.onNode(2, `${microk8s} helm3 upgrade --install ${words} --wait --timeout 240s`);
  for (const n of [1, 2, 3]) await lab.onNode(n, 'lvcreate -y -Wn -Zn -L 5G -n shared ubuntu-vg');
  const filters = 'openebs-ndm.ndm.filters';
  const { kubelet } = microk8sFiles;
  const engines = [
    await helm(`lvm /opt/charts/lvm-localpv -n openebs --create-namespace --set lvmNode.kubeletDir=${kubelet}`),
    await helm(
      `cstor /opt/charts/cstor -n openebs --set ${filters}.excludePaths=loop --set ${filters}.includePaths=/dev/mapper/ubuntu--vg-shared --set csiNode.kubeletDir=${kubelet}`,
    ),
  ];
  seen(
    'Helm installs the engines',
    engines.every((each) => each.code === 0),
    engines.map(text).join('\n'),
  );
  seen(
    'a block device for each logical volume',
    await until(async () => (await lab.objects('bd', '-n', 'openebs')).length === 3),
  );
  const made = await lab.kubectl(['apply', '-f', '-'], { input: JSON.stringify(await pool()) });
  const online = await until(
    async () =>
      (await lab.objects('cspi', '-n', 'openebs')).filter((each) => each.status.phase === 'ONLINE').length === 3,
  );
  seen('three pools are ONLINE', online, made);
  const app = await helm('app /opt/charts/app -n shop --create-namespace');
  const rollout =
    app.code === 0 ? '' : await lab.tryKubectl(['get', 'pods,pvc,services,events', '-n', 'shop', '-o', 'wide']);
  seen(
    'the product rolls out: Deployment, StatefulSet with claims, LoadBalancer',
    app.code === 0,
    [text(app), rollout && text(rollout)].join('\n'),
  );
  const service = await lab.objects('service/front', '-n', 'shop');
  seen('its address is the virtual one', service[0]?.status.loadBalancer.ingress[0].ip === vip, service);
  const volumes = await Promise.all(
    [1, 2, 3, 4].map((n) => lab.onNode(n, 'lvs --noheadings -o lv_name,lv_size 2>/dev/null | grep pvc-')),
  );
  seen(
    'lvcreate made 2 GiB for each claim, on three nodes',
    volumes.filter((each) => /pvc-\S+ +2\.00g/.test(each.stdout)).length === 3,
    volumes.map(text).join('\n'),
  );
  seen('ARP for the virtual address is answered', await arpAnswers());
  seen('a pod answers HTTP at the virtual address', await until(async () => /^nginx on web-/.test(await page())));
  await membersAndData();
  await podsFail();
}

const page = () => lab.fetchFromHub(`http://${vip}/`);
const inPod = (pod: string, ...words: string[]) => lab.tryKubectl(['exec', '-n', 'shop', pod, '--', ...words]);

async function membersAndData(): Promise<void> {
  const named = await inPod('db-0', 'nslookup', 'db.shop.svc.cluster.local');
  seen('three members stand under one name', named.stdout.match(/^Address: 10\.1\./gm)?.length === 3, text(named));
  const mounted = await inPod('db-0', 'grep', ' /data ', '/proc/mounts');
  seen('a logical volume is mounted as ext4', / \/data ext4 /.test(mounted.stdout), text(mounted));
  const before = (await lab.objects('pod/db-0', '-n', 'shop'))[0]?.metadata.uid;
  await lab.kubectl(['delete', 'pod', 'db-0', '-n', 'shop', '--wait']);
  const starts = async () => (await inPod('db-0', 'cat', '/data/starts')).stdout.split('\n').filter(Boolean).length;
  const kept = await until(async () => (await starts()) === 2);
  const after = (await lab.objects('pod/db-0', '-n', 'shop'))[0]?.metadata.uid;
  seen('what a pod wrote is there for the next one', kept && before !== after, await starts());
}

async function podsFail(): Promise<void> {
  for (const [name, image] of Object.entries({ absent: 'no-such-image:1', falls: 'crashes:1' }))
    await lab.kubectl(['create', 'deployment', name, '-n', 'shop', `--image=${image}`]);
  const reasons = async () =>
    (await lab.objects('pods', '-n', 'shop', '-l', 'app in (absent, falls)'))
      .map((pod) => pod.status.containerStatuses?.[0]?.state.waiting?.reason)
      .sort();
  const fallen = await until(async () => (await reasons()).join() === 'CrashLoopBackOff,ImagePullBackOff');
  seen('pods whose images are missing or crash say so', fallen, await reasons());
  await lab.kubectl(['delete', 'deployment', 'absent', 'falls', '-n', 'shop']);
}

async function pool(): Promise<unknown> {
  const pools = (await lab.objects('bd', '-n', 'openebs')).map((device) => ({
    nodeSelector: { 'kubernetes.io/hostname': device.metadata.labels?.['kubernetes.io/hostname'] },
    dataRaidGroups: [{ blockDevices: [{ blockDeviceName: device.metadata.name }] }],
    poolConfig: { dataRaidGroupType: 'stripe' },
  }));
  return {
    apiVersion: 'cstor.openebs.io/v1',
    kind: 'CStorPoolCluster',
    metadata: { name: 'pool', namespace: 'openebs' },
    spec: { pools },
  };
}

const arpAnswers = async () =>
  until(async () => (await lab.inHub(['arping', '-c', '1', '-w', '2', '-I', 'br0', vip])).code === 0);

async function lossIsReal(): Promise<void> {
  await lab.off(1);
  seen('a manager off: the others answer and call it NotReady', await allReady(['node2', 'node3', 'node4']));
  seen('ARP for the virtual address is answered', await arpAnswers());
  seen('and HTTP too', await until(async () => /^nginx on web-/.test(await page())));
  const dead = await lab.onNode(2, `timeout 60 ${microk8s} enable rbac`);
  seen(
    'an addon that changes every node fails on the dead one',
    dead.code === 1 && dead.stdout.includes('Failed to reach node.'),
    text(dead),
  );
  await lab.on(1);
  seen('on again: all Ready', await allReady(['node1', 'node2', 'node3', 'node4']));
  await lab.reboot(3);
  seen('a manager rebooted: all Ready', await allReady(['node1', 'node2', 'node3', 'node4']));
  await lab.cable(4, 'cut');
  seen('a cable cut: NotReady', await allReady(['node1', 'node2', 'node3']));
  await lab.cable(4, 'join');
  seen('joined: Ready', await allReady(['node1', 'node2', 'node3', 'node4']));
  const rbac = await lab.onNode(
    2,
    `timeout 240 ${microk8s} disable rbac; timeout 240 ${microk8s} enable rbac; ${microk8s} status -a rbac`,
  );
  seen('with all nodes there rbac is enabled', rbac.stdout.endsWith('enabled\n'), text(rbac));
  seen('and all are Ready under it', await allReady(['node1', 'node2', 'node3', 'node4']));
}

async function membersLeave(): Promise<void> {
  const early = await lab.onNode(1, `${microk8s} remove-node node3`);
  seen(
    'remove-node refuses a member that has not left',
    early.code === 1 && early.stdout.startsWith('Removal failed.'),
    text(early),
  );
  const left = await lab.onNode(3, `${microk8s} leave`);
  seen('a manager leaves', left.code === 0 && left.stdout.includes('Generating new cluster certificates.'), text(left));
  const removed = await lab.onNode(1, `${microk8s} remove-node node3`);
  seen(
    'and is removed',
    removed.code === 0 && !(await lab.objects('nodes')).some((node) => node.metadata.name === 'node3'),
    text(removed),
  );
  await lab.fault(3, 'join-without-store');
  const lie = await lab.onNode(3, `${microk8s} join ${lab.address(1)}:25000/${await token(1)}`);
  const absent = !(await lab.objects('nodes')).some((node) => node.metadata.name === 'node3');
  seen(
    'a join that says it succeeded and did not',
    lie.code === 0 && lie.stdout.includes('Successfully') && absent,
    text(lie),
  );
  await lab.fault(3, 'join-without-store', 'clear');
  await lab.onNode(3, 'snap remove --purge microk8s; snap install microk8s --classic');
  const again = await lab.onNode(3, `${microk8s} join ${lab.address(1)}:25000/${await token(1)}`);
  seen('purged, installed and joined again', await allReady(['node1', 'node2', 'node3', 'node4']), text(again));
  await lab.off(3);
  await lab.onNode(1, `${microk8s} remove-node node3 --force`);
  const voters = await lab.onNode(1, `${microk8s} status --format yaml | grep -c 'address:'`);
  seen(
    'a dead manager is removed by force',
    voters.stdout === '2\n' && (await lab.objects('nodes')).length === 3,
    text(voters),
  );
  await lab.on(3);
  await lab.off(2);
  seen('of two managers one is not enough', await until(async () => (await lab.livingManager()) !== 1));
  await lab.on(2);
  seen('on again: the API answers', await until(async () => (await lab.livingManager()) === 1));
  await lab.onNode(3, 'snap remove --purge microk8s');
  const gone = await lab.onNode(
    3,
    'ls /var/snap/microk8s /snap/bin/microk8s; snap list microk8s; systemctl list-units "snap.microk8s*" --no-legend',
  );
  seen('snap remove --purge leaves nothing', gone.stdout === '', text(gone));
}
