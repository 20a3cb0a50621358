import { type ExitCode, exitCode } from '../../errors/fault.ts';
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
  readonly subject: Omit<StorageSubject, 'world' | 'close'>;
  readonly flags: StorageFlags;
  /** Whether a release of OpenEBS was seen; undefined where the cluster could not be asked. */
  readonly openebs: boolean | undefined;
  /** Undefined: no one is asked. */
  readonly ask: Questions | undefined;
  readonly line: (text: string) => void;
}

export interface EstimateResult {
  readonly code: ExitCode;
  readonly wish: StorageWish;
  readonly estimate: StorageEstimate;
}

/** The questions and lines of the verb, in the order of the vendor's transcript. */
export async function runEstimate({ subject, flags, openebs, ask, line }: EstimateRequest): Promise<EstimateResult> {
  const { product, nodes, facts, unreached } = subject;
  const print = (lines: readonly string[]) => lines.forEach(line);
  let wish = withFlags(subject.wish, flags, product);
  print([...headLines(subject), openebsLine(openebs)]);
  const install = ask !== undefined && openebs === false && flags.engine === undefined && (await askOpenebs(ask));
  print([
    ...engineLines(wish, openebs, install, hasCluster(subject)),
    '',
    ...groupsAndDisksOf(nodes, facts, unreached),
  ]);
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
  const code = estimate.verdict === 'ok' || estimate.verdict === 'tight' ? exitCode.done : exitCode.preflightFailed;
  return { code, wish, estimate };
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
  return [...(inferred ? [inferred] : []), unsharedLine(wish), availableLine(estimate), ...poolLines(estimate), ''];
}
