import type { Tuning } from '../../product/tuning.ts';
import type { PlannedFile } from '../step.ts';

/** Read after /etc/sysctl.d/99-sysctl.conf, which is /etc/sysctl.conf: the last word counts. */
const sysctlFile = '/etc/sysctl.d/99-zz-kloudspot.conf';
const modulesFile = '/etc/modules-load.d/kloudspot.conf';
const limitsFile = '/etc/security/limits.d/99-kloudspot.conf';
/** Every file that tuning may write. */
export const tuningPaths = [sysctlFile, modulesFile, limitsFile] as const;

export const tuningMode = 0o644;
export const tuningOwner = 'root:root';
/** As `stat -c '%a %U:%G'` shows them. */
export const tuningAttributes = `${tuningMode.toString(8)} ${tuningOwner}`;

interface Line {
  readonly why: string;
  readonly text: string;
}

/** The files of a node, each line below its reason; none for a part that declares nothing. */
export function tuningFiles(node: string, { sysctls, limits, modules }: Tuning): PlannedFile[] {
  const parts: readonly (readonly [string, readonly Line[]])[] = [
    [modulesFile, modules.map(({ name, why }) => ({ why, text: name }))],
    [sysctlFile, sysctls.map(({ name, value, why }) => ({ why, text: `${name} = ${value}` }))],
    [
      limitsFile,
      limits.map(({ domain, type, item, value, why }) => ({ why, text: `${domain} ${type} ${item} ${value}` })),
    ],
  ];
  return parts
    .filter(([, lines]) => lines.length > 0)
    .map(([path, lines]) => ({ node, path, content: textOf(lines), mode: tuningMode, owner: tuningOwner }));
}

const textOf = (lines: readonly Line[]): string =>
  `# Written by kloudspot: tuning of the product.\n${lines.map(({ why, text }) => `# ${why}\n${text}\n`).join('')}`;
