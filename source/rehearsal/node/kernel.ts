import type { Machine } from '../model/machine.ts';
import { namesIn } from './file-system.ts';

/** Values of a fresh Ubuntu Server, with the limits on watches that MicroK8s recommends; any other setting is not there. */
export const freshSettings: Readonly<Record<string, string>> = {
  'fs.inotify.max_user_instances': '1024',
  'fs.inotify.max_user_watches': '1048576',
  'fs.aio-max-nr': '1048576',
  'fs.aio-nr': '0',
  'fs.file-max': '9223372036854775807',
  'net.core.somaxconn': '4096',
  'net.ipv4.tcp_rmem': '4096 131072 6291456',
  'vm.max_map_count': '65530',
  'vm.overcommit_memory': '0',
  'vm.swappiness': '60',
};

/** Modules that the kernel has beside those that are loaded; any other is not found. */
const available = new Set(['br_netfilter', 'overlay', 'vxlan', 'iscsi_tcp', 'nf_conntrack', 'ip_vs', 'dm_crypt']);

/** The value of a setting, words separated by one blank; undefined where the kernel does not have it. */
export const settingOf = ({ kernelState }: Machine, name: string): string | undefined =>
  kernelState.settings[name] ?? freshSettings[name];

/** Says whether the kernel has the module. */
export function loadModule({ kernelState }: Machine, name: string): boolean {
  if (!available.has(name)) return false;
  kernelState.modules = [...new Set([...kernelState.modules, name])];
  return true;
}

const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^[#;]/.test(line));

const textsIn = (machine: Machine, folder: string): string[] =>
  namesIn(machine, folder)
    .filter((name) => name.endsWith('.conf'))
    .map((name) => machine.files[`${folder}/${name}`]?.content ?? '');

/** The kernel has started: modules and settings are those of the files, the last word counts. */
export function startKernel(machine: Machine): void {
  machine.kernelState = { settings: {}, modules: [] };
  for (const name of textsIn(machine, '/etc/modules-load.d').flatMap(linesOf)) loadModule(machine, name);
  for (const line of textsIn(machine, '/etc/sysctl.d').flatMap(linesOf)) {
    const [, name = '', value = ''] = /^(\S+?)\s*=\s*(.*)$/.exec(line) ?? [];
    if (settingOf(machine, name) !== undefined) machine.kernelState.settings[name] = value;
  }
}
