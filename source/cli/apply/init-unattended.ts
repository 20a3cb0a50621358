import { documentsOf } from '../../app/documents.ts';
import type { Settings } from '../../app/settings.ts';
import { openSite } from '../../app/site.ts';
import { type ExitCode, exitCode, Fault } from '../../errors/fault.ts';
import type { Terminal } from '../line/terminal.ts';
import { applySite } from './apply-site.ts';

/**
 * `init --yes`: preflight, then the run, which writes the site at its usual place, where later verbs look for it, and values.yaml.
 * A site file that was named stays as it is.
 */
export async function initUnattended(
  settings: Settings,
  terminal: Terminal,
  accept: readonly string[],
): Promise<ExitCode> {
  const opened = await openSite(settings, { fresh: true });
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
