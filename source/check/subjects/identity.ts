import type { NodeFacts } from '../../facts/facts.ts';
import { type IdentityKind, identitiesToGive } from '../../network/identities.ts';
import type { Grade } from '../../site/finding.ts';
import { sharedEngine } from '../../storage/engines/engines.ts';
import { sharedVolume } from '../../storage/shared.ts';
import { listed } from '../../text/listed.ts';
import {
  accessAdvice,
  type Check,
  type CheckInput,
  type CheckWords,
  factsOf,
  type Outcome,
  pass,
  perInput,
  siteCheck,
  warn,
} from '../check.ts';
import { groups } from './names.ts';
import { isContainer } from './system.ts';

interface Identity extends CheckWords {
  /** What it is called in a sentence. */
  readonly noun: string;
  /** The values that must not be another node's; undefined where they were not seen. */
  readonly values: (facts: NodeFacts, input: CheckInput) => readonly string[] | undefined;
  readonly grade: (input: CheckInput, value: string) => Grade;
  readonly advice: string;
  /** What the plan gives a clone in its place, where it can. */
  readonly given?: IdentityKind;
}

/** Clones of one template share these; each breaks something else. https://github.com/canonical/microk8s/issues/2273 */
const identities: readonly Identity[] = [
  {
    id: 'unique-machine-id',
    title: 'Unique machine ids',
    noun: 'machine-id',
    why: 'systemd, the DHCP client and snapd tell machines apart by /etc/machine-id. Clones with one id get the same address and are taken for one another.',
    source: 'https://www.freedesktop.org/software/systemd/man/latest/machine-id.html',
    given: 'machineId',
    values: ({ identity }) => identity && [identity.machineId],
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
      identity && (identity.productUuid && !isContainer(system?.virtualization ?? '') ? [identity.productUuid] : []),
    grade: (_, value) => (emptyUuid.test(value) ? 'warn' : 'fail'),
    advice: 'Give each virtual machine its own UUID in its definition (hypervisors do so when they clone)',
  },
  {
    id: 'unique-mac',
    title: 'Unique MAC addresses',
    noun: 'MAC address',
    why: 'Two nodes with one MAC address on one network take the frames of each other: connections break at random.',
    source: 'https://kubernetes.io/docs/setup/production-environment/tools/kubeadm/install-kubeadm/#verify-mac-address',
    values: ({ network }) => network?.interfaces.filter(isPhysical).map(({ mac }) => mac.toLowerCase()),
    grade: () => 'fail',
    advice: 'Give each virtual machine a MAC address of its own',
  },
  {
    id: 'unique-host-key',
    title: 'Unique SSH host keys',
    noun: 'SSH host key',
    why: 'Host keys are pinned for each node. With one key on two nodes, one of them can pass for the other without being noticed.',
    source: 'https://man.openbsd.org/ssh-keygen',
    given: 'sharedHostKey',
    values: ({ identity }) => identity && (identity.hostKey ? [identity.hostKey] : []),
    grade: () => 'fail',
    advice: 'On all but one: rm /etc/ssh/ssh_host_*; dpkg-reconfigure openssh-server',
  },
  {
    id: 'unique-initiator-name',
    title: 'Unique iSCSI names',
    noun: 'iSCSI initiator name',
    why: 'Volumes of a shared pool are reached by iSCSI. Two nodes with one initiator name take the sessions of each other, and a volume can be written by both.',
    source: 'RFC 7143 section 4.2.7.1',
    given: 'initiatorName',
    values: ({ identity }) => identity && (identity.initiatorName ? [identity.initiatorName] : []),
    grade: ({ site }) => (sharedEngine(site.storage.shared.engine).iscsi ? 'fail' : 'warn'),
    advice:
      'On all but one: echo "InitiatorName=$(iscsi-iname)" > /etc/iscsi/initiatorname.iscsi; systemctl restart iscsid',
  },
  {
    id: 'unique-lvm',
    title: 'Unique LVM UUIDs',
    noun: 'LVM UUID',
    why: 'OpenEBS names a block device after the UUIDs of its logical volume. Clones of one template show the cluster a single device that moves from node to node.',
    source: 'https://github.com/openebs-archive/cstor-operators/issues/417',
    values: ({ storage }) =>
      storage && [
        ...storage.volumeGroups.map(({ name, uuid }) => `${name} ${uuid}`),
        ...storage.physicalVolumes.map(({ name, uuid }) => `${name} ${uuid}`),
        ...storage.logicalVolumes.map(({ volumeGroup, name, uuid }) => `${volumeGroup}/${name} ${uuid}`),
      ],
    grade: (input, value) => {
      const pool = sharedVolume(input.site, input.product);
      return pool && value.startsWith(`${pool.group}/${pool.volume} `) ? 'fail' : 'warn';
    },
    advice:
      'Recreate the shared volume on all but one (lvremove, then lvcreate), as long as it is blank; a group gets a new UUID with vgchange -u while it is not in use',
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
  siteCheck(identity, (input) => judge(identity, input), 'pair'),
);

function judge(identity: Identity, input: CheckInput): Outcome[] {
  const seen = input.site.nodes.map((node) => {
    const facts = factsOf(input, node);
    return { name: node.name, values: facts && identity.values(facts, input) };
  });
  const alike = groups(
    seen.flatMap(({ name, values }) => [...new Set(values ?? [])].map((value): [string, string] => [name, value])),
  );
  const unseen = seen.filter(({ values }) => values === undefined).map(({ name }) => name);
  const outcomes: Outcome[] = merge(alike, identity, input);
  if (unseen.length > 0) {
    const reason = `The ${identity.noun} of ${unseen.join(', ')} was not seen.`;
    outcomes.push({ ...warn('not seen', reason, { advice: accessAdvice }), nodes: unseen });
  }
  return outcomes.length > 0 ? outcomes : [pass('all differ', `Every node has its own ${identity.noun}.`)];
}

/** One finding for each set of nodes, however many values they share. */
function merge(alike: readonly [string, string[]][], identity: Identity, input: CheckInput): Outcome[] {
  const byNodes = new Map<string, { nodes: string[]; values: string[]; grade: Grade }>();
  for (const [value, nodes] of alike) {
    const entry = byNodes.get(nodes.join()) ?? { nodes, values: [], grade: 'warn' };
    entry.values.push(value);
    if (identity.grade(input, value) === 'fail') entry.grade = 'fail';
    byNodes.set(nodes.join(), entry);
  }
  return [...byNodes.values()].map((entry) => shared(entry, identity, input));
}

const given = perInput(({ site, facts }) => identitiesToGive(site, facts));

function shared(
  { nodes, values, grade }: { readonly nodes: string[]; readonly values: string[]; readonly grade: Grade },
  identity: Identity,
  input: CheckInput,
): Outcome {
  const { given: kind } = identity;
  const changed = kind === undefined ? [] : nodes.filter((node) => given(input).get(node)?.[kind] !== undefined);
  const reason = `${listed(nodes)} have the same ${identity.noun} (${values.join(', ')}).`;
  const seen = values.length === 1 ? (values[0] ?? '') : `${values.length} alike`;
  if (changed.length === nodes.length - 1 && changed.length > 0)
    return {
      grade: 'warn',
      seen,
      wanted: 'different',
      reason: `${reason} The plan gives ${listed(changed)} ${changed.length === 1 ? 'one of its own' : 'others'}.`,
      advice: 'Check in the plan that it is the clone that changes, not the machine it was made from',
      nodes,
    };
  return {
    grade,
    seen,
    wanted: 'different',
    reason,
    advice: identity.advice,
    nodes,
  };
}
