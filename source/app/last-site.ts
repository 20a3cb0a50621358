import * as z from 'zod';
import { listRuns, readPlanText, summarizeRun } from '../engine/runs.ts';
import type { Files } from '../site/files.ts';
import { type Site, siteSchema } from '../site/schema.ts';

const planSchema = z.object({ site: siteSchema });

/** The site of the newest run on it that came to its end; undefined where this machine carried out none. */
export async function lastSite(files: Files, name: string): Promise<Site | undefined> {
  for (const run of (await listRuns(files)).reverse()) {
    const text = await readPlanText(run).catch(() => undefined);
    const plan = text === undefined ? undefined : planSchema.safeParse(parsed(text)).data;
    if (plan?.site.name === name && (await summarizeRun(run)).state === 'done') return plan.site;
  }
  return undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
