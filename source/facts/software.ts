import { basename } from 'node:path';
import { type CertificateDate, certificateDates, parseCertificateDates } from '../microk8s/certificates.ts';
import { lockFolder, microk8sFiles } from '../microk8s/node.ts';
import { readSnapList } from '../microk8s/snap.ts';
import { defined } from '../text/defined.ts';
import {
  lines,
  read,
  readIfAny,
  reason,
  type SectionOutput,
  SectionProblem,
  type Sections,
  section,
  trimmed,
} from './section.ts';

export interface PackageFacts {
  /** Packages that an upgrade would change, as the lists on the node stand. */
  readonly upgradable: number;
  readonly rebootRequired: boolean;
  /** Of those asked for (`open-iscsi`, `lvm2`, …): the ones installed. */
  readonly installed: readonly string[];
  readonly snapd?: string;
  /** What keeps snapd from working, in its own words. */
  readonly snapdProblem?: string;
}

export interface MicroK8sFacts {
  readonly installed: boolean;
  readonly version?: string;
  readonly revision?: string;
  readonly channel?: string;
  readonly held?: boolean;
  /** snapd has it, but cannot mount it. */
  readonly broken?: boolean;
  readonly running: boolean;
  /** Member of a cluster of more than itself (lock file no-cert-reissue), or a worker. */
  readonly joined: boolean;
  readonly worker: boolean;
  /** Those that MicroK8s made on this node; none where it is not installed. */
  readonly certificates?: readonly CertificateDate[];
}

const snapList = 'timeout 45 snap wait system seed.loaded >/dev/null 2>&1; timeout 20 snap list microk8s';

const probe = {
  // Exit code 1: some of those asked for are unknown here, so not installed.
  packages: section(
    'packages',
    {
      bash: `[ "\${#asked[@]}" -eq 0 ] || dpkg-query -W -f '\${db:Status-Status} \${Package} \${Version}\\n' "\${asked[@]}"`,
    },
    installedPackages,
    { codes: [0, 1] },
  ),
  rebootRequired: section(
    'reboot-required',
    { bash: 'if [ -e /run/reboot-required ]; then echo yes; else echo no; fi' },
    (text) => text.trim() === 'yes',
  ),
  // A simulated upgrade names each package on a line `Inst NAME …`.
  upgradable: section(
    'upgrades',
    ['timeout', '60', 'apt-get', '-s', '-qq', '-o', 'Debug::NoLocking=true', '--with-new-pkgs', 'upgrade'],
    (text) => text.match(/^Inst /gm)?.length ?? 0,
    { slow: true },
  ),
  snapd: section('snap-version', ['timeout', '20', 'snap', 'version'], (text) => /^snapd\s+(\d\S*)/m.exec(text)?.[1], {
    slow: true,
  }),
  // A machine on its first start seeds snapd for a minute or so: it is waited for.
  snap: section('snap-microk8s', { bash: snapList }, installedSnap, {
    codes: [0, 1, 127],
    slow: true,
  }),
  // Exit code 2: there is none.
  locks: section('microk8s-locks', ['ls', '-1', lockFolder], lines, { codes: [0, 2] }),
  active: section(
    'microk8s-active',
    ['systemctl', 'is-active', 'snap.microk8s.daemon-kubelite'],
    (text) => trimmed(text) === 'active',
    { slow: true },
  ),
  // In a shell of its own, which ends with the script.
  certificates: section('microk8s-certificates', { bash: `(${certificateDates.text})` }, parseCertificateDates),
};
export const softwareSections = Object.values(probe);

/** `note` takes what could not be read of one part; the rest still counts. */
export function packageFacts(
  sections: Sections,
  { note }: { readonly note: (part: string, why: string) => void },
): PackageFacts {
  const snapd = readIfAny(sections, probe.snapd);
  return {
    upgradable: upgradable(sections, note),
    rebootRequired: readIfAny(sections, probe.rebootRequired) ?? false,
    installed: read(sections, probe.packages),
    ...defined({ snapd, snapdProblem: snapdProblem(sections) }),
  };
}

/** `snap list` ends with 0, or says that there is no such snap, where snapd works. */
function snapdProblem(sections: Sections): string | undefined {
  const output = sections.get(probe.snap.name);
  if (output === undefined || [0, 127].includes(output.code)) return undefined;
  return /no matching snaps/.test(output.stderr ?? '') ? undefined : reason(output);
}

function upgradable(sections: Sections, note: (part: string, why: string) => void): number {
  try {
    return read(sections, probe.upgradable);
  } catch (error) {
    if (!(error instanceof SectionProblem)) throw error;
    note('upgrades', error.message);
    return 0;
  }
}

function installedPackages(text: string): string[] {
  return text
    .matchAll(/^installed (\S+) /gm)
    .map(([, name = '']) => name)
    .toArray();
}

export function microK8sFacts(sections: Sections): MicroK8sFacts {
  const locks = new Set(read(sections, probe.locks));
  const marked = (name: 'member' | 'stopped' | 'worker') => locks.has(basename(microk8sFiles[name]));
  const worker = marked('worker');
  const snap = read(sections, probe.snap);
  const certificates = readIfAny(sections, probe.certificates) ?? [];
  return {
    installed: snap !== undefined,
    ...snap,
    running: snap !== undefined && readIfAny(sections, probe.active) === true && !marked('stopped'),
    joined: worker || marked('member'),
    worker,
    ...(certificates.length === 0 ? {} : { certificates }),
  };
}

function installedSnap(
  text: string,
  { code, stderr = '' }: SectionOutput,
): Pick<MicroK8sFacts, 'version' | 'revision' | 'channel' | 'held' | 'broken'> | undefined {
  const answer = readSnapList('microk8s', { code, stdout: text, stderr });
  if (!answer.answered) throw new SectionProblem(answer.said);
  if (answer.value === undefined) return undefined;
  const { tracking, broken, ...rest } = answer.value;
  return { ...rest, channel: tracking, ...(broken ? { broken } : {}) };
}
