import { Fault } from '../errors/fault.ts';
import { kloudspot } from '../text/command.ts';
import type { OpenedSite } from './site.ts';

/** For what builds, changes or looks into nodes. */
export function refuseOutside({ cluster }: OpenedSite['site']): void {
  if (cluster.kubeconfig === undefined) return;
  throw new Fault({
    what: 'This site uses an existing cluster: its nodes are not part of the site.',
    where: cluster.kubeconfig,
    unchanged: true,
    next: [`${kloudspot('start')}  deploys the product on it.`, `${kloudspot('status')}  shows how it is.`],
  });
}
