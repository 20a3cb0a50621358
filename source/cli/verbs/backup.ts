import { exitCode } from '../../errors/fault.ts';
import { targetOf } from '../../network/targets.ts';
import { listBackups, parseBackups } from '../../plan/steps/backup-scripts.ts';
import { asLsblk } from '../../storage/bytes.ts';
import { columns } from '../../text/table.ts';
import { localBackups } from '../../workstation/backups.ts';
import { lookAtLivingCluster, runUpkeep } from '../apply/upkeep-verb.ts';
import { globalFlags } from '../line/flags.ts';
import { type SiteVerb, withNodes } from '../line/site-verb.ts';
import { printJson, printLines } from '../line/terminal.ts';
import { defineVerb } from '../line/verb.ts';

export default defineVerb({
  name: 'backup',
  about:
    'Save datastore, site, values, release, certificates and the map of volumes on every manager and on this machine, but not the data of volumes. Every change of nodes, channel, certificates or site makes a backup before and after, and so do update, stop and restore before they begin.',
  flags: { ...globalFlags, list: { type: 'boolean', about: 'List the backups; make none.' } },
  run: ({ args }) =>
    withNodes(args, async (verb) => {
      const { settings, terminal } = verb;
      if (!args.list)
        return await runUpkeep(verb, await lookAtLivingCluster(verb), { purpose: 'backup', verb: 'backup' });
      const rows = await allBackups(verb);
      if (settings.json) printJson(terminal, { backups: rows });
      else printLines(terminal.output, backupLines(rows));
      return exitCode.done;
    }),
});

interface Row {
  readonly backup: string;
  readonly bytes: number;
  /** Where it is whole, and where it is damaged. */
  readonly whole: readonly string[];
  readonly damaged: readonly string[];
}

const here = 'this machine';

/** The newest first. A manager that does not answer is left out. */
async function allBackups({ opened, settings }: SiteVerb): Promise<Row[]> {
  const local = (await localBackups(settings.files)).map((each) => ({ ...each, place: here }));
  const managers = opened.site.nodes.filter(({ role }) => role === 'manager');
  const remote = await Promise.all(
    managers.map(async (node) => {
      const host = await opened.world.hosts.get(targetOf(node)).catch(() => undefined);
      const listed = await host?.run(listBackups(), { sudo: true, deadline: 60_000 }).catch(() => undefined);
      return parseBackups(listed?.stdout ?? '').map((each) => ({ ...each, place: node.name }));
    }),
  );
  const all = Map.groupBy([...local, ...remote.flat()], ({ id }) => id);
  return [...all]
    .toSorted(([one], [other]) => other.localeCompare(one))
    .map(([backup, places]) => ({
      backup,
      bytes: Math.max(...places.map(({ bytes }) => bytes)),
      whole: places.filter(({ whole }) => whole).map(({ place }) => place),
      damaged: places.filter(({ whole }) => !whole).map(({ place }) => place),
    }));
}

function backupLines(rows: readonly Row[]): string[] {
  if (rows.length === 0) return ['No backups yet.'];
  const table = rows.map(({ backup, bytes, whole, damaged }) => [
    backup,
    asLsblk(bytes),
    [...whole, ...damaged.map((place) => `${place} (damaged)`)].join(', '),
  ]);
  return columns([['Backup', 'Size', 'On'], ...table]);
}
