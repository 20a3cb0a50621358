import { refuseOutside } from '../../app/outside.ts';
import { type Settings, settingsFrom } from '../../app/settings.ts';
import { type OpenedSite, openSite } from '../../app/site.ts';
import type { ExitCode } from '../../errors/fault.ts';
import { processTerminal, type Terminal } from './terminal.ts';

/** What a verb on a site has at hand. */
export interface SiteVerb {
  readonly opened: OpenedSite;
  readonly settings: Settings;
  readonly terminal: Terminal;
}

/** Opens the site that the flags name, and closes what was opened for it whatever happens. */
export async function withSite(
  flags: Parameters<typeof settingsFrom>[0],
  act: (verb: SiteVerb) => Promise<ExitCode>,
): Promise<ExitCode> {
  const settings = settingsFrom(flags);
  const terminal = processTerminal();
  const opened = await openSite(settings);
  try {
    return await act({ opened, settings, terminal });
  } finally {
    await opened.close();
  }
}

/** The same for a verb about the nodes of a site. Throws a `Fault` on a cluster that is there already. */
export const withNodes: typeof withSite = (flags, act) =>
  withSite(flags, async (verb) => {
    refuseOutside(verb.opened.site);
    return act(verb);
  });
