import type { RunPast } from '../engine/journal/past.ts';
import type { Origin } from '../engine/process/origin.ts';
import { textIfPresent } from '../host/read-text.ts';
import { writeAtomic } from '../host/write-atomic.ts';
import { wantedAddress } from '../network/addresses.ts';
import type { Plan } from '../plan/document/document.ts';
import { filesUnder } from '../site/files.ts';
import { parseDraft } from '../site/load.ts';
import { siteText } from '../site/save.ts';
import { isMapping } from '../text/mapping.ts';

/**
 * Lets `reach` in the site file follow the addresses that the steps of a run gave the nodes, or restored. Comments stay.
 * Not after a rehearsal: its nodes have moved, and the machines that the file is for have not.
 */
export async function followAddresses({ root, site, rehearsal }: Origin, plan: Plan, past: RunPast): Promise<void> {
  if (rehearsal !== undefined) return;
  const path = site ?? filesUnder(root).site;
  const reaches = reachesAfter(plan, past);
  const text = reaches.size === 0 ? undefined : await textIfPresent(path);
  if (text === undefined) return;
  const draft = parseDraft(text);
  const nodes = Array.isArray(draft['nodes']) ? draft['nodes'] : [];
  const moved = nodes.map((node) => {
    if (!isMapping(node)) return node;
    const { known = [], reach } = reaches.get(String(node['name'])) ?? {};
    return known.includes(String(node['reach'])) ? { ...node, reach } : node;
  });
  const after = siteText({ ...draft, nodes: moved }, text);
  if (after !== text) await writeAtomic(path, after, 0o644);
}

/** Node → where it answers after the run, and the addresses that the run knew it by: another one was typed since, and stays. */
function reachesAfter({ site, steps }: Plan, past: RunPast): Map<string, { reach: string; known: readonly string[] }> {
  return new Map(
    site.nodes.flatMap((node) => {
      const wanted = wantedAddress(node)?.address;
      const step = steps.find((candidate) => candidate.kind === 'network' && candidate.node === node.name);
      if (wanted === undefined || step === undefined || past.of(step.id).attempts === 0) return [];
      const reach = past.of(step.id).state === 'done' ? wanted : node.reach;
      return [[node.name, { reach, known: [node.reach, wanted] }] as const];
    }),
  );
}
