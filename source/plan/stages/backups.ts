import { siteText } from '../../site/save.ts';
import { planBackup } from '../steps/backup.ts';
import { valuesText } from '../values.ts';
import type { Planning } from './planning.ts';
import { isUpgrade } from './upgrade.ts';

/** What a living cluster may not survive: another track, nodes that come or go, a site that is another than that of the last run. */
function dangerOf(planning: Planning): 'upgrade' | 'nodes' | 'apply' | undefined {
  const { cluster, leaving, site } = planning;
  if (cluster === undefined) return undefined;
  if (isUpgrade(planning)) return 'upgrade';
  const joins = site.nodes.some(({ name }) => !cluster.nodes.some((node) => node.name === name));
  if (joins || leaving.length > 0) return 'nodes';
  return cluster.site !== undefined && cluster.site !== siteText(site) ? 'apply' : undefined;
}

/** Before and after every change of a living cluster that may cost it. Before it, of the site that it was made for. */
export function planBackups(planning: Planning, when: 'before' | 'after'): void {
  const danger = dangerOf(planning);
  if (danger === undefined) return;
  const { cluster } = planning;
  const members = (name: string) => cluster?.nodes.some((node) => node.name === name) ?? false;
  const before = when === 'before';
  addBackup(planning, `${when}-${danger}`, before ? cluster?.site : undefined, before ? members : () => true);
}

/** Before a change of the product that changes something. A cluster without a node of ours has no datastore to copy. */
export function planProductBackup(planning: Planning): void {
  const { siteBefore, site, purpose } = planning;
  if (siteBefore !== undefined && site.cluster.kubeconfig === undefined)
    addBackup(planning, `before-${purpose}`, siteBefore);
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
