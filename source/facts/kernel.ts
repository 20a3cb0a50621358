import { asIs, lines, read, type Sections, section } from './section.ts';

/**
 * `loaded`: in use or built in. `available`: it loads when it is wanted. `disabled`: modprobe is set not to load it.
 * `unknown`: it is not loaded, and the node has no list of its kernel's modules, as in a container.
 */
export type ModuleState = 'loaded' | 'available' | 'disabled' | 'missing' | 'unknown';

export interface KernelFacts {
  readonly modules: ReadonlyMap<string, ModuleState>;
  /** Of control groups of version 2; none where the node uses version 1. */
  readonly controllers: readonly string[];
  /** `fs.inotify.max_user_instances` → 128. Those that the kernel does not have are missing. */
  readonly settings: ReadonlyMap<string, number>;
  /** Security modules of the kernel that are on, such as `apparmor`; none where the node does not show them. */
  readonly security: readonly string[];
  /** SELinux refuses what its policy does not name. */
  readonly selinuxEnforcing: boolean;
}

/** Kernel modules that the cluster needs, and what for. */
export const kernelModules = {
  vxlan: "the pod network (Calico's VXLAN)",
  br_netfilter: 'network policies and services between pods of one node',
  overlay: 'the file systems of containers',
  iscsi_tcp: 'volumes of the shared pool (iSCSI)',
  nvme_tcp: 'volumes of Mayastor (NVMe over TCP)',
  rbd: 'volumes of Ceph',
} as const;
export type KernelModule = keyof typeof kernelModules;

/** A condition of the shell: a module of this `$name` that is built in shows itself by its settings alone. */
export const filtersBridges = '[ "$name" = br_netfilter ] && [ -d /proc/sys/net/bridge ]';

/** Settings that are asked for, by their sysctl names. */
export const kernelSettings = [
  'fs.inotify.max_user_instances',
  'fs.inotify.max_user_watches',
  'fs.aio-max-nr',
  'fs.aio-nr',
] as const;
export type KernelSetting = (typeof kernelSettings)[number];

const probe = {
  // A line for each: STATE NAME. `install NAME /bin/true` in /etc/modprobe.d is how hardening guides switch a module off.
  modules: section(
    'kernel-modules',
    {
      bash: `read -r release </proc/sys/kernel/osrelease
  for name in ${Object.keys(kernelModules).join(' ')}; do
    if [ -d "/sys/module/$name" ]; then echo "loaded $name"
    elif ${filtersBridges}; then echo "loaded $name"
    elif [ ! -e "/lib/modules/$release/modules.dep" ]; then echo "unknown $name"
    elif how=$(modprobe -n -v "$name" 2>/dev/null); then
      case $how in 'install /bin/true'*|'install /bin/false'*|'install /usr/bin/true'*|'install /usr/bin/false'*) echo "disabled $name";; *) echo "available $name";; esac
    else echo "missing $name"; fi
  done`,
    },
    modules,
  ),
  controllers: section(
    'cgroup-controllers',
    {
      bash: `controllers=
  [ ! -r /sys/fs/cgroup/cgroup.controllers ] || read -r controllers </sys/fs/cgroup/cgroup.controllers
  echo "$controllers"`,
    },
    (text) => text.split(/\s+/).filter(Boolean),
  ),
  settings: section(
    'kernel-settings',
    {
      bash: `for name in ${kernelSettings.join(' ')}; do
    path=/proc/sys/\${name//.//}
    [ ! -r "$path" ] || { read -r value <"$path" && printf '%s %s\\n' "$name" "$value"; }
  done`,
    },
    asIs,
  ),
  // `lockdown,capability,apparmor`, then whether SELinux enforces; https://docs.kernel.org/admin-guide/LSM/
  security: section(
    'security-modules',
    {
      bash: `modules='' enforcing=''
  [ ! -r /sys/kernel/security/lsm ] || read -r modules </sys/kernel/security/lsm
  [ ! -r /sys/fs/selinux/enforce ] || read -r enforcing </sys/fs/selinux/enforce
  printf 'modules %s\\nenforcing %s\\n' "$modules" "$enforcing"`,
    },
    asIs,
  ),
};
export const kernelSections = Object.values(probe);

export function kernelFacts(sections: Sections): KernelFacts {
  const pairs = lines(read(sections, probe.settings)).flatMap((line): [string, number][] => {
    const [name = '', value = ''] = line.trim().split(/\s+/);
    return /^\d+$/.test(value) ? [[name, Number(value)]] : [];
  });
  return {
    modules: read(sections, probe.modules),
    controllers: read(sections, probe.controllers),
    settings: new Map(pairs),
    ...security(read(sections, probe.security)),
  };
}

function security(text: string): Pick<KernelFacts, 'security' | 'selinuxEnforcing'> {
  const names = /^modules (.*)$/m.exec(text)?.[1] ?? '';
  return { security: names.split(',').filter(Boolean), selinuxEnforcing: /^enforcing 1$/m.test(text) };
}

function modules(text: string): ReadonlyMap<string, ModuleState> {
  const found = text.matchAll(/^(loaded|available|disabled|missing|unknown) (\S+)$/gm);
  return new Map(found.map(([, state = '', name = '']) => [name, stateOf(state)]));
}

function stateOf(word: string): ModuleState {
  const known = ['loaded', 'available', 'disabled', 'unknown'] as const;
  return known.find((state) => state === word) ?? 'missing';
}
