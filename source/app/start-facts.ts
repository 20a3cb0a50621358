import { statSync } from 'node:fs';
import { textNow } from '../host/read-text-now.ts';
import { recentSites } from '../operator/recent-sites.ts';
import { nameOfProduct } from '../product/name.ts';
import { defaultProduct } from '../site/default-product.ts';
import { topTexts } from '../site/top-level.ts';
import { safeLine } from '../text/safe-text.ts';
import { lastRun } from './last-run.ts';
import type { StartFacts } from './session.ts';
import type { Settings } from './settings.ts';

type Places = Pick<Settings, 'files' | 'site' | 'siteGiven' | 'rehearsal'>;

/**
 * What the start page shows, read in a few ms: no schema is loaded, no file is judged. `product`: of a new site, by name or file.
 */
export async function readStartFacts(places: Places, product?: string): Promise<StartFacts> {
  const { files } = places;
  const draft = await glance(files.draft);
  const installed = await glance(files.site);
  const given = places.siteGiven ? await glance(places.site) : undefined;
  const named = product ?? (places.siteGiven ? given : ((await scenarioOf(places)) ?? draft))?.product;
  const savedAt = draft && statSync(files.draft).mtime;
  return {
    productName: await nameOfProduct(named ?? defaultProduct).catch(() => undefined),
    draft: draft && savedAt && { name: draft.name ?? '', savedAt },
    installed: installed && { name: installed.name ?? 'the site', path: files.site, run: lastRun(files) },
    given: places.siteGiven ? places.site : undefined,
    recent: recentSites(files),
  };
}

/** A scenario in a file of one's own may be of another product than those that come with the program. */
async function scenarioOf({ rehearsal }: Places): Promise<Glance | undefined> {
  return rehearsal?.scenario?.includes('/') ? glance(rehearsal.scenario) : undefined;
}

interface Glance {
  readonly name: string | undefined;
  readonly product: string | undefined;
}

/** Name and product that a site file or a draft says. What is not YAML says neither: opening it says why. */
async function glance(path: string): Promise<Glance | undefined> {
  const text = textOf(path);
  if (text === undefined) return undefined;
  const texts = await topTexts(text, ['name', 'product']).catch(() => new Map<string, string>());
  const name = texts.get('name');
  return { name: name === undefined ? undefined : safeLine(name), product: texts.get('product') };
}

/** One that cannot be read is there all the same. */
function textOf(path: string): string | undefined {
  try {
    return textNow(path);
  } catch {
    return '';
  }
}
