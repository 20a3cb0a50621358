import { valuesDocument } from '../../app/documents.ts';
import { editNodes, type NodeEdit, refuseLivingMember, refuseUnknownRemoval } from '../../app/edit-nodes.ts';
import { refuseOutside } from '../../app/outside.ts';
import type { Living } from '../../app/plan-living.ts';
import { type Settings, siteToChange } from '../../app/settings.ts';
import { openSite } from '../../app/site.ts';
import type { ExitCode } from '../../errors/fault.ts';
import type { Flags } from '../line/flags.ts';
import type { Terminal } from '../line/terminal.ts';
import { applySite } from './apply-site.ts';

/** What is said of a new node. */
export const nodeFlags = {
  reach: { type: 'string', value: 'ADDRESS', about: 'Address or name at which the machine answers now.' },
  role: { type: 'string', value: 'ROLE', about: 'manager or worker. Default: that of the node replaced, else worker.' },
  address: {
    type: 'string',
    value: 'ADDRESS/PREFIX',
    about: 'Its static address, such as 10.0.4.24/24. Default: the one that its DHCP server reserves is kept.',
  },
  zone: { type: 'string', value: 'ZONE', about: 'Failure domain: rack, power feed.' },
} as const satisfies Flags;

/** Changes the nodes of `site.yaml` and does what the change asks for: checks, plans, asks, begins the run. */
export async function changeNodes(
  settings: Settings,
  terminal: Terminal,
  verb: string,
  edit: NodeEdit,
): Promise<ExitCode> {
  const file = siteToChange(settings);
  const found = await openSite(settings);
  try {
    refuseOutside(found.site);
    const { site, text } = await editNodes(found.site, file, edit);
    const opened = { ...found, site };
    const documents = [
      { path: file, content: text, mode: 0o644 },
      await valuesDocument(site, found.product, settings.files),
    ];
    const refuse = ({ cluster, facts }: Living) => {
      refuseUnknownRemoval(edit, found.site, cluster);
      refuseLivingMember(edit, cluster?.nodes ?? [], facts);
    };
    const asked = edit.edit === 'add' ? undefined : edit.name;
    // What the site does not name leaves it as it is: its own nodes may have been joined by hand, too, and not been prepared yet.
    const unnamed = !found.site.nodes.some(({ name }) => name === asked);
    const purpose = edit.edit === 'remove' && unnamed ? 'init' : 'nodes';
    return await applySite(opened, settings, terminal, { verb, purpose, documents, refuse, asked });
  } finally {
    await found.close();
  }
}
