import { refuseUntold } from '../../app/untold.ts';
import { exitCode } from '../../errors/fault.ts';
import type { ClaimObject } from '../../kubernetes/objects.ts';
import { claimsOfRelease } from '../../kubernetes/workloads.ts';
import type { Product } from '../../product/schema.ts';
import type { Site } from '../../site/schema.ts';
import type { Observation } from '../../status/observation.ts';
import { kloudspot } from '../../text/command.ts';
import { counted } from '../../text/plural.ts';
import { lookAtCluster, runProductPlan, siteBefore, tell } from '../apply/product-verb.ts';
import { confirmedByName, confirmsNothing } from '../line/confirm.ts';
import { confirmDataLoss, globalFlags } from '../line/flags.ts';
import { withSite } from '../line/site-verb.ts';
import { defineVerb } from '../line/verb.ts';

export default defineVerb({
  name: 'stop',
  about:
    'Uninstall the product. The cluster, the virtual address and every volume with its data stay, and are listed. A chart that deletes volumes is uninstalled only once you type the name of the site.',
  flags: { ...globalFlags, 'confirm-data-loss': confirmDataLoss },
  run: ({ args }) =>
    withSite(args, async (verb) => {
      const { opened, settings, terminal } = verb;
      const before = await lookAtCluster(verb);
      refuseUntold(before);
      tell(verb, whatStopDoes(opened.site, opened.product, before));
      const given = args['confirm-data-loss'];
      const loses = mayLoseData(before);
      if (given !== undefined || loses) await confirmedByName(opened.site.name, 'stop', given, settings, terminal);
      if (given !== undefined && !loses)
        tell(verb, [confirmsNothing('stop removes no volume that the chart keeps, and none goes.'), '']);
      const code = await runProductPlan(verb, before, {
        purpose: 'stop',
        siteBefore: before.release && (await siteBefore(verb)),
      });
      if (code === exitCode.done) tell(verb, whatStayed(opened.site, opened.product, await lookAtCluster(verb)));
      return code;
    }),
});

/** Volumes that the chart takes along, with their data. */
const goes = ({ claims = [], release }: Observation): readonly ClaimObject[] =>
  release === undefined ? [] : claimsOfRelease(claims, release.name);

/** A release whose volumes could not be seen may take some along. */
export const mayLoseData = (seen: Observation): boolean =>
  goes(seen).length > 0 || (seen.release !== undefined && seen.claims === undefined);

/** What goes and what stays, before anything does. */
export function whatStopDoes(site: Site, product: Product, seen: Observation): string[] {
  const { workloads = [], claims = [], release } = seen;
  const lost = goes(seen);
  const parts = workloads.map(({ name, wanted }) => (wanted === 1 ? name : `${name} (${wanted})`));
  return [
    `This stops ${product.name} on ${site.name}.`,
    release
      ? `  goes:   release ${release.name}, revision ${release.revision}: ${parts.join(', ') || 'no parts'}`
      : '  goes:   nothing, it is not installed',
    ...lost.map(
      ({ metadata }) => `          volume ${metadata.name} AND ALL DATA in it, as its chart does not keep it`,
    ),
    ...stays(
      site,
      product,
      claims.filter((claim) => !lost.includes(claim)),
    ),
    '',
  ];
}

/** The proof afterwards: looked up again, not repeated. */
export function whatStayed(site: Site, product: Product, seen: Observation): string[] {
  const { workloads, claims = [], release, nodes, givenAddresses = [] } = seen;
  if (workloads === undefined || nodes === undefined)
    return [`Cannot determine what stayed in the cluster: ${kloudspot('status')}`];
  const address = site.network.virtualAddress;
  const left = workloads.map(({ name }) => name);
  return [
    '',
    release || left.length > 0
      ? `Still there: ${[...(release ? [`release ${release.name}`] : []), ...left].join(', ')}`
      : `${product.name} is no longer running. What stayed:`,
    `  cluster: ${nodes.filter(({ ready }) => ready).length} of ${nodes.length} nodes ready`,
    ...(address === undefined
      ? []
      : [
          `  virtual address: ${address}, ${givenAddresses.includes(address) ? 'still assigned to the ingress' : 'NO LONGER assigned'}`,
        ]),
    ...claims.map(
      ({ metadata, spec }) =>
        `  volume: ${metadata.name}, ${spec.resources.requests.storage ?? '?'}, ${spec.storageClassName}`,
    ),
  ];
}

function stays(site: Site, { namespace, tlsSecret }: Product, claims: NonNullable<Observation['claims']>): string[] {
  const address = site.network.virtualAddress;
  const volumes =
    claims.length === 0 ? 'no volumes' : `${counted(claims.length, 'volume with its', 'volumes with their')} data`;
  return [
    `  stays:  ${volumes}, secret ${tlsSecret} in namespace ${namespace}`,
    `          the cluster of ${counted(site.nodes.length, 'node')}, its storage${address === undefined ? '' : `, the virtual address ${address}`}`,
  ];
}
