import { documentsOf } from '../../app/documents.ts';
import { withSeenGroups } from '../../app/seen-storage.ts';
import type { Settings } from '../../app/settings.ts';
import { type OpenedSite, openSite } from '../../app/site.ts';
import { storageWords } from '../../app/storage-words.ts';
import { type ExitCode, exitCode, Fault } from '../../errors/fault.ts';
import type { NodeFacts } from '../../facts/facts.ts';
import { parseDraft } from '../../site/load.ts';
import type { Site } from '../../site/schema.ts';
import type { Terminal } from '../line/terminal.ts';
import { type AnsweredSite, applySite } from './apply-site.ts';

export interface UnattendedWish {
  /** Checks whose failure the operator lets pass. */
  readonly accept: readonly string[];
  /** Absolute path of a bundle, in the place of the site's. */
  readonly bundle: string | undefined;
}

/**
 * `init --yes`: preflight, then the run, which writes the site at its usual place, where later verbs look for it, and values.yaml.
 * A site file that was named stays as it is. Where it is refused nothing is begun, and a rehearsal keeps the machines that it had.
 */
export async function initUnattended(
  settings: Settings,
  terminal: Terminal,
  { accept, bundle }: UnattendedWish,
): Promise<ExitCode> {
  const found = await openSite(settings, { fresh: true });
  const opened = bundle === undefined ? found : { ...found, site: { ...found.site, bundle } };
  try {
    const code = await applySite(opened, settings, terminal, {
      verb: 'init',
      site: settings.files.site,
      accept,
      answer: ({ facts }) =>
        answered(opened, withSeenGroups({ ...opened, draft: opened.draft(), facts }), settings, facts),
    });
    if (code === exitCode.preflightFailed) opened.world.restore?.();
    return code;
  } catch (error) {
    if (error instanceof Fault && error.exitCode === exitCode.refused) opened.world.restore?.();
    throw error;
  } finally {
    await opened.close();
  }
}

/** The site with its documents, and what is said of its storage, as on the pages. */
async function answered(
  { product }: OpenedSite,
  site: Site,
  { files }: Settings,
  facts: ReadonlyMap<string, NodeFacts>,
): Promise<AnsweredSite> {
  const documents = await documentsOf(site, product, files.site, files);
  const whole = parseDraft(documents[0]?.content ?? '');
  return { site, documents, lines: storageWords({ site, draft: whole, product, facts }).map(({ text }) => text) };
}
