import { join } from 'node:path';
import { exitCode, Fault } from '../errors/fault.ts';
import type { StandingCluster } from '../plan/standing/standing.ts';
import { parseSite } from '../site/load.ts';
import { kloudspot } from '../text/command.ts';
import { backupFile, type LocalBackup } from '../workstation/backups.ts';

/** The backup that is meant: by its name or the end of it, else the newest whole one. Throws `Fault` where it is none, several, or damaged. */
export function chosenBackup(all: readonly LocalBackup[], name: string | undefined): LocalBackup {
  const found = name === undefined ? all.filter(({ whole }) => whole) : all.filter(({ id }) => id.endsWith(name));
  const backup = found.at(-1);
  const next =
    all.length === 0 ? [`${kloudspot('backup')}  makes one.`] : [`${kloudspot('backup --list')}  lists them.`];
  if (backup === undefined)
    throw new Fault({
      what: name === undefined ? 'No backups on this machine.' : `Unknown backup ${name}.`,
      next,
      exitCode: exitCode.usage,
    });
  if (name !== undefined && found.length > 1)
    throw new Fault({
      what: `${name} could be more than one backup.`,
      next: found.map(({ id }) => id),
      exitCode: exitCode.usage,
    });
  if (backup.whole) return backup;
  throw new Fault({
    what: `Backup ${backup.id} is damaged.`,
    where: backup.folder,
    why: 'A file is missing, or does not match its checksum.',
    unchanged: true,
    next,
    exitCode: exitCode.refused,
  });
}

/** The site that a backup was made for. */
export interface SavedSite {
  readonly text: string;
  readonly nodes: readonly string[];
}

/** Throws `Fault` where its `site.yaml` cannot be read. */
export async function siteOfBackup(backup: LocalBackup): Promise<SavedSite> {
  const file = join(backup.folder, 'site.yaml');
  const text = (await backupFile(backup, 'site.yaml')).toString();
  const read = parseSite(text, file);
  if ('site' in read) return { text, nodes: read.site.nodes.map(({ name }) => name) };
  throw new Fault({
    what: 'The site of the backup cannot be read.',
    where: file,
    why: read.problems.map((problem) => problem.text).join('\n'),
    unchanged: true,
    exitCode: exitCode.refused,
  });
}

/** Throws `Fault` where its objects would name nodes that the cluster lacks, or know nothing of those that it has. */
export function refuseOtherNodes(
  backup: string,
  { nodes }: Pick<SavedSite, 'nodes'>,
  cluster: Pick<StandingCluster, 'nodes'>,
): void {
  const now = cluster.nodes.map(({ name }) => name);
  const lacks = nodes.filter((name) => !now.includes(name));
  const more = now.filter((name) => !nodes.includes(name));
  if (lacks.length === 0 && more.length === 0) return;
  throw new Fault({
    what: `Backup ${backup} was made for other nodes.`,
    why: [
      ...(lacks.length > 0 ? [`It has ${lacks.join(', ')}, which the cluster does not have.`] : []),
      ...(more.length > 0 ? [`The cluster has ${more.join(', ')}, which the backup does not have.`] : []),
      'A restore recovers objects, not members.',
    ].join(' '),
    unchanged: true,
    next: ['Choose a backup that was made after the nodes changed.', `${kloudspot('backup --list')}  lists them.`],
    exitCode: exitCode.refused,
  });
}
