import type { LiveEvidence } from '../check/evidence.ts';
import { runChecks } from '../check/run.ts';
import { accessFindings } from '../check/subjects/access.ts';
import type { NodeFacts } from '../facts/facts.ts';
import { targetOf } from '../network/targets.ts';
import type { Files } from '../site/files.ts';
import type { Finding } from '../site/finding.ts';
import type { Site } from '../site/schema.ts';
import type { EarlyAddresses } from './ask-addresses.ts';
import { type AccessPrompts, connect, type Seen } from './connect.ts';
import { addressesEarly, type EvidenceOptions, gatherEvidence } from './evidence.ts';
import { refuseOutside } from './outside.ts';
import { type Living, lookAtLiving } from './plan-living.ts';
import { askRelease } from './release/ask.ts';
import { siteToBuild } from './seen-storage.ts';
import type { OpenedSite } from './site.ts';

/** What was seen of a site: of its nodes, and of its cluster where it is there already. */
export interface SeenSite {
  readonly seen: Seen;
  readonly living: Living;
  /** What its first nodes were asked while all were looked at. */
  readonly early: EarlyAddresses;
}

interface JudgedSite {
  readonly facts: ReadonlyMap<string, NodeFacts>;
  readonly findings: readonly Finding[];
  readonly pairs: NonNullable<LiveEvidence['pairs']>;
}

/** Looks at all nodes and at the cluster, and judges nothing yet. Changes nothing. */
export async function lookAtSite(opened: OpenedSite, prompts: AccessPrompts, files: Files): Promise<SeenSite> {
  refuseOutside(opened.site);
  const early = addressesEarly(opened.site, opened.world.hosts);
  const seen = await connect(opened.site.nodes.map(targetOf), { ...opened, prompts, onLogin: early.begin });
  return { seen, living: await lookAtLiving(opened, seen.facts, files), early };
}

/** All findings on a site that was looked at; what only the present moment can tell is asked now. */
export async function judgeSite(opened: Judged, { seen, living, early }: SeenSite): Promise<JudgedSite> {
  const { findings, evidence } = await judge(opened, seen, living, { early });
  return { facts: seen.facts, findings, pairs: evidence.pairs ?? new Map() };
}

/** All findings on a site, and the facts of the nodes that were reached. Changes nothing. */
export async function checkSite(opened: OpenedSite, prompts: AccessPrompts, files: Files): Promise<JudgedSite> {
  const looked = await lookAtSite(opened, prompts, files);
  return judgeSite({ ...opened, site: siteToBuild(opened, looked.living) }, looked);
}

/** All findings on a site from what was seen of its nodes; what only the present moment can tell is asked now. */
export async function judgeSeen(
  opened: Judged,
  seen: Pick<Seen, 'facts' | 'unreached'> & Partial<Pick<Seen, 'advice'>>,
  files: Files,
  signal?: AbortSignal,
): Promise<readonly Finding[]> {
  const living = await lookAtLiving(opened, seen.facts, files);
  return (await judge(opened, seen, living, { signal })).findings;
}

/** Of a site some of whose nodes were not reached: what is not known of them, and what to do. */
export const judgeReached = (
  site: Site,
  { facts, unreached, advice }: Seen,
  cluster: Living['cluster'],
): readonly Finding[] =>
  accessFindings({ site, facts, evidence: { atMs: 0, unreached, reachAdvice: advice, cluster } });

type Judged = Pick<OpenedSite, 'site' | 'product' | 'world' | 'passwords'> & Partial<Pick<OpenedSite, 'from'>>;

async function judge(
  opened: Judged,
  { facts, unreached, advice: reachAdvice }: Pick<Seen, 'facts' | 'unreached'> & Partial<Pick<Seen, 'advice'>>,
  { cluster, standing }: Living,
  { signal, early }: Pick<EvidenceOptions, 'signal' | 'early'>,
): Promise<{ readonly findings: readonly Finding[]; readonly evidence: LiveEvidence }> {
  const { site, product, world, passwords } = opened;
  const passwordsInMemory = passwords.all().length > 0;
  const [heard, release] = await Promise.all([
    gatherEvidence({ site, product }, world, { facts, unreached, reachAdvice, passwordsInMemory, signal, early }),
    askRelease(opened, cluster),
  ]);
  const evidence = { ...heard, release, cluster, claims: standing?.claims, provisioners: standing?.provisioners };
  signal?.throwIfAborted();
  return { findings: runChecks({ site, product, facts, evidence }), evidence };
}
