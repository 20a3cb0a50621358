import { kernelModules, kernelSettings } from '../../facts/kernel.ts';
import { probeSections, probeText, type SectionName } from '../../facts/probe.ts';
import type { Section, SectionOutput } from '../../facts/section.ts';
import { askedFiles } from '../../host/node-state.ts';
import { fileAt, namesIn, readPath } from '../node/file-system.ts';
import { settingOf } from '../node/kernel.ts';
import { workstationAddress } from '../node/packet-filter.ts';
import type { Call, Steps } from './call.ts';
import { certificateLines } from './certificate-scripts.ts';
import { rootTwice } from './df.ts';

/** ms that all tools together take on a quiet machine. */
const toolsMs = 650;

/**
 * How a simulated machine answers each section of the probe: `as-asked` runs the very command with the machine's programs, or
 * shows the very file; a function stands for what is asked in bash.
 */
const answers: Readonly<
  Record<SectionName, 'as-asked' | ((call: Call) => string | Generator<number, SectionOutput, void>)>
> = {
  clock: 'as-asked',
  processors: 'as-asked',
  cpuinfo: (call) => call.look((machine, _state, now) => readPath(machine, '/proc/cpuinfo', now) ?? ''),
  meminfo: 'as-asked',
  swaps: (call) =>
    call.look(
      ({ hardware: { swapBytes } }) =>
        `Filename Type Size Used Priority\n${swapBytes > 0 ? `/swap.img file ${Math.round(swapBytes / 1024)} 0 -2\n` : ''}`,
    ),
  timedatectl: 'as-asked',
  'os-release': 'as-asked',
  uname: 'as-asked',
  hostname: 'as-asked',
  'machine-id': 'as-asked',
  'boot-id': 'as-asked',
  'product-uuid': 'as-asked',
  'initiator-name': 'as-asked',
  'host-key': 'as-asked',
  virtualization: 'as-asked',
  cgroup: () => 'cgroup2fs\n',
  'kernel-modules': (call) =>
    call.look(({ kernelState }) =>
      Object.keys(kernelModules)
        .map((name) => `${kernelState.modules.includes(name) ? 'loaded' : 'available'} ${name}\n`)
        .join(''),
    ),
  'cgroup-controllers': () => 'cpuset cpu io memory hugetlb pids rdma misc\n',
  'kernel-settings': (call) =>
    call.look((machine) => kernelSettings.map((name) => `${name} ${settingOf(machine, name)}\n`).join('')),
  'security-modules': () => 'modules lockdown,capability,landlock,yama,apparmor\nenforcing \n',
  services: (call) =>
    call.look(({ units }) =>
      Object.entries(units)
        .filter(([, { active }]) => active)
        .map(([unit]) => `${unit.replace(/\.service$/, '')}\n`)
        .join(''),
    ),
  firewall: () => 'Status: inactive\n',
  multipath: () => '',
  'ssh-session': () => `${workstationAddress} 22\n`,
  proxies: (call) => call.look((machine) => fileAt(machine, '/etc/environment')?.content ?? ''),
  'asked-files': (call) =>
    call.look((machine) =>
      askedFiles
        .filter((path) => fileAt(machine, path) !== undefined)
        .map((path) => `${path}\n`)
        .join(''),
    ),
  addresses: 'as-asked',
  routes: 'as-asked',
  'resolv-conf': 'as-asked',
  'resolved-conf': 'as-asked',
  netplan: netplanFiles,
  hosts: 'as-asked',
  'cloud-init': cloudInit,
  'hosts-template': 'as-asked',
  listeners: 'as-asked',
  lsblk: 'as-asked',
  df: rootTwice,
  'data-links': () => '',
  vgs: 'as-asked',
  pvs: 'as-asked',
  lvs: 'as-asked',
  packages: installedPackages,
  'reboot-required': (call) =>
    call.look((machine) => (fileAt(machine, '/run/reboot-required') === undefined ? 'no\n' : 'yes\n')),
  upgrades: 'as-asked',
  'snap-version': 'as-asked',
  'snap-microk8s': (call) => call.capture(['snap', 'list', 'microk8s']),
  'microk8s-locks': 'as-asked',
  'microk8s-active': 'as-asked',
  'microk8s-certificates': (call) => call.look(certificateLines),
};

/** The script `facts`: every section as the machine answers it. */
export function* factsScript(call: Call): Steps {
  const [clock, ...others] = probeSections;
  if (clock !== undefined) call.out(probeText({ [clock.name]: yield* answer(call, clock) }));
  yield toolsMs;
  for (const section of others) call.out(probeText({ [section.name]: yield* answer(call, section) }));
  return 0;
}

function* answer(call: Call, { name, question }: Section<SectionName>): Generator<number, SectionOutput, void> {
  const how = answers[name];
  if (how !== 'as-asked') {
    const answered = how(call);
    return typeof answered === 'string' ? { stdout: answered, code: 0 } : yield* answered;
  }
  if ('bash' in question) throw new Error(`The rehearsal runs no bash: ${name} needs an answer of its own.`);
  if (!('file' in question)) return yield* call.capture(question);
  const text = call.look((machine, _state, now) => readPath(machine, question.file, now));
  if (text !== undefined) return { stdout: text, code: 0 };
  return { stdout: '', stderr: `${question.file}: No such file or directory`, code: 1 };
}

function netplanFiles(call: Call): string {
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
  const files = call.look((machine) =>
    Object.entries(machine.files)
      .filter(([path]) => /^\/etc\/cloud\/cloud\.cfg(\.d\/[^/]+\.cfg)?$/.test(path))
      .toSorted(([one], [other]) => (one < other ? -1 : 1)),
  );
  return ['present', ...files.map(([, { content }]) => `system ${Buffer.from(content).toString('base64')}`), ''].join(
    '\n',
  );
}

function installedPackages(call: Call): string {
  const { installed } = call.look((machine) => machine.packages);
  return call.words.flatMap((name) => (installed[name] ? [`installed ${name} ${installed[name]}\n`] : [])).join('');
}
