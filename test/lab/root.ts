// The root file system that every node is a copy-on-write layer over: Debian 13 (systemd 257, netplan 1.1, LVM 2.03.31, snapd 2.68),
// the nearest to Ubuntu 24.04 that Debian's package sources hold. On an Ubuntu machine: its own release. No kernel.
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { quietly } from './hub.ts';
import { buildPackage, indexPackages } from './packages.ts';
import { at, here, user } from './place.ts';

const packages = [
  'systemd',
  'systemd-sysv',
  'systemd-resolved',
  'libpam-systemd',
  'dbus',
  'udev',
  'polkitd',
  'kmod',
  'procps',
]
  .concat(['openssh-server', 'sudo', 'lvm2', 'thin-provisioning-tools', 'e2fsprogs'])
  // as Ubuntu Server has them
  .concat(['fdisk', 'xfsprogs', 'cryptsetup-bin'])
  .concat([
    'netplan.io',
    'iproute2',
    'iputils-ping',
    'iputils-arping',
    'ca-certificates',
    'curl',
    'openssl',
    'python3',
    'python3-yaml',
    'libatomic1', // the pinned Node is linked with it
  ])
  // snapd mounts snaps by squashfuse where it takes the machine for a container
  .concat(['snapd', 'squashfuse', 'fuse3', 'squashfs-tools'])
  // what runs pods, and the program that most of their images hold
  .concat(['containerd', 'runc', 'containernetworking-plugins', 'nftables', 'iptables', 'conntrack', 'busybox']);

/** Not installed, but installable on a node that reaches no network. */
const installable = ['open-iscsi', 'chrony'];
/** Unpacked beside the system, for the image of the ingress controller. */
const inImage = ['nginx', 'nginx-common', 'libluajit-5.1-2', 'libluajit-5.1-common', 'lua-cjson', 'lua-resty-core']
  .concat(['lua-resty-lrucache'])
  .concat(['ndk', 'lua', 'headers-more-filter'].map((name) => `libnginx-mod-http-${name}`));
const unwanted = ['man', 'doc', 'locale'];

export const rootRecipe = () =>
  JSON.stringify([
    packages,
    installable,
    inImage,
    unwanted,
    ...['root.ts', 'packages.ts'].map((file) => readFileSync(join(here, file), 'utf8')),
  ]);

export async function buildRoot(folder: string, say: (line: string) => void): Promise<void> {
  const { suite, source } = release();
  const log = at('root.log');
  const download = 'APT_CONFIG="$MMDEBSTRAP_APT_CONFIG" apt-get install -qq -y --download-only';
  const hooks = [
    `mkdir -p "$1/opt/packages/stock/partial" && ${download} -o Dir::Cache::archives="$1/opt/packages/stock" ${installable.join(' ')}`,
    `mkdir -p "$1/opt/images/ingress" && cd "$1/opt/images" && APT_CONFIG="$MMDEBSTRAP_APT_CONFIG" apt-get download -qq ${inImage.join(' ')} && for each in *.deb; do dpkg-deb -x "$each" ingress; rm "$each"; done`,
    `chroot "$1" useradd -m -s /bin/bash -u 1000 ${user}`,
    `echo ${user}:ubuntu | chroot "$1" chpasswd`,
    'rm -f "$1"/etc/ssh/ssh_host_*',
  ].map((hook) => `--customize-hook=${hook}`);
  const excluded = unwanted.map((name) => `--dpkgopt=path-exclude=/usr/share/${name}/*`);
  const built =
    await quietly`mmdebstrap --mode=root --variant=minbase --aptopt=${'Apt::Install-Recommends "false"'} ${excluded} --include=${packages.join(',')} ${hooks} ${suite} ${folder} ${source}`.nothrow();
  writeFileSync(log, built.stderr + built.stdout);
  if (built.exitCode !== 0)
    throw new Error(
      `mmdebstrap failed; its last lines (all: ${log}):\n${built.stderr.trim().split('\n').slice(-15).join('\n')}`,
    );
  settings(folder);
  say('lab: … the packages that a node finds without a network');
  await ourPackage(folder);
}

/** The suite to install, and the machine's own package sources for it. */
function release(): { suite: string; source: string } {
  const own = /^VERSION_CODENAME=(.*)$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1];
  const file = ['debian.sources', 'ubuntu.sources']
    .map((name) => `/etc/apt/sources.list.d/${name}`)
    .concat('/etc/apt/sources.list')
    .find((path) => existsSync(path));
  if (!own || !file)
    throw new Error('The lab needs a Debian or Ubuntu machine with package sources, to build its root from.');
  const debian = /^ID=debian$/m.test(readFileSync('/etc/os-release', 'utf8'));
  const suite = debian ? 'trixie' : own;
  const sources = at(`root${file.endsWith('.sources') ? '.sources' : '.list'}`);
  writeFileSync(sources, readFileSync(file, 'utf8').replaceAll(own, suite));
  return { suite, source: sources };
}

function settings(folder: string): void {
  const put = (path: string, text: string) => {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  mkdirSync(join(folder, 'root/.ssh'), { mode: 0o700, recursive: true });
  put('etc/ssh/sshd_config.d/90-lab.conf', 'PermitRootLogin no\nUseDNS no\nMaxStartups 200\n');
  put('etc/apt/apt.conf.d/90-lab', 'Acquire::Languages "none";\nDPkg::Options { "--force-confold"; };\n');
  rmSync(join(folder, 'etc/apt/sources.list.d'), { recursive: true, force: true });
  mkdirSync(join(folder, 'etc/apt/sources.list.d'));
  put('etc/apt/sources.list', '');
  // as Ubuntu has it, but that nodes of the lab are not trusted with setting the machine's clock
  appendFileSync(
    join(folder, 'etc/sudoers'),
    'Defaults secure_path="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/snap/bin"\n',
  );
}

/** A package of ours, installed in version 1.0; 1.1 waits and, like a new kernel, asks for a reboot. */
async function ourPackage(folder: string): Promise<void> {
  const news = join(folder, 'opt/packages/news');
  const stock = join(folder, 'opt/packages/stock');
  mkdirSync(news, { recursive: true });
  const postinst =
    '#!/bin/sh\nset -e\n[ "$1" = configure ] || exit 0\n[ -n "$2" ] || exit 0\n' +
    'echo "*** System restart required ***" >/run/reboot-required\necho lab-kernel >>/run/reboot-required.pkgs\n';
  await buildPackage(join(stock, 'lab-kernel_1.0_all.deb'), { name: 'lab-kernel', version: '1.0', postinst });
  await buildPackage(join(news, 'lab-kernel_1.1_all.deb'), { name: 'lab-kernel', version: '1.1', postinst });
  await quietly`rm -rf ${stock}/partial ${stock}/lock`;
  for (const each of [stock, news]) await indexPackages(each);
  await quietly`chroot ${folder} dpkg -i /opt/packages/stock/lab-kernel_1.0_all.deb`;
}
