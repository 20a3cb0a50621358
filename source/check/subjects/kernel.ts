import { type KernelModule, type KernelSetting, kernelModules } from '../../facts/kernel.ts';
import { sharedEngine } from '../../storage/engines/engines.ts';
import { type Check, type CheckInput, fail, nodeCheck, pass, warn } from '../check.ts';

export const modules: Check = nodeCheck(
  {
    id: 'kernel-modules',
    title: 'Kernel modules',
    why: 'The pod network, containers and iSCSI volumes need modules of the kernel. Minimal kernels leave them out, and hardening guides switch them off; pods then never get a network or a volume.',
    source:
      'https://microk8s.io/docs/troubleshooting; https://docs.tigera.io/calico/latest/getting-started/kubernetes/requirements',
  },
  'kernel',
  ({ modules: seen }, { node, facts, input }) => {
    const needed = neededModules(input);
    const stateOf = (name: string) => seen.get(name) ?? 'unknown';
    const unknown = needed.filter((name) => stateOf(name) === 'unknown');
    const lacking = needed.filter((name) => ['missing', 'disabled'].includes(stateOf(name)));
    const [first] = lacking;
    if (first === undefined && unknown.length > 0)
      return warn(
        `${unknown.join(', ')}?`,
        `${node.name} has no list of its kernel's modules: ${unknown.join(', ')} may be missing.`,
        {
          wanted: needed.join(', '),
          advice: `Load them on the machine that the kernel belongs to: sudo modprobe -a ${unknown.join(' ')}`,
        },
      );
    if (first === undefined) return pass(needed.join(', '), 'All of them are there.');
    const reason = lacking
      .map(
        (name) =>
          `${name} for ${kernelModules[name]} ${seen.get(name) === 'disabled' ? 'is switched off' : 'is missing'}`,
      )
      .join('; ');
    const off = lacking.every((name) => seen.get(name) === 'disabled');
    return fail(lacking.join(', '), `On ${node.name}: ${reason}.`, {
      wanted: needed.join(', '),
      advice: off
        ? `Remove its line from /etc/modprobe.d (grep -rn ${first} /etc/modprobe.d), then: sudo modprobe ${first}`
        : `sudo apt-get install linux-modules-extra-${facts.system?.kernel ?? '$(uname -r)'}, then: sudo modprobe ${first}`,
    });
  },
);

function neededModules({ site }: CheckInput): KernelModule[] {
  const always: KernelModule[] = ['vxlan', 'br_netfilter', 'overlay'];
  return sharedEngine(site.storage.shared.engine).iscsi ? [...always, 'iscsi_tcp'] : always;
}

/** Version 2 alone has such a list; whether the channel runs on version 1 is a rule of the check version-pairs. */
export const controllers: Check = nodeCheck(
  {
    id: 'cgroup-controllers',
    title: 'Control groups',
    why: 'Kubernetes limits and counts what pods use by controllers of the kernel. Without the one for memory the kubelet does not start.',
    source: 'https://kubernetes.io/docs/concepts/architecture/cgroups/',
  },
  'kernel',
  ({ controllers: seen }, { node }) => {
    if (seen.length === 0) return pass('version 1', 'Control groups of version 1 have no such list.');
    const lacking = ['cpu', 'memory', 'pids'].filter((name) => !seen.includes(name));
    if (lacking.length === 0) return pass('all', 'The controllers that Kubernetes needs are there.');
    return fail(`no ${lacking.join(', ')}`, `${node.name} has no controller for ${lacking.join(', ')}.`, {
      wanted: 'cpu, memory, pids',
      advice:
        'Remove cgroup_disable from the kernel command line in /etc/default/grub, then: sudo update-grub, and restart',
    });
  },
);

/** As MicroK8s' own inspection asks for them (scripts/inspect.sh). */
const inotifyInstances = 1024;
const inotifyWatches = 1_048_576;
/** A database of each node opens thousands of asynchronous requests; below this many left it does not start. Ubuntu sets 65536. */
const aioLeft = 16_384;

/** The value that the run sets, where the product declares one. */
function declared({ product }: CheckInput, name: string): number | undefined {
  const value = product.tuning.sysctls.find((each) => each.name === name)?.value;
  return typeof value === 'number' ? value : undefined;
}

export const kernelSettings: Check = nodeCheck(
  {
    id: 'kernel-settings',
    title: 'Kernel settings',
    why: 'Every pod watches files. When the watches or their owners run out, kubelet and pods stop with "too many open files" though few are open. Databases stop when no asynchronous request is left.',
    source: 'https://github.com/canonical/microk8s/blob/master/scripts/inspect.sh',
  },
  'kernel',
  ({ settings }, { node, input }) => {
    const least: readonly (readonly [KernelSetting, number])[] = [
      ['fs.inotify.max_user_instances', inotifyInstances],
      ['fs.inotify.max_user_watches', inotifyWatches],
      ['fs.aio-max-nr', (settings.get('fs.aio-nr') ?? 0) + aioLeft],
    ];
    const low = least.flatMap(([name, wanted]) => {
      const value = declared(input, name) ?? settings.get(name);
      return value === undefined || value >= wanted ? [] : [{ name, value, wanted }];
    });
    if (low.length === 0) return pass('enough', 'Watches and asynchronous requests are enough.');
    return warn(
      low.map(({ value }) => value).join(', '),
      `On ${node.name}: ${low.map(({ name, value, wanted }) => `${name} is ${value}, ${wanted} are recommended`).join('; ')}.`,
      {
        wanted: low.map(({ name, wanted }) => `${name}=${wanted}`).join(' '),
        advice: `sudo sysctl -w ${low.map(({ name, wanted }) => `${name}=${wanted}`).join(' ')}, and the same lines in /etc/sysctl.d/90-cluster.conf`,
      },
    );
  },
);

export const securityModules: Check = nodeCheck(
  {
    id: 'security-modules',
    title: 'Security modules',
    why: 'MicroK8s brings a policy for AppArmor and none for SELinux. Where SELinux enforces its own, containers do not start, or start and may not write.',
    source: 'https://github.com/canonical/microk8s/blob/master/scripts/inspect.sh',
  },
  'kernel',
  ({ security, selinuxEnforcing }, { node }) =>
    selinuxEnforcing
      ? warn('SELinux enforces', `SELinux on ${node.name} enforces a policy that does not know MicroK8s.`, {
          wanted: 'AppArmor, or SELinux permissive',
          advice: 'sudo setenforce 0, and SELINUX=permissive in /etc/selinux/config',
        })
      : pass(security.includes('apparmor') ? 'AppArmor' : 'none that enforces', 'No policy blocks MicroK8s.'),
);
