import { defined } from '../text/defined.ts';
import { read, readIfAny, type Sections, section, trimmed } from './section.ts';

export interface IdentityFacts {
  readonly hostname: string;
  readonly machineId: string;
  readonly productUuid?: string;
  readonly initiatorName?: string;
  /** SHA256 fingerprint of the ed25519 host key, where there is one. */
  readonly hostKey?: string;
}

export interface SystemFacts {
  /** `ubuntu`, `debian`, … from /etc/os-release. */
  readonly id: string;
  readonly versionId: string;
  readonly prettyName: string;
  readonly lts: boolean;
  readonly kernel: string;
  readonly architecture: string;
  /** What systemd-detect-virt says: none, kvm, lxc, … */
  readonly virtualization: string;
  readonly bootId: string;
  /** Version of the control groups that the kernel has mounted. */
  readonly cgroup?: '1' | '2';
}

const probe = {
  release: section('os-release', { file: '/etc/os-release' }, assignments),
  uname: section('uname', ['uname', '-srm'], (text) => text.trim().split(' ')),
  hostname: section('hostname', { file: '/proc/sys/kernel/hostname' }, trimmed),
  machineId: section('machine-id', { file: '/etc/machine-id' }, trimmed),
  bootId: section('boot-id', { file: '/proc/sys/kernel/random/boot_id' }, trimmed),
  productUuid: section('product-uuid', { file: '/sys/class/dmi/id/product_uuid' }, (text) =>
    text.trim() === '' ? undefined : text.trim().toLowerCase(),
  ),
  initiatorName: section(
    'initiator-name',
    { file: '/etc/iscsi/initiatorname.iscsi' },
    (text) => /^InitiatorName=(\S+)/m.exec(text)?.[1],
  ),
  hostKey: section(
    'host-key',
    ['ssh-keygen', '-lf', '/etc/ssh/ssh_host_ed25519_key.pub'],
    (text) => /SHA256:\S+/.exec(text)?.[0],
  ),
  // It ends with 1 on bare metal.
  virtualization: section('virtualization', ['systemd-detect-virt'], trimmed, { codes: [0, 1], slow: true }),
  // cgroup2fs or tmpfs; https://kubernetes.io/docs/concepts/architecture/cgroups/
  cgroup: section('cgroup', ['stat', '-fc', '%T', '/sys/fs/cgroup'], cgroupVersion, { codes: [0, 1] }),
};
export const systemSections = Object.values(probe);

function cgroupVersion(text: string): '1' | '2' | undefined {
  if (text.trim() === 'cgroup2fs') return '2';
  return text.trim() === 'tmpfs' ? '1' : undefined;
}

/** `KEY=value` lines as os-release(5) has them: values may stand in double or single quotes. */
function assignments(text: string): ReadonlyMap<string, string> {
  const pairs = text.matchAll(/^([A-Za-z_]\w*)=(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|(.*))$/gm);
  return new Map(
    pairs.map(([, key = '', double, single, bare = '']) => [key, double?.replace(/\\(.)/g, '$1') ?? single ?? bare]),
  );
}

export function systemFacts(sections: Sections): SystemFacts {
  const release = read(sections, probe.release);
  const [, kernel = '', architecture = ''] = read(sections, probe.uname);
  return {
    id: release.get('ID') ?? 'unknown',
    versionId: release.get('VERSION_ID') ?? '',
    prettyName: release.get('PRETTY_NAME') ?? release.get('NAME') ?? 'unknown',
    // Ubuntu writes it out: VERSION="22.04.4 LTS (Jammy Jellyfish)"
    lts: /\bLTS\b/.test(release.get('VERSION') ?? ''),
    kernel,
    architecture,
    virtualization: read(sections, probe.virtualization) || 'none',
    bootId: read(sections, probe.bootId),
    ...defined({ cgroup: readIfAny(sections, probe.cgroup) }),
  };
}

export function identityFacts(sections: Sections): IdentityFacts {
  const productUuid = readIfAny(sections, probe.productUuid);
  const initiatorName = readIfAny(sections, probe.initiatorName);
  const hostKey = readIfAny(sections, probe.hostKey);
  return {
    hostname: read(sections, probe.hostname),
    machineId: read(sections, probe.machineId),
    ...defined({ productUuid, initiatorName, hostKey }),
  };
}
