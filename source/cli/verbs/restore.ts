import { join } from 'node:path';
import { exitCode, Fault } from '../../errors/fault.ts';
import type { StandingCluster } from '../../plan/standing/standing.ts';
import { parseSite } from '../../site/load.ts';
import { kloudspot } from '../../text/command.ts';
import { backupFile, type LocalBackup, localBackups } from '../../workstation/backups.ts';
import { lookAtLivingCluster, runUpkeep } from '../apply/upkeep-verb.ts';
import { confirmedByName } from '../line/confirm.ts';
import { confirmDataLoss, globalFlags } from '../line/flags.ts';
import { withSite } from '../line/site-verb.ts';
import { defineVerb } from '../line/verb.ts';

export default defineVerb({
  name: 'restore',
  about:
    'Bring the datastore of a backup back into the cluster that runs, and its site.yaml. What is there now is kept as a backup first. Nodes and the data of volumes are not part of it; what the cluster got since may be lost.',
  flags: { ...globalFlags, 'confirm-data-loss': confirmDataLoss },
  operand: { name: 'BACKUP', about: 'Its name, or the end of it. Default: the newest whole one on this machine.' },
  run: ({ args, operand }) =>
    withSite(args, async (verb) => {
      const { opened, settings, terminal } = verb;
      const backup = await chosen(await localBackups(settings.files), operand);
      const seen = await lookAtLivingCluster(verb);
      const site = await siteOf(backup);
      refuseOtherNodes(backup.id, site, seen.cluster);
      const words = ['restore', backup.id].join(' ');
      await confirmedByName(opened.site.name, words, args['confirm-data-loss'], settings, terminal);
      const wish = { purpose: 'restore', verb: words, upkeep: { backup: backup.id } } as const;
      const asked = { ...verb, settings: { ...settings, yes: true } };
      return await runUpkeep(asked, seen, wish, [{ path: settings.site, content: site.text, mode: 0o644 }]);
    }),
});

async function chosen(all: readonly LocalBackup[], name: string | undefined): Promise<LocalBackup> {
  const found = name === undefined ? all.filter(({ whole }) => whole) : all.filter(({ id }) => id.endsWith(name));
  const backup = found.at(-1);
  const next =
    all.length === 0
      ? [`${kloudspot('backup')}  makes one.`]
      : [`${kloudspot('backup --list')}  shows those that there are.`];
  if (backup === undefined)
    throw new Fault({
      what: name === undefined ? 'There is no backup on this machine.' : `There is no backup ${name} on this machine.`,
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
    why: 'A file is missing, or differs from the sum that was taken when it was made.',
    next,
    exitCode: exitCode.refused,
  });
}

interface SavedSite {
  readonly text: string;
  readonly nodes: readonly string[];
}

async function siteOf(backup: LocalBackup): Promise<SavedSite> {
  const file = join(backup.folder, 'site.yaml');
  const text = (await backupFile(backup, 'site.yaml')).toString();
  const read = parseSite(text, file);
  if ('site' in read) return { text, nodes: read.site.nodes.map(({ name }) => name) };
  throw new Fault({
    what: 'The site of the backup cannot be read.',
    where: file,
    why: read.problems.map((problem) => problem.text).join('\n'),
    exitCode: exitCode.refused,
  });
}

/** Its objects would name nodes that the cluster lacks, and know nothing of those that it has. */
function refuseOtherNodes(backup: string, { nodes }: SavedSite, cluster: StandingCluster): void {
  const now = cluster.nodes.map(({ name }) => name);
  const lacks = nodes.filter((name) => !now.includes(name));
  const more = now.filter((name) => !nodes.includes(name));
  if (lacks.length === 0 && more.length === 0) return;
  throw new Fault({
    what: `Backup ${backup} was made for other nodes.`,
    why: [
      ...(lacks.length > 0 ? [`It has ${lacks.join(', ')}, which the cluster lacks.`] : []),
      ...(more.length > 0 ? [`The cluster has ${more.join(', ')}, which it does not know.`] : []),
      'A restore brings objects back, not members.',
    ].join(' '),
    next: [
      'Choose a backup that was made after the nodes changed.',
      `${kloudspot('backup --list')}  shows those that there are.`,
    ],
    exitCode: exitCode.refused,
  });
}
