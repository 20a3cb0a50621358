import { compareVersions } from '../../text/versions.ts';
import { type Check, fail, nodeCheck, pass, warn } from '../check.ts';

/** A system that the product's vendor names, in a release that gets updates for years. */
export const operatingSystem: Check = nodeCheck(
  {
    id: 'os-release',
    title: 'Operating system',
    why: "The product is tested on the releases that its vendor names. A release without long-term support stops getting security updates within the cluster's life.",
    source: "The product's system requirements; https://ubuntu.com/about/release-cycle",
  },
  'system',
  (system, { input }) => {
    const { os } = input.product.nodes;
    const wanted = os.map(({ id, minimum, ltsOnly }) => `${id} ${minimum} or newer${ltsOnly ? ' LTS' : ''}`).join(', ');
    const rest = { wanted, advice: `Install a supported release on it: ${wanted}` };
    const row = os.find(({ id }) => id === system.id);
    if (!row) return fail(system.prettyName, `${system.prettyName} is not supported.`, rest);
    if (compareVersions(system.versionId, row.minimum) < 0)
      return fail(system.prettyName, `${system.prettyName} is too old.`, rest);
    if (row.ltsOnly && !system.lts) return fail(system.prettyName, `${system.prettyName} is not an LTS release.`, rest);
    return pass(system.prettyName, 'The release is supported.', { wanted });
  },
);

/** Snaps of MicroK8s exist for these: https://snapcraft.io/microk8s. */
const architectures = new Set(['x86_64', 'aarch64', 's390x', 'ppc64le']);

/** One architecture on all nodes, and one that MicroK8s is built for. */
export const architecture: Check = nodeCheck(
  {
    id: 'architecture',
    title: 'Architecture',
    why: 'MicroK8s is built for few architectures, and a container image that one node can run must run on the next one after a failure.',
    source: 'https://snapcraft.io/microk8s',
  },
  'system',
  (system, { input }) => {
    const seen = system.architecture;
    if (!architectures.has(seen)) {
      return fail(seen, `MicroK8s is not available for ${seen}.`, {
        wanted: [...architectures].join(', '),
        advice: 'Use a machine of one of these architectures',
      });
    }
    const all = [...input.facts.values()].flatMap((facts) => facts.system?.architecture ?? []);
    const others = new Set(all.filter((each) => each !== seen));
    if (others.size > 0) {
      return warn(seen, `Other nodes are ${[...others].join(', ')}: every image must exist for all of them.`, {
        wanted: 'the same on all nodes',
        advice: 'Use machines of one architecture',
      });
    }
    return pass(seen, 'All nodes are alike.');
  },
);

const containers = new Set([
  'lxc',
  'lxc-libvirt',
  'systemd-nspawn',
  'docker',
  'podman',
  'openvz',
  'wsl',
  'container-other',
]);

/** Whether a node's hardware facts are those of a machine that it shares with others. */
export function isContainer(virtualization: string): boolean {
  return containers.has(virtualization);
}

/** A note on what kind of machine it is; containers are warned of. */
export const virtualization: Check = nodeCheck(
  {
    id: 'virtualization',
    title: 'Kind of machine',
    why: 'Virtual machines often hide the AVX flag, and two of them on one host are lost together. Containers share their kernel, which MicroK8s and storage engines want for themselves.',
    source: "The product's system requirements; https://microk8s.io/docs/install-lxd",
  },
  'system',
  ({ virtualization: seen }) => {
    if (isContainer(seen))
      return warn(seen, 'It is a container: kernel modules and devices are those of its host.', {
        advice: 'Use a machine or a virtual machine for anything but a trial',
      });
    if (seen === 'none') return pass('machine', 'It is a machine of its own.');
    return pass(seen, 'It is a virtual machine: make sure that no two of them share a host.');
  },
  'warn',
);
