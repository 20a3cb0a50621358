import { type ExitCode, exitCode } from '../../errors/fault.ts';
import { ownClass } from '../../storage/classes.ts';
import { sharedEngine } from '../../storage/engines/engines.ts';
import type { StorageEstimate } from '../../storage/estimate.ts';
import type { StorageWish } from '../../storage/volumes.ts';
import { kloudspot } from '../../text/command.ts';
import { cellsOf, rightAligned } from '../../text/width.ts';
import { unsharedGroups } from '../text/estimate-text.ts';
import type { StorageSubject } from './subject.ts';

export function headLines({
  kind,
  name,
  clusterSize,
}: Pick<StorageSubject, 'kind' | 'name' | 'clusterSize'>): string[] {
  const cluster = `Assuming a ${clusterSize} node cluster installation`;
  return kind === 'site'
    ? [`${cluster}: the nodes of site ${name}`]
    : [cluster, `No site yet: assuming that every node is like this machine (${name})`];
}

export function openebsLine(openebs: boolean | undefined): string {
  if (openebs === undefined) return 'Cannot determine whether Openebs is installed';
  return openebs ? 'Openebs is installed' : 'Openebs not installed';
}

/** `ended`: how the run of this estimate did; undefined where there was none. */
export function engineLines(
  wish: StorageWish,
  openebs: boolean | undefined,
  cluster: boolean,
  ended: ExitCode | undefined,
): string[] {
  const engine = sharedEngine(wish.storage.shared.engine);
  if (!engine.ours) return ['Shared volumes go to your own storage class: their room is not counted here'];
  const later = cluster
    ? `OpenEBS is not installed now; with the rest of the site: ${kloudspot('apply')}`
    : `Nothing is changed now: OpenEBS is installed by ${kloudspot('init')}`;
  const done = ['Successfully installed OpenEBS.', 'All PODs are UP now...'];
  const open = `OpenEBS is not installed: its run is not finished. To continue it: ${kloudspot('resume')}`;
  const without = openebs ? [] : [later];
  return [
    ...(ended === undefined ? without : ended === exitCode.done ? done : [open]),
    ...(engine.note ? [`Note: ${engine.note}`] : []),
  ];
}

export function unsharedLine({ storage }: StorageWish, estimate: StorageEstimate): string {
  const own = ownClass(storage, 'unshared');
  return own === undefined
    ? `Using ${unsharedGroups(estimate) ?? storage.unshared.volumeGroup} for unshared volumes`
    : `Unshared volumes go to your storage class ${own}: their room is not counted here`;
}

export function rememberLine(nodes: StorageSubject['nodes']): string {
  const workers = nodes.some(({ role }) => role === 'worker') ? ' (workers the unshared part only)' : '';
  return `Remember each node needs this amount of storage${workers}`;
}

export function sizeLines({ volumes }: StorageEstimate): string[] {
  if (volumes.length === 0) return ['These features store nothing'];
  const wide = Math.max(...volumes.map(({ label }) => cellsOf(label)));
  return volumes.map(
    ({ label, gib, class: of, from }) => `${rightAligned(`${label} (GB)`, wide + 5)} : ${gib} ${of}, ${from}`,
  );
}

/** Of each size from the workload: formula, what is in it, and what that rests on. */
export function computedLines({ volumes }: StorageEstimate): string[] {
  const computed = volumes.flatMap(({ label, computed }) => (computed ? [{ label, ...computed }] : []));
  if (computed.length === 0) return [];
  const names = new Map(computed.flatMap(({ values }) => values.map((each) => [each.name, each] as const)));
  return [
    '',
    'Sizes from the workload, bytes on each instance, whole GB up:',
    ...computed.flatMap(({ label, gib, formula, source }) => [
      `${label}: ${gib} GB = ${formula}`,
      `  Source: ${source}`,
    ]),
    'where',
    ...[...names.values()].map(({ name, value, from, source }) => {
      const rests = { site: 'as given', cluster: 'of this cluster', product: source ?? 'product' }[from];
      return `  ${name} = ${Number(value.toPrecision(6))}: ${rests}`;
    }),
    '',
  ];
}
