import { settingsFrom } from '../../app/settings.ts';
import { openSite } from '../../app/site.ts';
import { exitCode } from '../../errors/fault.ts';
import { componentStatuses } from '../../status/parts.ts';
import { tell } from '../apply/product-verb.ts';
import { lookAtLivingCluster, runUpkeep } from '../apply/upkeep-verb.ts';
import { globalFlags } from '../line/flags.ts';
import { processTerminal } from '../line/terminal.ts';
import { defineVerb } from '../line/verb.ts';

export default defineVerb({
  name: 'rebalance',
  about:
    'After a node came back: parts that lie unevenly over the nodes are spread again, one part and one instance at a time. Parts that keep data on their node are left alone.',
  flags: globalFlags,
  run: async ({ args }) => {
    const settings = settingsFrom(args);
    const terminal = processTerminal();
    const opened = await openSite(settings);
    const verb = { opened, settings, terminal };
    try {
      const seen = await lookAtLivingCluster(verb);
      const parts = componentStatuses(opened.site, opened.product, seen.observed);
      const deployments = parts.filter(({ uneven, complete }) => uneven && complete).map(({ name }) => name);
      if (deployments.length === 0) {
        tell(verb, ['Every part that can move is spread evenly.']);
        return exitCode.done;
      }
      return await runUpkeep(verb, seen, { purpose: 'rebalance', verb: 'rebalance', upkeep: { deployments } });
    } finally {
      await opened.close();
    }
  },
});
