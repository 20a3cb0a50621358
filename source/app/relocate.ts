import { exitCode, Fault } from '../errors/fault.ts';
import type { Site } from '../site/schema.ts';
import { kloudspot } from '../text/command.ts';
import { didYouMean } from '../text/nearest.ts';
import type { Living } from './plan-living.ts';
import { type ChangedSite, changedSite } from './set-values.ts';

/** How the nodes of a site are to change their addresses, beside what `site.yaml` says. */
export interface Relocation {
  /** `NAME=ADDRESS/PREFIX`. */
  readonly addresses: readonly string[];
  /** `PATH=VALUE` of `site.yaml`: the gateway, the virtual address. */
  readonly set: readonly string[];
}

/** The `PATH=VALUE` that they are in `site.yaml`. Throws `Fault` (exit code 2) for a node that the site does not have. */
export function relocationOf(site: Site, { addresses, set }: Relocation): readonly string[] {
  return [...addresses.flatMap((text) => addressChange(site, text)), ...set];
}

/** The site with the new addresses; undefined where `site.yaml` says them already. Throws `Fault` (exit code 2) with each problem. */
export async function relocatedSite(
  site: Site,
  file: string,
  changes: readonly string[],
): Promise<ChangedSite | undefined> {
  return changes.length === 0 ? undefined : changedSite(site, file, changes);
}

function addressChange({ nodes, name: site }: Site, text: string): readonly string[] {
  const [, node = '', address = ''] = /^([^=]+)=(.+)$/.exec(text) ?? [];
  const index = nodes.findIndex(({ name }) => name === node);
  if (index !== -1) return [`nodes.${index}.network.mode=static`, `nodes.${index}.network.address=${address}`];
  const names = nodes.map(({ name }) => name);
  throw new Fault({
    what: address === '' ? `--address ${text} is not NAME=ADDRESS/PREFIX.` : `${site} has no node ${node}.`,
    next: [
      ...(address === '' ? [] : didYouMean(node, names)),
      `Nodes: ${names.join(', ')}`,
      `Write for example --address ${names[0] ?? 'ks-1'}=10.0.4.21/24`,
    ],
    exitCode: exitCode.usage,
  });
}

/** Throws `Fault` (exit code 6) where MicroK8s is on a node already: a cluster keeps the addresses that it was built with. */
export function refuseBuilt({ facts, cluster }: Living): void {
  const installed = [...facts].filter(([, { microk8s }]) => microk8s?.installed).map(([name]) => name);
  if (installed.length === 0 && cluster === undefined) return;
  throw new Fault({
    what:
      cluster === undefined
        ? `MicroK8s is installed on ${installed.join(', ')}: its addresses can no longer change.`
        : 'The cluster is running: the addresses of its nodes can no longer change.',
    where: installed.join(', '),
    why: 'The members of the datastore know each other by their addresses, and certificates name them: they cannot all change together.',
    unchanged: true,
    next: [
      `${kloudspot('backup')}  saves the objects of the cluster; the data in volumes has to be saved with the product's own tools.`,
      'On every node then: sudo snap remove --purge microk8s',
      `${kloudspot('relocate')}  sets the new addresses, ${kloudspot('apply')}  builds the cluster again at them,`,
      `${kloudspot('restore')}  restores the objects of the backup.`,
    ],
    exitCode: exitCode.refused,
  });
}
