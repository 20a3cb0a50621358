import { access } from 'node:fs/promises';
import { Fault } from '../errors/fault.ts';
import { isMissing } from '../errors/thrown.ts';
import { type Passwords, readPasswords } from '../host/secrets.ts';
import { loadSiteWithProduct } from '../product/fit.ts';
import { loadProduct, productFor } from '../product/load.ts';
import type { Product } from '../product/schema.ts';
import type { Finding } from '../site/finding.ts';
import { judgeDraft, parseDraft } from '../site/load.ts';
import type { Site, SiteDraft } from '../site/schema.ts';
import { kloudspot } from '../text/command.ts';
import { defined } from '../text/defined.ts';
import { counted } from '../text/plural.ts';
import type { Settings } from './settings.ts';
import { openWorld, type World } from './world.ts';

/** A site with everything that a verb needs to look at it. Close it when done. */
export interface OpenedSite {
  readonly site: Site;
  readonly product: Product;
  readonly passwords: Passwords;
  readonly world: World;
  /** Where the site came from: a file, or the rehearsal's own draft. */
  readonly from: string;
  /** What was written there. */
  draft(): SiteDraft;
  close(): Promise<void>;
}

/** Passwords given for an unattended run; none where no flag names a source. */
export async function givenPasswords(settings: Settings): Promise<Passwords> {
  const { passwordFd: fd, passwordFile: file } = settings;
  return readPasswords(defined({ fd, file }));
}

/** `fresh`: a rehearsal begins with untouched machines. */
export async function openSite(settings: Settings, { fresh = false } = {}): Promise<OpenedSite> {
  const passwords = await givenPasswords(settings);
  const world = await openWorld({ files: settings.files, passwords, rehearsal: settings.rehearsal, fresh });
  try {
    const found = await findSite(settings, world);
    return { ...found, passwords, world, close: () => world.close() };
  } catch (error) {
    await world.close();
    throw error;
  }
}

async function findSite(
  settings: Settings,
  world: World,
): Promise<Pick<OpenedSite, 'site' | 'product' | 'from' | 'draft'>> {
  if (settings.siteGiven || (await exists(settings.site))) {
    const { site, product, text } = await loadSiteWithProduct(settings.site);
    return { site, product, from: settings.site, draft: () => parseDraft(text) };
  }
  const { draft } = world;
  if (draft) {
    const judged = judgeDraft(draft);
    if ('site' in judged)
      return {
        site: judged.site,
        product: productFor(judged.site, await loadProduct(judged.site.product)),
        from: `the rehearsal ${world.scenario ?? ''}`.trim(),
        draft: () => draft,
      };
    throw draftNotRight(`rehearsal ${world.scenario ?? ''}`.trim(), judged.findings);
  }
  if (await exists(settings.files.draft)) throw unfinished(settings);
  throw new Fault({
    what: 'No site yet.',
    where: settings.site,
    next: [`${kloudspot('init')}  walks through a new one.`, 'Or name one: --site FILE'],
  });
}

/** The draft of a scenario is in its file: there is nothing to walk through. */
function draftNotRight(where: string, findings: readonly Finding[]): Fault {
  return new Fault({
    what: `The draft has ${counted(findings.length, 'problem')}, so it is not a site.`,
    where,
    why: findings.map(({ reason }) => reason).join('\n'),
    next: [`Fix ${findings.length === 1 ? 'it' : 'them'} there, or answer the questions: ${kloudspot('init')}`],
  });
}

function unfinished({ files, site }: Settings): Fault {
  return new Fault({
    what: 'The site is only a draft so far.',
    where: files.draft,
    why: `What it holds becomes ${site} when its run begins.`,
    next: [`${kloudspot('init')}  continues with the draft.`, 'Or name a finished site: --site FILE'],
  });
}

/** Whether a site file is there, for the verbs that also work without one. What cannot be read is there: reading it says why. */
export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    (error: unknown) => !isMissing(error),
  );
}
