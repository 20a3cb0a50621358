import { fileAt } from '../node/file-system.ts';
import { loadModule, settingOf } from '../node/kernel.ts';
import { type Call, optionsOf, type Program, refuse, say } from './call.ts';

const noSetting = (name: string) =>
  `sysctl: cannot stat /proc/sys/${name.replaceAll('.', '/')}: No such file or directory`;

/** `sysctl -n NAME` and `sysctl -w NAME=VALUE` */
function sysctl(call: Call): number {
  const { flags, values, rest } = optionsOf(call.words, ['-w']);
  const [, name = '', value = ''] = /^([^=]+)=(.*)$/.exec(values.get('-w')?.[0] ?? '') ?? [];
  if (name !== '')
    return call.change((machine) => {
      if (!call.root) return refuse(call, `sysctl: permission denied on key "${name}"`, 255);
      if (settingOf(machine, name) === undefined) return refuse(call, noSetting(name), 255);
      machine.kernelState.settings[name] = value;
      return say(call, `${name} = ${value}`);
    });
  const [asked = ''] = rest;
  const now = call.look((machine) => settingOf(machine, asked));
  return now === undefined
    ? refuse(call, noSetting(asked), 255)
    : say(call, flags.has('-n') ? now : `${asked} = ${now}`);
}

/** `modprobe [-r] NAME` */
function modprobe(call: Call): number {
  const { flags, rest } = optionsOf(call.words);
  const [name = ''] = rest;
  if (!call.root) return refuse(call, `modprobe: ERROR: could not insert '${name}': Operation not permitted`);
  return call.change((machine) => {
    if (flags.has('-r')) {
      machine.kernelState.modules = machine.kernelState.modules.filter((each) => each !== name);
      return 0;
    }
    if (loadModule(machine, name)) return 0;
    return refuse(call, `modprobe: FATAL: Module ${name} not found in directory /lib/modules/${machine.kernel}`);
  });
}

const tuned = [
  '/etc/sysctl.d/99-zz-kloudspot.conf',
  '/etc/modules-load.d/kloudspot.conf',
  '/etc/security/limits.d/99-kloudspot.conf',
];

/** `tuning-state sysctl:NAME… module:NAME…`: what the kernel and the files say. */
function tuningState(call: Call): number {
  return call.look((machine) => {
    for (const word of call.words) {
      const [kind, name = ''] = word.split(/:(.*)/s);
      const value = settingOf(machine, name);
      if (kind === 'sysctl' && value !== undefined) call.out(`sysctl ${name} ${value}\n`);
      if (kind === 'module' && machine.kernelState.modules.includes(name)) call.out(`module ${name}\n`);
    }
    for (const path of tuned) {
      const file = fileAt(machine, path);
      if (file !== undefined) call.out(`file ${path} ${file.mode.toString(8)} ${file.owner}\n`);
    }
    return 0;
  });
}

export const kernelPrograms: Readonly<Record<string, Program>> = { sysctl, modprobe };
export const kernelScripts: Readonly<Record<string, Program>> = { 'tuning-state': tuningState };
