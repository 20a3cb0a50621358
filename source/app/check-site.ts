import { runChecks } from '../check/run.ts';
import { ensureAccess } from '../cli/line/access.ts';
import type { Terminal } from '../cli/line/terminal.ts';
import type { NodeFacts } from '../facts/facts.ts';
import { targetOf } from '../network/targets.ts';
import type { Finding } from '../site/finding.ts';
import { gatherEvidence } from './evidence.ts';
import { lookAtNodes } from './look.ts';
import type { Settings } from './settings.ts';
import type { OpenedSite } from './site.ts';

/** All findings on a site, and the facts of the nodes that were reached. Changes nothing. */
export async function checkSite(
  { site, product, passwords, world }: OpenedSite,
  settings: Settings,
  terminal: Terminal,
): Promise<{ readonly facts: ReadonlyMap<string, NodeFacts>; readonly findings: readonly Finding[] }> {
  await ensureAccess({ targets: site.nodes.map(targetOf), world, passwords, settings, terminal });
  const { facts, unreached } = await lookAtNodes(site.nodes, world);
  const passwordsInMemory = passwords.all().length > 0;
  const evidence = await gatherEvidence(site, world.hosts, world.clock, { unreached, passwordsInMemory });
  return { facts, findings: runChecks({ site, product, facts, evidence }) };
}
