import { settingsFrom } from '../../app/settings.ts';
import { exitCode } from '../../errors/fault.ts';
import type { StorageFacts } from '../../facts/facts.ts';
import { asLsblk, gigabytes } from '../../storage/bytes.ts';
import { type DiskRow, diskRows } from '../../storage/disks.ts';
import { groupTrouble } from '../../storage/groups.ts';
import { columns } from '../../text/table.ts';
import { screenWidth } from '../../ui/plain/output.ts';
import { globalFlags } from '../line/flags.ts';
import { rehearsalNote, scenarioOf } from '../line/rehearsal-note.ts';
import { printJson, printLines, processTerminal } from '../line/terminal.ts';
import { defineVerb } from '../line/verb.ts';
import { openStorageSubject, type StorageSubject } from '../sizing/subject.ts';

export default defineVerb({
  name: 'storage list',
  about:
    'Volume groups, disks and volumes of all nodes of the site, and why each can or cannot be used; without a site those of this machine. Changes nothing.',
  flags: globalFlags,
  run: async ({ args }) => {
    const settings = settingsFrom(args);
    const terminal = processTerminal();
    const subject = await openStorageSubject(settings, terminal);
    try {
      if (settings.json) printJson(terminal, { ...asData(subject), ...scenarioOf(subject.world) });
      else
        printLines(terminal.output, [
          ...rehearsalNote(subject.world),
          ...listLines(subject, screenWidth(terminal.output)),
        ]);
      return subject.unreached.size > 0 ? exitCode.preflightFailed : exitCode.done;
    } finally {
      await subject.close();
    }
  },
});

type Listed = Pick<StorageSubject, 'kind' | 'name' | 'nodes' | 'facts' | 'unreached'>;

const head = ['Node', 'What', 'Name', 'Size', 'Free', 'Kind', 'Model', 'Serial', 'Usable'];

/** One table over all nodes: groups first, then disks and what lies on them. */
export function listLines({ kind, name, nodes, facts, unreached }: Listed, width?: number): string[] {
  const rows = nodes.flatMap((node): string[][] => {
    const storage = facts.get(node.name)?.storage;
    if (storage) return [...groupRows(node.name, storage), ...deviceRows(node.name, storage)];
    const why = unreached.get(node.name) ?? facts.get(node.name)?.problems['storage'] ?? 'its disks could not be read';
    return [[node.name, '-', '-', '-', '-', '-', '-', '-', `not seen: ${why}`]];
  });
  const from = kind === 'site' ? `Storage of site ${name}` : `There is no site yet: storage of this machine (${name})`;
  return [from, '', ...columns([head, ...rows], width)];
}

function groupRows(node: string, storage: StorageFacts): string[][] {
  return storage.volumeGroups.map((group) => {
    const trouble = groupTrouble(storage, group);
    const usable = trouble ? `no: ${trouble.what}` : group.freeBytes > 0 ? 'yes' : 'no: it is full';
    const size = gigabytes(group.sizeBytes);
    return [node, 'group', group.name, size, gigabytes(group.freeBytes), 'LVM', '-', '-', usable];
  });
}

function deviceRows(node: string, storage: StorageFacts): string[][] {
  return diskRows(storage).map(({ device, depth, usable, why }) => [
    node,
    typeWords[device.type] ?? device.type,
    `${'  '.repeat(depth)}${device.path}`,
    asLsblk(device.sizeBytes),
    '-',
    kindOf(device),
    device.model ?? '-',
    device.serial ?? '-',
    usable ? 'yes: blank as far as lsblk shows' : `no: ${why}`,
  ]);
}

const typeWords: Readonly<Record<string, string>> = { part: 'partition', lvm: 'volume' };

function kindOf({ type, rotational, transport }: DiskRow['device']): string {
  if (type !== 'disk') return '-';
  return [rotational ? 'HDD' : 'SSD', ...(transport ? [transport] : [])].join(', ');
}

function asData({ kind, name, nodes, facts, unreached }: Listed): Record<string, unknown> {
  return {
    subject: { kind, name },
    nodes: nodes.map((node) => {
      const storage = facts.get(node.name)?.storage;
      if (!storage) return { node: node.name, unreached: unreached.get(node.name) ?? 'its disks could not be read' };
      return {
        node: node.name,
        volumeGroups: storage.volumeGroups.map((group) => ({ ...group, trouble: groupTrouble(storage, group)?.what })),
        logicalVolumes: storage.logicalVolumes,
        devices: diskRows(storage).map(({ device: { children: _, ...device }, depth, usable, why }) => ({
          ...device,
          depth,
          usable,
          why,
        })),
      };
    }),
  };
}
