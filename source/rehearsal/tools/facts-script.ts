import { type ProbeSection, probeText, type SectionOutput } from '../../facts/probe.ts';
import { fileAt, namesIn, readPath } from '../node/file-system.ts';
import type { Call, Steps } from './call.ts';

const lsblkColumns = 'NAME,KNAME,PATH,TYPE,SIZE,FSTYPE,MOUNTPOINTS,ROTA,RM,RO,MODEL,SERIAL,WWN,TRAN,MAJ:MIN';
const lvm = ['--reportformat', 'json', '--units', 'b', '--nosuffix', '-o'];

/** The command of each section that is one command; the others are put together below. */
const commands: Readonly<Partial<Record<ProbeSection, readonly string[]>>> = {
  'os-release': ['cat', '/etc/os-release'],
  uname: ['uname', '-srm'],
  hostname: ['cat', '/proc/sys/kernel/hostname'],
  'machine-id': ['cat', '/etc/machine-id'],
  'boot-id': ['cat', '/proc/sys/kernel/random/boot_id'],
  'product-uuid': ['cat', '/sys/class/dmi/id/product_uuid'],
  'initiator-name': ['cat', '/etc/iscsi/initiatorname.iscsi'],
  'host-key': ['ssh-keygen', '-lf', '/etc/ssh/ssh_host_ed25519_key.pub'],
  virtualization: ['systemd-detect-virt'],
  processors: ['nproc', '--all'],
  meminfo: ['cat', '/proc/meminfo'],
  addresses: ['ip', '-j', '-d', 'address', 'show'],
  routes: ['ip', '-j', 'route', 'show'],
  'resolv-conf': ['cat', '/etc/resolv.conf'],
  'resolved-conf': ['cat', '/run/systemd/resolve/resolv.conf'],
  hosts: ['cat', '/etc/hosts'],
  listeners: ['ss', '-H', '-l', '-t', '-n', '-p'],
  lsblk: ['lsblk', '-J', '-b', '-o', lsblkColumns],
  vgs: ['vgs', ...lvm, 'vg_name,vg_uuid,vg_size,vg_free,vg_extent_size,vg_attr,vg_missing_pv_count'],
  pvs: ['pvs', ...lvm, 'pv_name,pv_uuid,vg_name,pv_size,pv_free,pv_attr,pv_allocatable,pv_missing,pv_duplicate'],
  lvs: ['lvs', '-a', ...lvm, 'lv_name,lv_uuid,vg_name,lv_size,lv_attr,lv_path,lv_tags,pool_lv,segtype,lv_role'],
  upgrades: ['apt-get', '-s', '-qq', '--with-new-pkgs', 'upgrade'],
  timedatectl: ['timedatectl', 'show', '-p', 'NTPSynchronized'],
  'snap-version': ['snap', 'version'],
  'snap-microk8s': ['snap', 'list', 'microk8s'],
  'microk8s-locks': ['ls', '-1', '/var/snap/microk8s/current/var/lock'],
  'microk8s-active': ['systemctl', 'is-active', 'snap.microk8s.daemon-kubelite'],
};

/** The script `facts`: all tools of the machine one after the other, their outputs unchanged. */
export function* factsScript(call: Call): Steps {
  // The time comes first and at once, so that the round trip to it can be measured.
  call.out(probeText({ clock: yield* call.capture(['date', '+%s%3N']) }));
  // All other tools together take this long on a quiet machine.
  yield 650;
  const sections: Partial<Record<ProbeSection, SectionOutput>> = {
    cpuinfo: said(call.look((machine, _state, now) => readPath(machine, '/proc/cpuinfo', now) ?? '')),
    netplan: said(netplan(call)),
    'cloud-init': said(cloudInit(call)),
    'reboot-required': said(
      call.look((machine) => (fileAt(machine, '/run/reboot-required') === undefined ? 'no\n' : 'yes\n')),
    ),
  };
  for (const [name, argv] of Object.entries(commands)) {
    if (isSection(name)) sections[name] = yield* call.capture(argv);
  }
  sections.df = yield* call.capture(['df', '-B1', '--output=source,size,avail,target', '/', '/var']);
  if (call.words.length > 0) {
    const format = '${db:Status-Status} ${Package} ${Version}\\n';
    sections.packages = yield* call.capture(['dpkg-query', '-W', '-f', format, ...call.words]);
  }
  call.out(probeText(sections));
  return 0;
}

const isSection = (name: string): name is ProbeSection => name in commands;
const said = (stdout: string): SectionOutput => ({ stdout, code: 0 });

function netplan(call: Call): string {
  return call.look((machine) =>
    namesIn(machine, '/etc/netplan')
      .filter((name) => name.endsWith('.yaml'))
      .map((name) => {
        const path = `/etc/netplan/${name}`;
        const file = machine.files[path];
        return `${(file?.mode ?? 0).toString(8)} ${path} ${Buffer.from(file?.content ?? '').toString('base64')}\n`;
      })
      .join(''),
  );
}

function cloudInit(call: Call): string {
  const disabled = call.look((machine) =>
    Object.entries(machine.files).some(
      ([path, file]) => path.startsWith('/etc/cloud/') && /network:\s*\{?\s*config:\s*"?disabled/.test(file.content),
    ),
  );
  return disabled ? 'present\nnetwork-disabled\n' : 'present\n';
}
