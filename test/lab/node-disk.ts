// What a node finds on its disk at its first boot.
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { quietly } from './hub.ts';
import { defaultPassword, type NodeOptions } from './options.ts';
import { address, at, gateway, here, nodePath, secondAddress, user } from './place.ts';

export async function writeNodeDisk(n: number, options: NodeOptions): Promise<void> {
  const put = (path: string, text: string, mode = 0o644) => writeUnder(nodePath(n, 'upper'), path, text, mode);
  const name = options.name ?? `node${n}`;
  for (const folder of ['work', 'mnt']) mkdirSync(nodePath(n, folder), { recursive: true });
  writeFileSync(nodePath(n, 'options.json'), JSON.stringify(options));
  writeFileSync(nodePath(n, 'reboot-seconds'), `${options.rebootSeconds ?? 1}\n`);
  writeFileSync(nodePath(n, 'console'), '');

  put('/etc/hostname', `${name}\n`);
  put('/etc/hosts', `127.0.0.1 localhost\n127.0.1.1 ${name}\n`);
  put('/etc/machine-id', `${(0x7e57000 + n).toString(16).padStart(32, '0')}\n`);
  put('/etc/netplan/50-cloud-init.yaml', netplan(n, options), 0o600);
  if (options.secondNetwork) writeFileSync(nodePath(n, 'second-network'), '');
  put('/etc/sudoers.d/ubuntu', `${user} ALL=(ALL) ${options.sudo === 'password' ? '' : 'NOPASSWD:'}ALL\n`, 0o440);
  put('/etc/apt/sources.list', aptSources(options.upgrade ?? true));
  await login(n, options, put);
  quietUnits(n);
  standIns(put);
  if (options.kubelet === 'kwok') put('/etc/lab/kwok', '');
  mounts(n, options);
  if (options.disk) await disk(n, options.disk, put);
}

type Put = (path: string, text: string, mode?: number) => void;

function writeUnder(root: string, path: string, text: string, mode: number): void {
  const full = join(root, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, text);
  chmodSync(full, mode);
}

function netplan(n: number, { netplan: kind, secondNetwork }: NodeOptions): string {
  const how =
    kind === 'dhcp'
      ? 'dhcp4: true'
      : `addresses: [${address(n)}/16]\n      routes: [{to: default, via: ${gateway}}]\n      nameservers: {addresses: [${gateway}]}`;
  const second = secondNetwork ? `    eth1:\n      addresses: [${secondAddress(n)}/16]\n` : '';
  return `network:\n  version: 2\n  renderer: networkd\n  ethernets:\n    eth0:\n      ${how}\n${second}`;
}

const aptSources = (upgrade: boolean) =>
  ['stock', ...(upgrade ? ['news'] : [])].map((name) => `deb [trusted=yes] file:/opt/packages/${name} ./\n`).join('');

async function login(n: number, { login = 'both', password }: NodeOptions, put: Put): Promise<void> {
  const key = nodePath(n, 'upper/etc/ssh/ssh_host_ed25519_key');
  put(
    '/etc/ssh/sshd_config.d/10-node.conf',
    `HostKey /etc/ssh/ssh_host_ed25519_key\nPasswordAuthentication ${login === 'key' ? 'no' : 'yes'}\n`,
  );
  if (!existsSync(key)) await quietly`ssh-keygen -q -t ed25519 -N ${''} -C ${`root@node${n}`} -f ${key}`;
  const home = nodePath(n, 'upper/home', user);
  mkdirSync(home, { recursive: true });
  for (const skeleton of ['.bashrc', '.profile']) copyFileSync(at('root/etc/skel', skeleton), join(home, skeleton));
  if (login !== 'password') put(`/home/${user}/.ssh/authorized_keys`, readFileSync(at('key.pub'), 'utf8'), 0o600);
  await quietly`chown -R 1000:1000 ${home}`;
  if (password && password !== defaultPassword) {
    const hash = (await quietly({ input: password })`openssl passwd -6 -stdin`).stdout.trim();
    const shadow = readFileSync(at('root/etc/shadow'), 'utf8').replace(/^ubuntu:[^:]*/m, () => `${user}:${hash}`);
    put('/etc/shadow', shadow, 0o640);
    chownSync(nodePath(n, 'upper/etc/shadow'), 0, 42);
  }
}

/** What would wait for hardware that is not there, or reach for a network. */
function quietUnits(n: number): void {
  const folder = nodePath(n, 'upper/etc/systemd/system');
  mkdirSync(folder, { recursive: true });
  // MicroK8s brings a containerd of its own
  const units = ['console-getty', 'systemd-networkd-wait-online', 'e2scrub_reap', 'containerd'].map(
    (unit) => `${unit}.service`,
  );
  const timers = ['apt-daily', 'apt-daily-upgrade', 'dpkg-db-backup', 'e2scrub_all'].map((unit) => `${unit}.timer`);
  const wants = join(folder, 'multi-user.target.wants');
  mkdirSync(wants);
  symlinkSync('/etc/systemd/system/lab-seed.service', join(wants, 'lab-seed.service'));
  for (const unit of [...units, ...timers]) symlinkSync('/dev/null', join(folder, unit));
}

function standIns(put: Put): void {
  // /sys is read-only in a node and no udevd runs: netplan apply must not fail on udevadm
  put(
    '/usr/local/sbin/udevadm',
    '#!/bin/sh\ncase "$1" in trigger|control|settle) exit 0;; esac\nexec /usr/bin/udevadm "$@"\n',
    0o755,
  );
  // iscsid needs the kernel's iSCSI socket, which a machine without that module lacks: a unit that only stays alive
  put(
    '/etc/systemd/system/iscsid.service.d/lab.conf',
    '[Unit]\nConditionVirtualization=\n[Service]\nType=exec\nExecStartPre=\nExecStart=\nExecStart=/bin/sleep infinity\n',
  );
  put('/usr/local/bin/snap', readFileSync(join(here, 'snap/snap'), 'utf8'), 0o755);
  // snapd must not start itself again from the empty snap that stands for it
  put('/etc/environment', 'SNAP_REEXEC=0\n');
  put('/etc/systemd/system/snap.microk8s.daemon-.service.d/lab.conf', '[Unit]\nStartLimitIntervalSec=0\n');
  put('/etc/systemd/system/lab-seed.service', seed);

  // a container that ignores its end must not hold up a reboot for a minute and a half
  put('/etc/systemd/system.conf.d/lab.conf', '[Manager]\nDefaultTimeoutStopSec=10s\n');
  put('/etc/profile.d/apps-bin-path.sh', 'PATH="$PATH:/snap/bin"\n');
}

/** As on a new Ubuntu Server: snapd has its own snap and a base before anyone asks for more. */
const seed = `[Unit]
Wants=snapd.socket
After=snapd.socket snapd.service
ConditionPathExists=!/snap/core22
[Service]
Type=oneshot
Environment=SNAP_REEXEC=0
ExecStart=/usr/bin/snap wait system seed.loaded
ExecStart=/usr/bin/snap install --dangerous /opt/snaps/snapd.snap
ExecStart=/usr/bin/snap install --dangerous /opt/snaps/core22.snap
[Install]
WantedBy=multi-user.target
`;

function mounts(n: number, { program }: NodeOptions): void {
  const lines = [`${at('plane')} /opt/plane`, `${at('snaps')} /opt/snaps`, `${join(here, 'charts')} /opt/charts`];
  if (program) {
    lines.push(`${program} /opt/kloudspot`);
    mkdirSync(nodePath(n, 'upper/usr/local/bin'), { recursive: true });
    symlinkSync('/opt/kloudspot/bin/kloudspot', nodePath(n, 'upper/usr/local/bin/kloudspot'));
  }
  writeFileSync(nodePath(n, 'mounts'), `${lines.join('\n')}\n`);
}

async function disk(n: number, size: string, put: Put): Promise<void> {
  const image = nodePath(n, 'disk.img');
  await quietly`truncate -s ${size} ${image}`;
  writeFileSync(nodePath(n, 'loop'), (await quietly`losetup -f --show ${image}`).stdout);
  // the kernel may lack device-mapper: LVM then keeps its books for real, and no /dev/GROUP/VOLUME appears
  const only = '[ "a|^/dev/sdb$|", "r|.*|" ]';
  put(
    '/etc/lvm/lvmlocal.conf',
    `global { activation = 0 }\ndevices {\n  filter = ${only}\n  global_filter = ${only}\n  obtain_device_list_from_udev = 0\n}\n`,
  );
}
