import { refuseUntold } from '../../app/untold.ts';
import { exitCode } from '../../errors/fault.ts';
import { componentStatuses } from '../../status/parts.ts';
import { tell } from '../apply/product-verb.ts';
import { lookAtLivingCluster, runUpkeep } from '../apply/upkeep-verb.ts';
import { globalFlags } from '../line/flags.ts';
import { withNodes } from '../line/site-verb.ts';
import { defineVerb } from '../line/verb.ts';

export default defineVerb({
  name: 'rebalance',
  about:
    'Spread uneven parts over the nodes again after a node came back, one part and one instance at a time. Parts that keep data on their node are not touched.',
  flags: globalFlags,
  run: ({ args }) =>
    withNodes(args, async (verb) => {
      const { opened } = verb;
      const seen = await lookAtLivingCluster(verb);
      refuseUntold(seen.observed);
      const parts = componentStatuses(opened.site, opened.product, seen.observed);
      const deployments = parts.filter(({ uneven, complete }) => uneven && complete).map(({ name }) => name);
      if (deployments.length === 0) {
        tell(verb, ['Every part that can move is spread evenly.']);
        return exitCode.done;
      }
      return await runUpkeep(verb, seen, { purpose: 'rebalance', verb: 'rebalance', upkeep: { deployments } });
    }),
});
