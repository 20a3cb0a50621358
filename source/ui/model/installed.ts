import type { StartFacts } from '../../app/session.ts';
import { kloudspot } from '../../text/command.ts';

/** What can be done with the site whose file is on this machine, besides changing it here. */
export function installedLines({ name, path, run }: NonNullable<StartFacts['installed']>): readonly string[] {
  const apply = `${kloudspot('apply')}  applies its site file`;
  if (run === 'none') return [`The site file of ${name} is here, but the site is not set up yet: ${path}`, apply];
  if (run === 'done') return [`${name} is set up from here: ${path}`, `${kloudspot('status')}  shows its state`, apply];
  return [
    `The last run of ${name} is not finished: ${path}`,
    `${kloudspot('attach')}  shows it`,
    `${kloudspot('resume')}  continues where it stopped`,
  ];
}
