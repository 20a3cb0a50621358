import { documentsOf } from '../../app/documents.ts';
import type { Settings } from '../../app/settings.ts';
import { openSite } from '../../app/site.ts';
import { type ExitCode, exitCode, Fault } from '../../errors/fault.ts';
import type { Terminal } from '../line/terminal.ts';
import { applySite } from './apply-site.ts';

export interface UnattendedWish {
  /** Checks whose failure the operator lets pass. */
  readonly accept: readonly string[];
  /** Absolute path of a bundle, in the place of the site's. */
  readonly bundle: string | undefined;
}

/**
 * `init --yes`: preflight, then the run, which writes the site at its usual place, where later verbs look for it, and values.yaml.
 * A site file that was named stays as it is.
 */
export async function initUnattended(
  settings: Settings,
  terminal: Terminal,
  { accept, bundle }: UnattendedWish,
): Promise<ExitCode> {
  const found = await openSite(settings, { fresh: true });
  const opened = bundle === undefined ? found : { ...found, site: { ...found.site, bundle } };
  const { files } = settings;
  try {
    const documents = await documentsOf(opened.site, opened.product, files.site, files);
    return await applySite(opened, settings, terminal, { verb: 'init', site: files.site, documents, accept });
  } catch (error) {
    // Refused: nothing was begun, so a rehearsal keeps the machines that it had.
    if (error instanceof Fault && error.exitCode === exitCode.refused) opened.world.restore?.();
    throw error;
  } finally {
    await opened.close();
  }
}
