import { settingsFrom } from '../../app/settings.ts';
import { updateProduct } from '../apply/update-product.ts';
import { globalFlags } from '../line/flags.ts';
import { processTerminal } from '../line/terminal.ts';
import { defineVerb } from '../line/verb.ts';

export default defineVerb({
  name: 'update',
  about:
    'Apply what changed in site.yaml to the running product. The chart keeps its version unless --update-helm is given. If the parts do not become ready, the previous revision is restored, unless volumes have grown.',
  flags: {
    ...globalFlags,
    'update-helm': { type: 'boolean', about: 'Take the newest chart that the site allows.' },
    set: {
      type: 'string',
      multiple: true,
      value: 'PATH=VALUE',
      about: 'Change site.yaml first, such as customer.reference=berlin-2. May be given several times.',
    },
  },
  run: async ({ args }) => {
    const set = args.set ?? [];
    return updateProduct(settingsFrom(args), processTerminal(), {
      newest: args['update-helm'] ?? false,
      set: () => set,
    });
  },
});
