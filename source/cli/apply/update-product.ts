import { type SiteDocument, valuesDocument } from '../../app/documents.ts';
import { isOtherChart, type ReleaseChange, releaseChange } from '../../app/release-change.ts';
import { changedSite } from '../../app/set-values.ts';
import { type Settings, siteToChange } from '../../app/settings.ts';
import { type OpenedSite, openSite } from '../../app/site.ts';
import { refuseUntold } from '../../app/untold.ts';
import { type ExitCode, Fault } from '../../errors/fault.ts';
import { parseChartName } from '../../kubernetes/helm.ts';
import { channelForm } from '../../microk8s/tracks.ts';
import { growthOf } from '../../plan/stages/claim-refusal.ts';
import { refuseStepBack } from '../../plan/stages/upgrade.ts';
import type { Site } from '../../site/schema.ts';
import type { Observation } from '../../status/observation.ts';
import { volumesFor } from '../../storage/volumes.ts';
import { kloudspot } from '../../text/command.ts';
import { diffLines, shortDiff } from '../../ui/model/diff.ts';
import type { SiteVerb } from '../line/site-verb.ts';
import type { Terminal } from '../line/terminal.ts';
import { releaseChangeLines, unheardLines, waitingLines } from '../text/release-change-text.ts';
import { lookAtCluster, runProductPlan, type SeenCluster, siteBefore, tell } from './product-verb.ts';

/** What `update` and `storage grow` change. */
export interface UpdateWish {
  readonly newest: boolean;
  /** `PATH=VALUE`, of `site.yaml`, by what was read of the site. */
  readonly set: (opened: OpenedSite) => readonly string[];
  /** Id of the volume that this is about: with nothing to grow there is nothing to do. */
  readonly onlyGrows?: string | undefined;
}

/** Brings what `site.yaml` says, with these changes, to the running product. */
export async function updateProduct(
  settings: Settings,
  terminal: Terminal,
  { newest, set, onlyGrows }: UpdateWish,
): Promise<ExitCode> {
  const found = await openSite(settings);
  try {
    const changes = set(found);
    const change = changes.length === 0 ? undefined : await changedSite(found.site, siteToChange(settings), changes);
    const { site, product } = change ?? found;
    const verb = { opened: { ...found, site, product }, settings, terminal };
    const seen = await lookAtCluster(verb);
    refuseUntold(seen);
    refuseUninstalled(seen, verb);
    if (site.cluster.channel !== found.site.cluster.channel) refuseOlder(seen, site.cluster.channel);
    const growth = seen.standing ? growthOf(site, product, seen.standing, found.site) : [];
    if (growth.length === 0) refuseGrown(onlyGrows, found.site, verb.opened, seen);
    const values = await valuesDocument(site, product, settings.files);
    tell(verb, [...forApplyLines(changes), ...valuesDifference(values)]);
    const chartVersion = seen.release && parseChartName(seen.release.chart)?.version;
    const remade = new Set(growth.flatMap(({ statefulSet }) => statefulSet ?? []));
    const released = await releaseChange(verb.opened, seen, { newestChart: newest, chartVersion }, remade);
    if (released)
      tell(verb, [...unheardLines(released), ...releaseChangeLines(released, { all: settings.verbose, newest })]);
    tell(verb, waitingLines(seen, { rollsBack: growth.length === 0 }));
    const siteFile = change === undefined ? [] : [{ path: settings.site, content: change.text, mode: 0o644 }];
    const kept = changesCluster(released, growth.length > 0) ? await siteBefore(verb) : undefined;
    const revision = seen.release?.revision;
    const notReady = (seen.workloads ?? []).filter(({ complete }) => !complete).map(({ name }) => name);
    const wish = {
      purpose: 'update',
      newestChart: newest,
      chartVersion,
      siteBefore: kept,
      revision,
      notReady,
    } as const;
    return await runProductPlan(verb, seen, wish, [...siteFile, values]);
  } finally {
    await found.close();
  }
}

/** Unknown counts as a change: a backup too many does no harm. */
const changesCluster = (change: ReleaseChange | undefined, grows: boolean): boolean =>
  grows || change?.objects === undefined || change.objects.length > 0 || isOtherChart(change);

function refuseUninstalled({ release }: Observation, { opened }: SiteVerb): void {
  if (release) return;
  throw new Fault({
    what: `${opened.product.name} is not installed on ${opened.site.name}: there is nothing to update.`,
    next: [`${kloudspot('start')}  installs it.`],
  });
}

/** Written first and refused by `apply` later, it would stay in `site.yaml`. */
function refuseOlder({ machines }: SeenCluster, channel: string): void {
  const standing = machines.flatMap(({ node, snap }) =>
    typeof snap === 'object' && channelForm.test(snap.tracking) ? [{ node, channel: snap.tracking }] : [],
  );
  refuseStepBack(standing, channel);
}

/** A size that the volume has already, in the cluster and in `site.yaml`. */
function refuseGrown(
  id: string | undefined,
  before: Site,
  now: Pick<OpenedSite, 'site' | 'product'>,
  seen: SeenCluster,
) {
  const sized = (site: Site) =>
    volumesFor(site, now.product).find((each) => each.id.toLowerCase() === id?.toLowerCase());
  const volume = sized(now.site);
  if (!volume || !seen.standing || sized(before)?.gib !== volume.gib) return;
  throw new Fault({
    what: `${volume.label} has ${volume.gib} GB already.`,
    unchanged: true,
    next: [`A larger size: ${kloudspot(`storage grow ${volume.id} ${volume.gib + 1}`)}`],
  });
}

/** By what of the site file machines and cluster are built. Of it the product takes what its values hold, and no more. */
const forApply = /^(nodes|network|system|cluster(?!\.(nodeMemoryGiB|kubeconfig)$))\b/;

function forApplyLines(changes: readonly string[]): string[] {
  const left = changes.map((change) => change.slice(0, change.indexOf('='))).filter((path) => forApply.test(path));
  if (left.length === 0) return [];
  return [`! ${left.join(', ')}: an update changes only the product. Nodes and cluster: ${kloudspot('apply')}`, ''];
}

function valuesDifference({ path, content, before = '' }: SiteDocument): string[] {
  if (before === content) return ['The values have not changed.', ''];
  const lines = shortDiff(diffLines(before, content)).map(({ mark, text }) => `  ${mark} ${text}`);
  return [`${path}:`, ...lines, ''];
}
