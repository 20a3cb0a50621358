import { type ExitCode, exitCode } from '../../errors/fault.ts';
import { ownClass } from '../../storage/classes.ts';
import { sharedEngine } from '../../storage/engines/engines.ts';
import { type EstimateInput, estimateStorage, type StorageEstimate } from '../../storage/estimate.ts';
import type { StorageWish } from '../../storage/volumes.ts';
import type { Questions } from '../line/questions.ts';
import { availableLine, groupsAndDisksOf, poolLines, requiredLine, verdictLines } from '../text/estimate-text.ts';
import { askFeatures, askOpenebs, askSizes, evidenceOf, type StorageFlags, withFlags } from './answers.ts';
import {
  computedLines,
  engineLines,
  headLines,
  openebsLine,
  rememberLine,
  sizeLines,
  unsharedLine,
} from './estimate-lines.ts';
import type { StorageSubject } from './subject.ts';

/** What the flow needs; tests hand in their own. */
export interface EstimateRequest {
  readonly subject: Omit<StorageSubject, 'world' | 'passwords' | 'close'>;
  readonly flags: StorageFlags;
  /** Whether a release of OpenEBS was seen; undefined where the cluster could not be asked. */
  readonly openebs: boolean | undefined;
  /** Undefined: no one is asked. */
  readonly ask: Questions | undefined;
  readonly line: (text: string) => void;
  /** Installs the engines on the cluster that is there. */
  readonly install: () => Promise<ExitCode>;
}

export interface EstimateResult {
  readonly code: ExitCode;
  readonly wish: StorageWish;
  readonly estimate: StorageEstimate;
}

/** The questions and lines of the verb, in the order of the vendor's transcript. */
export async function runEstimate(request: EstimateRequest): Promise<EstimateResult> {
  const { subject, flags, openebs, ask, line } = request;
  const { product, nodes, facts, unreached } = subject;
  const print = (lines: readonly string[]) => lines.forEach(line);
  let wish = withFlags(subject.wish, flags, product);
  print([...headLines(subject), openebsLine(openebs)]);
  const ended = await installation(request, wish);
  const cluster = hasCluster(subject);
  print([...engineLines(wish, openebs, cluster, ended), '']);
  print(groupsAndDisksOf(nodes, facts, unreached));
  if (ask && flags.features === undefined) {
    line('What features do you want to use');
    wish = await askFeatures(wish, product, ask);
  }
  print(beforeSizes(subject, wish));
  if (ask) {
    line('How much storage do you want to assign to each volume');
    wish = await askSizes(wish, product, ask);
  }
  const estimate = estimateOf(subject, wish);
  if (!ask) print(sizeLines(estimate));
  print(computedLines(estimate));
  print([requiredLine(estimate), ...verdictLines(estimate), rememberLine(nodes)]);
  const fits = estimate.verdict === 'ok' || estimate.verdict === 'tight';
  return { code: ended || (fits ? exitCode.done : exitCode.preflightFailed), wish, estimate };
}

/** Asks where OpenEBS is not there, and installs it where it was wanted and a cluster stands. Gives how that run ended; undefined: there was none. */
async function installation(
  { subject, flags, openebs, ask, line, install }: EstimateRequest,
  { storage }: StorageWish,
): Promise<ExitCode | undefined> {
  if (ask === undefined || openebs !== false || flags.engine !== undefined) return undefined;
  if (!sharedEngine(storage.shared.engine).ours && ownClass(storage, 'unshared') !== undefined) return undefined;
  if (!(await askOpenebs(ask)) || !hasCluster(subject)) return undefined;
  line('installing OpenEBS...');
  return await install();
}

function estimateOf(
  { kind, clusterSize, product, nodes, facts }: EstimateRequest['subject'],
  wish: StorageWish,
): StorageEstimate {
  const input: EstimateInput = { ...wish, nodes };
  if (kind === 'machine' && (wish.whatIf || wish.storage.workload))
    return estimateStorage({ ...input, whatIf: { nodes: clusterSize, ...wish.whatIf } }, product, [...facts.values()]);
  return estimateStorage(input, product, [...facts.values()]);
}

function hasCluster({ facts }: EstimateRequest['subject']): boolean {
  return [...facts.values()].some(({ microk8s }) => microk8s?.running);
}

/** Where the volumes go and what is there for them, before sizes are asked for. */
function beforeSizes(subject: EstimateRequest['subject'], wish: StorageWish): string[] {
  const estimate = estimateOf(subject, wish);
  const inferred = evidenceOf(wish, subject.product);
  const using = unsharedLine(wish, estimate);
  return [...(inferred ? [inferred] : []), using, availableLine(estimate), ...poolLines(estimate), ''];
}
