import { refuseBuilt, relocatedSite, relocationOf } from '../../app/relocate.ts';
import { siteToChange } from '../../app/settings.ts';
import { addressChecks } from '../../check/address-checks.ts';
import { defined } from '../../text/defined.ts';
import { applySite } from '../apply/apply-site.ts';
import { listOf } from '../line/arguments.ts';
import { acceptFailure, globalFlags, takeOver } from '../line/flags.ts';
import { withNodes } from '../line/site-verb.ts';
import { defineVerb } from '../line/verb.ts';

export default defineVerb({
  name: 'relocate',
  about:
    'Give all nodes the addresses of another network before the cluster is built, such as those of the site that they move to. Default: the addresses in site.yaml. One node after the other; each restores its old address unless it is reached at the new one. Refused on a running cluster.',
  flags: {
    ...globalFlags,
    address: {
      type: 'string',
      multiple: true,
      value: 'NAME=ADDRESS/PREFIX',
      about: "A node's new static address, such as ks-1=10.0.4.21/24. Several with commas, or the flag several times.",
    },
    set: {
      type: 'string',
      multiple: true,
      value: 'PATH=VALUE',
      about: 'Change site.yaml too, such as network.gateway=10.0.4.1. May be given several times.',
    },
    'at-next-boot': {
      type: 'boolean',
      about: 'Write the addresses now and let them count from the next boot on: their network is not here.',
    },
    'take-over': takeOver,
    'accept-failure': acceptFailure,
  },
  run: ({ args }) =>
    withNodes(args, async ({ opened, settings, terminal }) => {
      const relocation = relocationOf(opened.site, { addresses: listOf(args.address), set: args.set ?? [] });
      const file = relocation.length > 0 ? siteToChange(settings) : settings.site;
      const part = {
        checks: addressChecks,
        change: () => relocatedSite(opened.site, file, relocation),
        nothing: 'Every node has the address that the site gives it.',
        wish: defined({ atNextBoot: args['at-next-boot'] }),
      };
      const accept = args['accept-failure'];
      return applySite(opened, settings, terminal, {
        verb: 'relocate',
        purpose: 'relocate',
        takeOver: args['take-over'] ?? false,
        refuse: refuseBuilt,
        part,
        ...defined({ accept }),
      });
    }),
});
