import type { RunHandle } from '../engine/journal/event.ts';
import type { RunDocument } from '../engine/worker/documents.ts';
import { launchRun } from '../engine/worker/launch.ts';
import { program } from '../host/program.ts';
import { openMemory } from '../operator/memory.ts';
import type { Plan } from '../plan/document/document.ts';
import { refuseMissingSecret } from './registry-secret.ts';
import { type Settings, siteHome } from './settings.ts';
import type { OpenedSite } from './site.ts';

/** How a run is started. */
export interface Launch {
  /** Someone is there to choose when a step fails. */
  readonly attended: boolean;
  /** The verb that starts it, with its operand: `apply`, `drill ks-2`. */
  readonly verb: string;
  readonly takeOver?: boolean;
  /** The site file of the run. Default: the one of the settings. */
  readonly site?: string;
  /** Files that the run writes once it holds the lock; until then nothing is written. */
  readonly documents?: readonly RunDocument[];
}

/** Starts the run as a process of its own. Throws `Fault` (exit code 5) when another run holds the lock, and where the secret of the registry is missing. */
export async function launch(
  plan: Plan,
  { world, passwords }: Pick<OpenedSite, 'world' | 'passwords'>,
  { files, rehearsal, ...settings }: Pick<Settings, 'files' | 'rehearsal' | 'site'>,
  { site = siteHome({ files, ...settings }), ...options }: Launch,
): Promise<RunHandle> {
  if (plan.purpose !== 'stop') await refuseMissingSecret(plan.site, passwords);
  const { scenario } = world;
  const run = await launchRun({
    ...options,
    plan,
    files,
    passwords,
    program,
    site,
    rehearsal: rehearsal && scenario !== undefined ? { scenario, speed: rehearsal.speed } : undefined,
  });
  openMemory(files).rememberSite(plan.site.name, site);
  return run;
}
