import type { MicroK8sFacts, PackageFacts } from './facts.ts';
import { SectionProblem, type Sections, textIfAny, textOf } from './sections.ts';

export function packageFacts(sections: Sections, note: (part: string, why: string) => void): PackageFacts {
  const snapd = textIfAny(sections, 'snap-version')?.match(/^snapd\s+(\d\S*)/m)?.[1];
  return {
    upgradable: upgradable(sections, note),
    rebootRequired: textIfAny(sections, 'reboot-required') === 'yes',
    // exit code 1: some of those asked for are unknown here, so not installed
    installed: textOf(sections, 'packages', [0, 1])
      .matchAll(/^installed (\S+) /gm)
      .toArray()
      .map(([, name = '']) => name),
    ...(snapd === undefined ? {} : { snapd }),
  };
}

/** A simulated upgrade names each package on a line `Inst NAME …`. */
function upgradable(sections: Sections, note: (part: string, why: string) => void): number {
  try {
    return textOf(sections, 'upgrades').match(/^Inst /gm)?.length ?? 0;
  } catch (error) {
    if (!(error instanceof SectionProblem)) throw error;
    note('upgrades', error.message);
    return 0;
  }
}

export function microK8sFacts(sections: Sections): MicroK8sFacts {
  const locks = new Set(textOf(sections, 'microk8s-locks', [0, 2]).split('\n'));
  const worker = locks.has('clustered.lock');
  const snap = installedSnap(sections);
  return {
    installed: snap !== undefined,
    ...snap,
    running: snap !== undefined && textIfAny(sections, 'microk8s-active') === 'active' && !locks.has('stopped.lock'),
    joined: worker || locks.has('no-cert-reissue'),
    worker,
  };
}

/** `snap list microk8s`: a line of headings, then Name, Version, Rev, Tracking, Publisher, Notes. */
function installedSnap(
  sections: Sections,
): Pick<MicroK8sFacts, 'version' | 'revision' | 'channel' | 'held'> | undefined {
  const section = sections.get('snap-microk8s');
  // no snapd at all, or "no matching snaps installed"
  if (section?.code === 127 || (section?.code === 1 && /no matching snaps/.test(section.stderr ?? '')))
    return undefined;
  const line = textOf(sections, 'snap-microk8s').match(/^microk8s\s.*$/m)?.[0];
  if (line === undefined) return undefined;
  const [, version = '', revision = '', channel = '', , notes = ''] = line.trim().split(/\s+/);
  return { version, revision, channel, held: notes.split(',').includes('held') };
}
