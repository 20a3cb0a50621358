import type { Script } from '../host/host.ts';

/** What the probe asks, each by its own command. The text of a section is what the tool prints, unchanged. */
export const probeSections = [
  'clock', // date +%s%3N
  'os-release', // cat /etc/os-release
  'uname', // uname -srm
  'hostname', // cat /proc/sys/kernel/hostname
  'machine-id', // cat /etc/machine-id
  'boot-id', // cat /proc/sys/kernel/random/boot_id
  'product-uuid', // cat /sys/class/dmi/id/product_uuid
  'initiator-name', // cat /etc/iscsi/initiatorname.iscsi
  'host-key', // ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub
  'processors', // nproc --all
  'cpuinfo', // first `model name` and `flags` (ARM: `Features`) lines of /proc/cpuinfo
  'meminfo', // the lines MemTotal and SwapTotal of /proc/meminfo
  'addresses', // ip -j -d address show
  'routes', // ip -j route show
  'resolv-conf', // cat /etc/resolv.conf
  'resolved-conf', // cat /run/systemd/resolve/resolv.conf
  'netplan', // a line for each file of /etc/netplan: MODE PATH BASE64
  'hosts', // cat /etc/hosts
  'cloud-init', // the words `present` and `network-disabled`, a line each, where they hold
  'listeners', // ss -H -l -t -n -p
  'lsblk', // lsblk -J -b -o …
  'df', // df -B1 --output=source,size,avail,target / /var/snap (or the nearest folder that exists)
  'packages', // dpkg-query -W -f '${db:Status-Status} ${Package} ${Version}\n' PACKAGES (exit 1: some are unknown)
  'reboot-required', // the word `yes` or `no`
  'microk8s-locks', // ls -1 /var/snap/microk8s/current/var/lock (exit 2: none)
  'virtualization', // systemd-detect-virt (exit 1 with `none`)
  'vgs', // vgs --reportformat json …
  'pvs', // pvs --reportformat json …
  'lvs', // lvs -a --reportformat json …
  'upgrades', // apt-get -s -qq --with-new-pkgs upgrade
  'timedatectl', // timedatectl show -p NTPSynchronized
  'snap-version', // snap version
  'snap-microk8s', // snap list microk8s (exit 1: not installed)
  'microk8s-active', // systemctl is-active snap.microk8s.daemon-kubelite (exit 3 or 4: not running)
] as const;

export type ProbeSection = (typeof probeSections)[number];

/** What one section's command printed and how it ended. */
export interface SectionOutput {
  readonly stdout: string;
  readonly stderr?: string;
  readonly code: number;
}

/**
 * The script `facts`: looks at a node in one round trip, changes nothing, and needs only what a bare Ubuntu Server has.
 * Its arguments are the packages whose state is asked for. It prints the sections as `probeText` does and ends with 0;
 * a section that fails costs only itself. Run it as root; without root some sections fail.
 */
export function factsProbe(packages: readonly string[]): Script {
  return { name: 'facts', text: script, arguments: packages };
}

/** The output of the probe, put together from its sections: what the script prints, for simulated nodes and tests. */
export function probeText(sections: Partial<Record<ProbeSection, SectionOutput>>): string {
  return probeSections
    .flatMap((name) => {
      const section = sections[name];
      return section ? [sectionText(name, section)] : [];
    })
    .join('');
}

const sectionText = (name: string, { stdout, stderr = '', code }: SectionOutput) =>
  `@@ ${name} says\n${stdout}\n@@ ${name} warns\n${stderr}\n@@ ${name} ends ${code}\n`;

/** Standard output passes through as it comes; standard error is caught in a variable, so neither can mix with the other. */
const script = `
export LC_ALL=C LVM_SUPPRESS_FD_WARNINGS=1

section() {
  local name=$1 warnings code
  shift
  printf '@@ %s says\\n' "$name"
  { warnings=$("$@" 2>&1 1>&3 3>&-); code=$?; } 3>&1
  printf '\\n@@ %s warns\\n%s\\n@@ %s ends %s\\n' "$name" "$warnings" "$name" "$code"
}

# slow tools work side by side with the rest; their sections are printed last
answers=()
begin() {
  local answer
  exec {answer}< <(section "$@")
  answers+=("$answer")
}

netplan_files() {
  local file
  for file in /etc/netplan/*.yaml; do
    [ -e "$file" ] || continue
    printf '%s %s %s\\n' "$(stat -c %a "$file")" "$file" "$(base64 -w0 "$file")"
  done
}

cloud_init() {
  if [ -x /usr/bin/cloud-init ]; then echo present; fi
  if [ -e /etc/cloud/cloud-init.disabled ] || grep -rqszE 'network:[[:space:]]*\\{?[[:space:]]*config:[[:space:]]*"?disabled' \\
    /etc/cloud/cloud.cfg /etc/cloud/cloud.cfg.d; then echo network-disabled; fi
}

cpuinfo() {
  grep -m1 '^model name' /proc/cpuinfo
  grep -m1 -E '^(flags|Features)' /proc/cpuinfo
}

file_systems() {
  local folder=/var/snap
  while [ ! -d "$folder" ]; do folder=$(dirname "$folder"); done
  df -B1 --output=source,size,avail,target / "$folder"
}

reboot_required() {
  if [ -e /run/reboot-required ]; then echo yes; else echo no; fi
}

lvm_report() {
  timeout 20 "$1" --reportformat json --units b --nosuffix "\${@:2}"
}

packages() {
  [ $# -eq 0 ] || dpkg-query -W -f '\${db:Status-Status} \${Package} \${Version}\\n' "$@"
}

section clock date +%s%3N
begin virtualization systemd-detect-virt
begin vgs lvm_report vgs -o vg_name,vg_uuid,vg_size,vg_free,vg_extent_size,vg_attr,vg_missing_pv_count
begin pvs lvm_report pvs -o pv_name,pv_uuid,vg_name,pv_size,pv_free,pv_attr,pv_allocatable,pv_missing,pv_duplicate
begin lvs lvm_report lvs -a -o lv_name,lv_uuid,vg_name,lv_size,lv_attr,lv_path,lv_tags,pool_lv,segtype,lv_role
begin upgrades timeout 60 apt-get -s -qq -o Debug::NoLocking=true --with-new-pkgs upgrade
begin timedatectl timeout 10 timedatectl show -p NTPSynchronized
begin snap-version timeout 20 snap version
begin snap-microk8s timeout 20 snap list microk8s
begin microk8s-active systemctl is-active snap.microk8s.daemon-kubelite
section os-release cat /etc/os-release
section uname uname -srm
section hostname cat /proc/sys/kernel/hostname
section machine-id cat /etc/machine-id
section boot-id cat /proc/sys/kernel/random/boot_id
section product-uuid cat /sys/class/dmi/id/product_uuid
section initiator-name cat /etc/iscsi/initiatorname.iscsi
section host-key ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub
section processors nproc --all
section cpuinfo cpuinfo
section meminfo grep -E '^(MemTotal|SwapTotal):' /proc/meminfo
section addresses ip -j -d address show
section routes ip -j route show
section resolv-conf cat /etc/resolv.conf
section resolved-conf cat /run/systemd/resolve/resolv.conf
section netplan netplan_files
section hosts cat /etc/hosts
section cloud-init cloud_init
section listeners ss -H -l -t -n -p
section lsblk timeout 20 lsblk -J -b -o NAME,KNAME,PATH,TYPE,SIZE,FSTYPE,MOUNTPOINTS,ROTA,RM,RO,MODEL,SERIAL,WWN,TRAN,MAJ:MIN
section df file_systems
section packages packages "$@"
section reboot-required reboot_required
section microk8s-locks ls -1 /var/snap/microk8s/current/var/lock
for answer in "\${answers[@]}"; do cat <&"$answer"; done
exit 0
`;
