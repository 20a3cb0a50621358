import { microk8sFiles } from '../../microk8s/microk8s.ts';
import { readText } from '../execution/carry-out.ts';
import { mirrorText, type Registry, registryFill } from '../release/registry.ts';
import type { LookContext, PlannedFile, PlannedStep } from '../step.ts';

export const isMirror = (path: string): boolean => path.startsWith(`${microk8sFiles.mirrors}/`);

/** Whether containerd asks the site's registry in the place of those that it mirrors. */
export async function mirrored(context: LookContext, { node, files }: PlannedStep): Promise<boolean> {
  const mirrors = files.filter(({ path }) => isMirror(path));
  if (node === undefined || mirrors.length === 0) return true;
  const fill = Object.entries(await registryFill(context));
  const wanted = ({ content }: PlannedFile) =>
    fill.reduce((text, [place, value]) => text.replaceAll(place, () => value), content);
  const same = await Promise.all(
    mirrors.map(async (file) => (await readText(context, node, file.path)) === wanted(file)),
  );
  return same.every(Boolean);
}

/** One file for each registry that the site's own one mirrors. */
export function mirrorFiles(node: string, registry: Registry | undefined): PlannedFile[] {
  return Object.entries(registry?.mirrors ?? {}).map(([upstream, path]) => ({
    node,
    path: `${microk8sFiles.mirrors}/${upstream}/hosts.toml`,
    content: registry === undefined ? '' : mirrorText(registry, upstream, path),
    mode: 0o600,
    secret: registry?.user !== undefined,
  }));
}
