import { expect, test } from 'vitest';
import { checks } from '../../source/check/checks.ts';

/**
 * What preflights of other installers look at, as far as it applies to MicroK8s, and the check that looks at it here. MicroCloud,
 * Harvester, k0sctl and k0s sysinfo, Embedded Cluster, kURL, Troubleshoot, MetalK8s, Sunbeam, Kubespray, MicroK8s' own inspection.
 */
const subjects: Readonly<Record<string, readonly string[]>> = {
  'login, sudo, a password for it': ['access', 'own-reboot'],
  'supported system, architecture, kind of machine': ['os-release', 'version-pairs', 'architecture', 'virtualization'],
  'processors, their instructions, memory, swap': ['cpu-cores', 'cpu-flags', 'memory', 'swap'],
  'size and kind of disks': ['root-size', 'lvm-disk', 'ssd'],
  'state of volume groups, space, blank devices': ['volume-groups', 'storage', 'shared-volume', 'declared-volumes'],
  'space for the data of MicroK8s, a file system that is nearly full': ['snap-space'],
  'space for a bundle, its parts, its release': ['bundle', 'bundle-node'],
  'write latency of the disk': ['write-latency'],
  'kernel modules, control groups and their version': ['kernel-modules', 'cgroup-controllers', 'version-pairs'],
  'inotify, asynchronous requests': ['kernel-settings'],
  'AppArmor, SELinux': ['security-modules'],
  'other container runtimes and clusters': ['other-runtimes'],
  'firewall, policy of forwarded packets': ['firewall', 'pair-ports'],
  'multipathd and its blacklist': ['multipath'],
  'proxies and what goes past them': ['proxies'],
  'snap store, registries, chart repositories': ['snap-store', 'downloads'],
  'snapd: seeded, working, new enough': ['snapd'],
  'a member of another cluster, another channel, a broken snap': ['microk8s', 'member-address'],
  'ports that are taken, with the process': ['ports-free'],
  'clock: synchronised, difference from node to node': ['clock-synchronized', 'clock-skew', 'pair-clocks'],
  'host names: form, one for each node, what they lead to': ['host-name', 'unique-host-name', 'pair-names'],
  'localhost, the hosts file at a boot': ['localhost', 'hosts-at-boot'],
  'interfaces: number, link, MTU, path between nodes': ['network-interfaces', 'interface', 'mtu', 'path-mtu'],
  'default route, gateway, one network': ['default-route', 'gateway', 'same-network'],
  'name servers: there, not a stub, not too many': ['dns-servers'],
  'search domains and wildcards': ['search-domains'],
  "the site's name from every node": ['site-name'],
  'netplan: traps, what cannot be kept': ['netplan', 'netplan-files', 'address-kept'],
  'addresses: one for each, free, the virtual one': ['address-unique', 'addresses-free', 'virtual-address'],
  'networks of pods and services': ['cluster-ranges'],
  'a second network': ['workload-network'],
  'ports between all nodes': ['pair-ports'],
  'identity of clones': [
    'unique-machine-id',
    'unique-product-uuid',
    'unique-mac',
    'unique-host-key',
    'unique-initiator-name',
    'unique-disks',
    'unique-lvm',
  ],
  'number of managers, what is lost together': ['topology', 'zones'],
  'certificate and key': ['tls-key', 'tls-certificate', 'tls-match', 'tls-validity', 'tls-name', 'tls-chain'],
};

test('every subject of other preflights that applies has a check; docs/preflight.md says what does not apply', () => {
  const ids = new Set(checks.map(({ id }) => id));
  const wrong = Object.entries(subjects).flatMap(([what, names]) =>
    names.length === 0 ? [what] : names.filter((name) => !ids.has(name)).map((name) => `${what}: ${name}`),
  );
  expect(wrong).toEqual([]);
});
