import { type RunSummary, unfinishedRun, wasRolledBack } from '../engine/runs.ts';
import { Fault } from '../errors/fault.ts';
import { outsideOf, outsideText } from '../kubernetes/outside-words.ts';
import { targetOf } from '../network/targets.ts';
import { helmValues } from '../plan/values.ts';
import type { Files } from '../site/files.ts';
import type { Observation } from '../status/observation.ts';
import { observe } from '../status/observe.ts';
import type { StatusReport } from '../status/report.ts';
import { judge } from '../status/verdict.ts';
import { kloudspot } from '../text/command.ts';
import type { RefusedNodes } from './enter-nodes.ts';
import type { OpenedSite } from './site.ts';

export interface ObserveOptions {
  /** Nodes that refused, and are not tried. */
  readonly refused?: RefusedNodes | undefined;
  /** A verb acts on what is seen, or keeps it, and waits longer for it: what is only shown must come soon. */
  readonly patient?: boolean;
}

/** ms for each answer of the API that a verb acts on. */
const patience = 30_000;

/** Looks at cluster and product through whichever manager answers. Never throws for a node that is dead. */
export function observeSite(
  { site, product, world }: OpenedSite,
  { refused = new Map(), patient = false }: ObserveOptions = {},
): Promise<Observation> {
  const nodes = new Map(site.nodes.map((node) => [node.name, node]));
  const open = async (name: string) => {
    const node = nodes.get(name);
    if (!node) throw new Fault({ what: `The site has no node ${name}.` });
    const refusal = refused.get(name);
    if (refusal !== undefined) throw refusal;
    return world.hosts.get(targetOf(node));
  };
  return observe({ site, product, clock: world.clock, open, ...(patient ? { patience } : {}) });
}

/** Looks and judges. A run that is under way or not finished comes before everything else. */
export async function statusOf(opened: OpenedSite, files: Files, options?: ObserveOptions): Promise<StatusReport> {
  const { site, product } = opened;
  const [seen, run] = await Promise.all([observeSite(opened, options), unfinishedRun(files)]);
  const report = saidOutside(site, judge(site, product, seen, helmValues(site, product)));
  return withRun(report, run && (await stateOf(run)));
}

/** `rolled-back`: it failed and has put what was there before in force again. */
type UnfinishedState = RunSummary['state'] | 'rolled-back';

const stateOf = async (run: RunSummary): Promise<UnfinishedState> =>
  run.state === 'failed' && (await wasRolledBack(run)) ? 'rolled-back' : run.state;

/** Advice about nodes of MicroK8s, as it reads for a cluster that is there already. */
function saidOutside({ cluster, nodes }: OpenedSite['site'], report: StatusReport): StatusReport {
  if (cluster.kubeconfig === undefined) return report;
  const outside = outsideOf(cluster.kubeconfig);
  const say = (text: string) => outsideText(text, outside, nodes[0]?.name ?? '');
  return { ...report, reasons: report.reasons.map(say), next: report.next && say(report.next) };
}

/** A run that is not finished explains most of it: to continue it comes before every other advice. One that was rolled back left nothing to continue. */
export function withRun(report: StatusReport, run: UnfinishedState | undefined): StatusReport {
  if (run === undefined) return report;
  if (run === 'rolled-back') {
    const reasons = [...report.reasons.slice(0, 4), 'The last change did not become ready and was rolled back.'];
    return { ...report, reasons, next: report.next ?? kloudspot('attach') };
  }
  const { reason, next } = unfinishedWords(run);
  return { ...report, reasons: [reason, ...report.reasons].slice(0, 5), next };
}

/** Of a run that has not come to its end, by its state: what it is, and the command that continues it. */
export const unfinishedWords = (run: string): { readonly reason: string; readonly next: string } =>
  run === 'running'
    ? { reason: 'A run is under way.', next: kloudspot('attach') }
    : { reason: 'The last run is not finished.', next: kloudspot('resume') };
