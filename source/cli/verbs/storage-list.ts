import { settingsFrom } from '../../app/settings.ts';
import { exitCode } from '../../errors/fault.ts';
import type { StorageFacts } from '../../facts/facts.ts';
import type { Product } from '../../product/schema.ts';
import type { SiteNode } from '../../site/schema.ts';
import { asLsblk, asVgs, gibibyte } from '../../storage/bytes.ts';
import { namedCandidate, type PoolWish, poolCandidates } from '../../storage/candidates.ts';
import { storageDemand } from '../../storage/demand.ts';
import { type DiskRow, diskRows } from '../../storage/disks.ts';
import { groupTrouble } from '../../storage/groups.ts';
import { storageOf } from '../../storage/per-node.ts';
import type { StorageWish } from '../../storage/volumes.ts';
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
    'List volume groups, disks and volumes of all nodes of the site, or without a site of this machine, and why each can or cannot be used. Changes nothing.',
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

type Listed = Pick<StorageSubject, 'kind' | 'name' | 'nodes' | 'facts' | 'unreached' | 'wish' | 'product'>;

/** Node by node: groups, disks with what lies on them, and what could carry the pool of shared volumes. */
export function listLines(listed: Listed, width?: number): string[] {
  const { kind, name, nodes } = listed;
  const from = kind === 'site' ? `Storage of site ${name}` : `No site yet: storage of this machine (${name})`;
  return [from, ...nodes.flatMap((node) => ['', node.name, ...nodeLines(listed, node, width)])];
}

function nodeLines({ facts, unreached, wish, product }: Listed, node: SiteNode, width?: number): string[] {
  const storage = facts.get(node.name)?.storage;
  if (!storage) {
    const why = unreached.get(node.name) ?? facts.get(node.name)?.problems['storage'] ?? 'its disks could not be read';
    return [`  not seen: ${why}`];
  }
  const pool = poolOf(wish, product, node);
  return [
    ...table(['Volume group', 'Size', 'Free', 'Usable'], groupRows(storage), width),
    ...table(['Disk', 'Size', 'Kind', 'Serial', 'Usable for LVM'], deviceRows(storage), width),
    ...(pool ? table(['For shared volumes', 'Size', 'Kind', 'Usable'], poolRows(storage, pool), width) : []),
  ];
}

function table(head: readonly string[], rows: readonly (readonly string[])[], width?: number): string[] {
  return columns([head, ...rows], width === undefined ? undefined : width - 2).map((line) => `  ${line}`);
}

/** Nothing smaller than 1 GB is asked for. */
const leastVolume = gibibyte;

function groupRows(storage: StorageFacts): string[][] {
  return storage.volumeGroups.map((group) => {
    const trouble = groupTrouble(storage, group);
    const usable = trouble ? `no: ${trouble.what}` : group.freeBytes >= leastVolume ? 'yes' : 'no: it is full';
    return [group.name, asVgs(group.sizeBytes), asVgs(group.freeBytes), usable];
  });
}

/** Volumes that Kubernetes made are one row. */
function deviceRows(storage: StorageFacts): string[][] {
  const [made, rows] = partition(diskRows(storage), ({ device }) => /-pvc--/.test(device.path));
  const bytes = made.reduce((sum, { device }) => sum + device.sizeBytes, 0);
  const folded =
    made.length === 0 ? [] : [[`${made.length} made by Kubernetes`, asLsblk(bytes), '-', '-', 'no: in use']];
  return [...rows.map(deviceRow), ...folded];
}

function deviceRow({ device, depth, usable, why }: DiskRow): string[] {
  return [
    `${'  '.repeat(depth)}${device.path.replace(/^\/dev\/(mapper\/)?/, '')}`,
    asLsblk(device.sizeBytes),
    kindOf(device),
    device.serial ?? '-',
    `${usable ? 'yes: blank as far as lsblk shows' : `no: ${why}`}${device.model ? ` (${device.model})` : ''}`,
  ];
}

function poolRows(storage: StorageFacts, pool: PoolWish): string[][] {
  const candidates = poolCandidates(storage, pool);
  const named = namedCandidate(candidates, pool, storage);
  return candidates.map((each) => [
    each.name,
    asLsblk(each.sizeBytes),
    each.kind,
    `${each.usable ? 'yes' : 'no'}: ${each.why}${each === named ? ' (default)' : ''}`,
  ]);
}

/** Undefined where the node carries no pool. */
function poolOf(wish: StorageWish, product: Product, node: SiteNode): PoolWish | undefined {
  const { pool } = storageDemand(wish, product, node);
  const { device } = storageOf(wish.storage, node).shared;
  return pool && { ...pool, device, erase: node.storage?.shared?.erase };
}

function partition<T>(items: readonly T[], picks: (item: T) => boolean): [T[], T[]] {
  return [items.filter(picks), items.filter((item) => !picks(item))];
}

const typeWords: Readonly<Record<string, string>> = { part: 'partition', lvm: 'volume' };

function kindOf({ type, rotational, transport }: DiskRow['device']): string {
  if (type !== 'disk') return typeWords[type] ?? type;
  return [rotational ? 'HDD' : 'SSD', ...(transport ? [transport] : [])].join(', ');
}

function asData({ kind, name, nodes, facts, unreached, wish, product }: Listed): Record<string, unknown> {
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
        pool: poolChoices(storage, poolOf(wish, product, node)),
      };
    }),
  };
}

function poolChoices(storage: StorageFacts, pool: PoolWish | undefined): Record<string, unknown>[] {
  if (!pool) return [];
  const candidates = poolCandidates(storage, pool);
  const named = namedCandidate(candidates, pool, storage);
  return candidates.map((each) => ({ ...each, default: each === named }));
}
