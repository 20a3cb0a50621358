import { refuseUntold } from '../../app/untold.ts';
import { exitCode, Fault } from '../../errors/fault.ts';
import { componentStatuses } from '../../status/parts.ts';
import type { ComponentStatus } from '../../status/report.ts';
import { kloudspot } from '../../text/command.ts';
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
      const { deployments, leftOut } = toSpread(parts);
      tell(verb, leftOut);
      if (deployments.length === 0) {
        tell(verb, ['Every part that can move is spread evenly.']);
        return exitCode.done;
      }
      return await runUpkeep(verb, seen, { purpose: 'rebalance', verb: 'rebalance', upkeep: { deployments } });
    }),
});

/** The uneven parts, and lines about those that must wait. Throws `Fault` (exit code 6) where all of them must. */
export function toSpread(parts: readonly ComponentStatus[]): {
  readonly deployments: readonly string[];
  readonly leftOut: readonly string[];
} {
  const uneven = parts.filter((part) => part.uneven);
  const waiting = uneven.filter(({ complete }) => !complete);
  if (waiting.length > 0 && waiting.length === uneven.length) throw notReady(waiting);
  return {
    deployments: uneven.filter(({ complete }) => complete).map(({ name }) => name),
    leftOut: waiting.map((part) => `Not spread now, as it is not ready in full: ${readyOf(part)}`),
  };
}

const readyOf = ({ name, ready, wanted }: ComponentStatus): string => `${name}: ${ready} of ${wanted} are ready`;

/** One instance less would stop a part that has lost some already. */
function notReady(parts: readonly ComponentStatus[]): Fault {
  return new Fault({
    what: 'What is uneven is not ready in full.',
    why: parts.map(readyOf).join('\n'),
    unchanged: true,
    next: [`${kloudspot('status')}  shows when it is. Then run the same command.`],
    exitCode: exitCode.refused,
  });
}
