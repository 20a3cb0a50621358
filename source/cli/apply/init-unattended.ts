import type { Settings } from '../../app/settings.ts';
import { type OpenedSite, openSite } from '../../app/site.ts';
import { type ExitCode, exitCode } from '../../errors/fault.ts';
import { writeAtomic } from '../../host/write-atomic.ts';
import { openMemory } from '../../operator/memory.ts';
import { valuesText } from '../../plan/values.ts';
import { saveSite } from '../../site/save.ts';
import type { Terminal } from '../line/terminal.ts';
import { beginPlan, planAfterPreflight } from './apply-site.ts';

/** `init --yes`: preflight, then the files, then the run. Nothing is written before every check has passed. */
export async function initUnattended(settings: Settings, terminal: Terminal): Promise<ExitCode> {
  const opened = await openSite(settings, { fresh: true });
  try {
    const plan = await planAfterPreflight(opened, settings, terminal, 'init');
    if (plan === undefined) return exitCode.preflightFailed;
    await writeDocuments(opened, settings);
    return await beginPlan(plan, opened, settings, terminal, { verb: 'init', takeOver: false });
  } finally {
    await opened.close();
  }
}

/** values.yaml, and the site at its usual place, where later verbs look for it. A site file that was named stays as it is. */
async function writeDocuments({ site, product }: OpenedSite, { files }: Settings): Promise<void> {
  await saveSite(files.site, site);
  await writeAtomic(files.values, valuesText(site, product), 0o600);
  openMemory(files).rememberSite(site.name, files.site);
}
