import { tuningFile } from '../../host/node-state.ts';
import type { Tuning } from '../../product/tuning.ts';
import type { PlannedFile } from '../step.ts';

/** Every file that tuning may write. */
export const tuningPaths: readonly string[] = Object.values(tuningFile);

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
    [tuningFile.modules, modules.map(({ name, why }) => ({ why, text: name }))],
    [tuningFile.sysctls, sysctls.map(({ name, value, why }) => ({ why, text: `${name} = ${value}` }))],
    [
      tuningFile.limits,
      limits.map(({ domain, type, item, value, why }) => ({ why, text: `${domain} ${type} ${item} ${value}` })),
    ],
  ];
  return parts
    .filter(([, lines]) => lines.length > 0)
    .map(([path, lines]) => ({ node, path, content: textOf(lines), mode: tuningMode, owner: tuningOwner }));
}

const textOf = (lines: readonly Line[]): string =>
  `# Written by kloudspot: tuning of the product.\n${lines.map(({ why, text }) => `# ${why}\n${text}\n`).join('')}`;
