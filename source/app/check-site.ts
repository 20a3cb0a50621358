import { runChecks } from '../check/run.ts';
import type { NodeFacts } from '../facts/facts.ts';
import { targetOf } from '../network/targets.ts';
import type { Finding } from '../site/finding.ts';
import { type AccessPrompts, connect, type Seen } from './connect.ts';
import { gatherEvidence } from './evidence.ts';
import type { OpenedSite } from './site.ts';

/** All findings on a site, and the facts of the nodes that were reached. Changes nothing. */
export async function checkSite(
  opened: OpenedSite,
  prompts: AccessPrompts,
): Promise<{ readonly facts: ReadonlyMap<string, NodeFacts>; readonly findings: readonly Finding[] }> {
  const seen = await connect(opened.site.nodes.map(targetOf), { ...opened, prompts });
  return { facts: seen.facts, findings: await judgeSeen(opened, seen) };
}

/** All findings on a site from what was seen of its nodes; what only the present moment can tell is asked now. */
export async function judgeSeen(
  { site, product, world, passwords }: Pick<OpenedSite, 'site' | 'product' | 'world' | 'passwords'>,
  { facts, unreached }: Pick<Seen, 'facts' | 'unreached'>,
  signal?: AbortSignal,
): Promise<readonly Finding[]> {
  const passwordsInMemory = passwords.all().length > 0;
  const evidence = await gatherEvidence(site, world, { unreached, passwordsInMemory, signal });
  signal?.throwIfAborted();
  return runChecks({ site, product, facts, evidence });
}
