import { type IdentityKind, identitiesToGive } from '../../network/identities.ts';
import { clonedVolumes, diskIdentity } from '../../storage/clones.ts';
import { storageDemand } from '../../storage/demand.ts';
import { sharedEngine } from '../../storage/engines/engines.ts';
import { type Check, type CheckInput, perInput, siteCheck } from '../check.ts';
import { type Identity, judgeAlike } from './alike.ts';
import { isContainer } from './system.ts';

/** Clones of one template share these; each breaks something else. https://github.com/canonical/microk8s/issues/2273 */
const identities: readonly Identity[] = [
  {
    id: 'unique-machine-id',
    title: 'Unique machine ids',
    noun: 'machine-id',
    why: 'systemd, the DHCP client and snapd tell machines apart by /etc/machine-id. Clones with one id get the same address and are taken for one another.',
    source: 'https://www.freedesktop.org/software/systemd/man/latest/machine-id.html',
    changed: givenTo('machineId'),
    values: ({ identity }) => identity && named([identity.machineId]),
    grade: () => 'fail',
    advice: 'On all but one: rm /etc/machine-id /var/lib/dbus/machine-id; systemd-machine-id-setup; reboot',
  },
  {
    id: 'unique-product-uuid',
    title: 'Unique product UUIDs',
    noun: 'product UUID',
    why: 'Kubernetes reports the product UUID as the identity of the machine, and cloud and storage drivers rely on it.',
    source: 'https://kubernetes.io/docs/setup/production-environment/tools/kubeadm/install-kubeadm/#verify-mac-address',
    // A container shows the UUID of the machine that it shares.
    values: ({ identity, system }) =>
      identity && named(isContainer(system?.virtualization ?? '') ? [] : [identity.productUuid]),
    grade: (_, value) => (emptyUuid.test(value) ? 'warn' : 'fail'),
    advice: 'Give each virtual machine its own UUID in its definition (hypervisors do so when they clone)',
  },
  {
    id: 'unique-mac',
    title: 'Unique MAC addresses',
    noun: 'MAC address',
    why: 'Two nodes with one MAC address on one network receive the frames of each other: connections break at random.',
    source: 'https://kubernetes.io/docs/setup/production-environment/tools/kubeadm/install-kubeadm/#verify-mac-address',
    values: ({ network }) =>
      network && named(network.interfaces.filter(isPhysical).map(({ mac }) => mac.toLowerCase())),
    grade: () => 'fail',
    advice: 'Give each virtual machine a MAC address of its own',
  },
  {
    id: 'unique-host-key',
    title: 'Unique SSH host keys',
    noun: 'SSH host key',
    why: 'Host keys are pinned for each node. With one key on two nodes, one of them can pass for the other without being noticed.',
    source: 'https://man.openbsd.org/ssh-keygen',
    changed: givenTo('sharedHostKey'),
    values: ({ identity }) => identity && named([identity.hostKey]),
    grade: () => 'fail',
    advice: 'On all but one: rm /etc/ssh/ssh_host_*; dpkg-reconfigure openssh-server',
  },
  {
    id: 'unique-initiator-name',
    title: 'Unique iSCSI names',
    noun: 'iSCSI initiator name',
    why: 'Volumes of a shared pool are reached by iSCSI. Two nodes with one initiator name take the sessions of each other, and a volume can be written by both.',
    source: 'RFC 7143 section 4.2.7.1',
    changed: givenTo('initiatorName'),
    values: ({ identity }) => identity && named([identity.initiatorName]),
    grade: ({ site }) => (sharedEngine(site.storage.shared.engine).iscsi ? 'fail' : 'warn'),
    advice:
      'On all but one: echo "InitiatorName=$(iscsi-iname)" > /etc/iscsi/initiatorname.iscsi; systemctl restart iscsid',
  },
  {
    id: 'unique-disks',
    title: 'Disks of one node alone',
    noun: 'disk WWN',
    why: 'A disk that two nodes see is one of an array that is given to both. Each takes it for its own: what one writes the other destroys.',
    source:
      'https://man7.org/linux/man-pages/man8/lsblk.8.html (WWN); https://man7.org/linux/man-pages/man7/lvmsystemid.7.html',
    values: ({ storage }) =>
      storage &&
      new Map(
        storage.disks.flatMap((disk) => {
          const identity = diskIdentity(disk);
          return identity === undefined ? [] : [[identity, disk.path] as const];
        }),
      ),
    grade: () => 'fail',
    advice:
      'Give each node volumes of its own in the array (LUN masking), and each virtual disk a WWN of its own; then restart the nodes',
  },
  {
    id: 'unique-lvm',
    title: 'Unique LVM UUIDs',
    noun: 'LVM UUID',
    why: 'OpenEBS names a block device after the UUIDs of its logical volume. Clones of one template show the cluster a single device that moves from node to node.',
    source: 'https://github.com/openebs-archive/cstor-operators/issues/417',
    values: ({ storage }) =>
      storage &&
      new Map([
        ...storage.volumeGroups.map(({ name, uuid }) => [uuid, name] as const),
        ...storage.physicalVolumes.map(({ name, uuid }) => [uuid, name] as const),
        ...storage.logicalVolumes.map(({ volumeGroup, name, uuid }) => [uuid, `${volumeGroup}/${name}`] as const),
      ]),
    grade: (input, name) => (isPoolVolume(input, name) ? 'fail' : 'warn'),
    changed: (input, name) =>
      isPoolVolume(input, name) ? [...clonedVolumes(input.site, input.product, input.facts).keys()] : [],
    advice:
      'It harms nothing while no disk of one is put into the other. New ones: lvremove and lvcreate for a blank volume; vgchange -u and pvchange -u for a group that is not in use, from a rescue system where / lies on it',
  },
];

/** Boards of some makers all carry one of these. */
const emptyUuid = /^(0{8}-|f{8}-|03000200-0400-0500-0006-)/i;

/** None at all, and the one that Calico gives to every pod's interface. */
const sharedMacs = new Set(['00:00:00:00:00:00', 'ee:ee:ee:ee:ee:ee']);

/** The kernel calls hardware `ether` and nothing more: tunnels, bridges, VLANs and the ends of containers have a kind of their own. */
function isPhysical({ mac, kind }: { mac: string; kind: string }): boolean {
  return kind === 'ether' && /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(mac) && !sharedMacs.has(mac.toLowerCase());
}

export const identityChecks: readonly Check[] = identities.map((identity) =>
  siteCheck(identity, (input) => judgeAlike(identity, input), 'pair'),
);

/** A value is told as it is. One that is missing or empty is the same as no other. */
function named(values: readonly (string | undefined)[]): ReadonlyMap<string, string> {
  return new Map(values.flatMap((value) => (value ? [[value, value] as const] : [])));
}

/** Logical volumes, `group/volume`, that carry the pool of some node. */
const poolVolumes = perInput(
  ({ site, product }) =>
    new Set(
      site.nodes.flatMap((node) => {
        const { pool } = storageDemand(site, product, node);
        return pool ? [`${pool.group}/${pool.volume}`] : [];
      }),
    ),
);

const isPoolVolume = (input: CheckInput, name: string): boolean => poolVolumes(input).has(name);

const given = perInput(({ site, facts }) => identitiesToGive(site, facts));

function givenTo(kind: IdentityKind): NonNullable<Identity['changed']> {
  return (input) => [...given(input)].flatMap(([node, own]) => (own[kind] === undefined ? [] : [node]));
}
