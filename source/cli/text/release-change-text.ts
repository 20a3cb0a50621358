import { isOtherChart, type ReleaseChange } from '../../app/release-change.ts';
import type { ManifestChange } from '../../kubernetes/manifests.ts';
import { sayWaiting } from '../../kubernetes/workloads.ts';
import type { Observation } from '../../status/observation.ts';
import { listed } from '../../text/listed.ts';
import { counted } from '../../text/plural.ts';
import { diffLines, shortDiff } from '../../ui/model/diff.ts';

/** So many lines of differences are shown, unless all are asked for. */
const mostLines = 120;

/** Images that nothing was heard of: the run may begin, and their pods may wait. */
export const unheardLines = ({ unheard }: Pick<ReleaseChange, 'unheard'>): string[] =>
  unheard.length === 0
    ? []
    : [
        'These images were not found, and not every registry answered:',
        ...unheard.map(({ image, problem }) => `  ${image}: ${problem}`),
        '',
      ];

/** What is not ready before an update, which waits for it too, but not for a node that is lost. */
export function waitingLines(
  { workloads = [], nodes = [] }: Pick<Observation, 'workloads' | 'nodes'>,
  { rollsBack }: { readonly rollsBack: boolean },
): string[] {
  if (workloads.every(({ complete }) => complete)) return [];
  const end = rollsBack ? ', and goes back to the revision before where one does not become ready' : '';
  const lost = nodes.filter(({ ready }) => !ready).map(({ name }) => name);
  const except = lost.length === 0 ? '' : ` but for what only ${listed(lost)} can run`;
  return [`! Not ready now: ${sayWaiting(workloads)}. The update waits for every part${except}${end}.`, ''];
}

/** What an update changes: the chart, with its maker's words, and each object of the cluster. `newest`: the newest chart was asked for. */
export function releaseChangeLines(
  change: ReleaseChange,
  { all, newest = false }: { readonly all: boolean; readonly newest?: boolean },
): string[] {
  const { chart, objects } = change;
  const same = newest ? [`Chart: ${chart.to} is the newest one that the site allows.`, ''] : [];
  const version = isOtherChart(change)
    ? [`Chart: ${chart.from} becomes ${chart.to}.`, ...chart.changes.map((each) => `  - ${each}`), '']
    : same;
  if (objects === undefined)
    return [...version, 'Helm does not say what the release is made of: no difference is shown.', ''];
  if (objects.length === 0) return [...version, 'No object of the cluster changes.', ''];
  const lines = objects.flatMap(objectLines);
  const shown = all ? lines : lines.slice(0, mostLines);
  const rest = lines.length - shown.length;
  return [
    ...version,
    `${counted(objects.length, 'object')} of the cluster ${objects.length === 1 ? 'changes' : 'change'}:`,
    ...shown,
    ...(rest > 0 ? [`  … ${counted(rest, 'more line')}; --verbose shows them`] : []),
    '',
  ];
}

function objectLines({ object, kind, before, after }: ManifestChange): string[] {
  if (kind !== 'changed') return [`  ${object} ${kind === 'new' ? 'is made' : 'is removed'}`];
  const lines = shortDiff(diffLines(before, after), 1).map(({ mark, text }) => `    ${mark} ${text}`);
  return [`  ${object}:`, ...lines];
}
