import * as z from 'zod';
import type { RunHandle } from '../engine/journal/event.ts';
import { listRuns, readPlanText, summarizeRun } from '../engine/runs.ts';
import { wantedAddress } from '../network/addresses.ts';
import type { Files } from '../site/files.ts';
import { type Site, siteSchema } from '../site/schema.ts';

const planSchema = z.object({ site: siteSchema });

/** The site of the newest run on it that came to its end; undefined where this machine carried out none. */
export async function lastSite(files: Files, name: string): Promise<Site | undefined> {
  for (const run of (await listRuns(files)).reverse()) {
    const site = await siteOf(run);
    if (site?.name === name && (await summarizeRun(run)).state === 'done') return site;
  }
  return undefined;
}

/** Those of these names and addresses of nodes that the site of any run names, whether that run came to its end or not. */
export async function namedBefore(files: Files, name: string, wanted: readonly string[]): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  if (wanted.length === 0) return found;
  for (const run of (await listRuns(files)).reverse()) {
    const site = await siteOf(run);
    if (site?.name !== name) continue;
    const known = new Set(site.nodes.flatMap((node) => [node.name, node.reach, wantedAddress(node)?.address]));
    for (const one of wanted) if (known.has(one)) found.add(one);
    if (found.size === wanted.length) break;
  }
  return found;
}

async function siteOf(run: RunHandle): Promise<Site | undefined> {
  const text = await readPlanText(run).catch(() => undefined);
  return text === undefined ? undefined : planSchema.safeParse(parsed(text)).data?.site;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
