import { kloudspot } from '../../text/command.ts';

/** What can be done with the site that stands on this machine, besides changing it here. */
export function installedLines(site: { readonly name: string; readonly path: string }): readonly string[] {
  return [
    `${site.name} is set up from here: ${site.path}`,
    `${kloudspot('status')}  shows its state`,
    `${kloudspot('apply')}  carries out what its file says`,
  ];
}
