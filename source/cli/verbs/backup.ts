import { exitCode } from '../../errors/fault.ts';
import { messageOf } from '../../errors/thrown.ts';
import { type Answer, onSuccess } from '../../host/answer.ts';
import { targetOf } from '../../network/targets.ts';
import { type ListedBackup, listBackups, parseBackups } from '../../plan/steps/backup-scripts.ts';
import type { SiteNode } from '../../site/schema.ts';
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
      const { rows, silent } = await allBackups(verb);
      if (settings.json) printJson(terminal, { backups: rows, silent });
      else printLines(terminal.output, backupLines(rows, silent));
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

/** A manager whose backups are not known. */
interface Silent {
  readonly node: string;
  readonly why: string;
}

/** The newest first, and the managers that did not tell. */
async function allBackups({ opened, settings }: SiteVerb): Promise<{ rows: Row[]; silent: Silent[] }> {
  const local = (await localBackups(settings.files)).map((each) => ({ ...each, place: here }));
  const managers = opened.site.nodes.filter(({ role }) => role === 'manager');
  const asked = await Promise.all(
    managers.map(async (node) => ({ node: node.name, answer: await listedOn(opened, node) })),
  );
  const remote = asked.flatMap(({ node, answer }) =>
    answer.answered ? answer.value.map((each) => ({ ...each, place: node })) : [],
  );
  const silent = asked.flatMap(({ node, answer }) => (answer.answered ? [] : [{ node, why: answer.said }]));
  return { rows: rowsOf([...local, ...remote]), silent };
}

async function listedOn({ world }: SiteVerb['opened'], node: SiteNode): Promise<Answer<ListedBackup[]>> {
  try {
    const host = await world.hosts.get(targetOf(node));
    return onSuccess(await host.run(listBackups(), { sudo: true, deadline: 60_000 }), parseBackups);
  } catch (error) {
    return { answered: false, said: messageOf(error) };
  }
}

function rowsOf(found: readonly (ListedBackup & { readonly place: string })[]): Row[] {
  return [...Map.groupBy(found, ({ id }) => id)]
    .toSorted(([one], [other]) => other.localeCompare(one))
    .map(([backup, places]) => ({
      backup,
      bytes: Math.max(...places.map(({ bytes }) => bytes)),
      whole: places.filter(({ whole }) => whole).map(({ place }) => place),
      damaged: places.filter(({ whole }) => !whole).map(({ place }) => place),
    }));
}

function backupLines(rows: readonly Row[], silent: readonly Silent[]): string[] {
  const unknown = silent.map(({ node, why }) => `Not listed: those on ${node}. ${why}`);
  if (rows.length === 0) return [silent.length === 0 ? 'No backups yet.' : `No backups on ${here}.`, ...unknown];
  const table = rows.map(({ backup, bytes, whole, damaged }) => [
    backup,
    asLsblk(bytes),
    [...whole, ...damaged.map((place) => `${place} (damaged)`)].join(', '),
  ]);
  return [...columns([['Backup', 'Size', 'On'], ...table]), ...unknown];
}
