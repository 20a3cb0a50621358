import { siteText } from '../../site/save.ts';
import { planBackup } from '../steps/backup.ts';
import { valuesText } from '../values.ts';
import type { Planning } from './planning.ts';
import { isUpgrade } from './upgrade.ts';

/** Nodes that come or go, or another track: what a datastore may not survive. */
function changesCluster(planning: Planning): boolean {
  const { cluster, leaving, site } = planning;
  if (cluster === undefined) return false;
  const joins = site.nodes.some(({ name }) => !cluster.nodes.some((node) => node.name === name));
  return joins || leaving.length > 0 || isUpgrade(planning);
}

/** Before and after every change of a living cluster that may cost it. Before it, of the site that it was made for. */
export function planBackups(planning: Planning, when: 'before' | 'after'): void {
  if (!changesCluster(planning)) return;
  const { cluster } = planning;
  const members = (name: string) => cluster?.nodes.some((node) => node.name === name) ?? false;
  const before = when === 'before';
  addBackup(
    planning,
    `${when}-${isUpgrade(planning) ? 'upgrade' : 'nodes'}`,
    before ? cluster?.site : undefined,
    before ? members : () => true,
  );
}

/** One more step that makes a backup on the managers that stay and on this machine. */
export function addBackup(
  { site, product, seed, list, leaving }: Planning,
  reason: string,
  text?: string,
  keeps: (node: string) => boolean = () => true,
): void {
  const managers = site.nodes.filter(
    ({ name, role }) => role === 'manager' && keeps(name) && !leaving.some(({ node }) => node === name),
  );
  list.addCluster(
    planBackup({
      ...{ seed: seed.name, managers: managers.map(({ name }) => name), reason },
      site: text ?? siteText(site),
      values: valuesText(site, product),
    }),
  );
}
