import { siteText } from '../../site/save.ts';
import { planCertificateRenewal } from '../steps/certificate-renewal.ts';
import { planDrill } from '../steps/drill.ts';
import { planRespread } from '../steps/respread.ts';
import { planRestore } from '../steps/restore.ts';
import { planSettled } from '../steps/settled.ts';
import { addBackup } from './backups.ts';
import type { Planning } from './planning.ts';
import { health } from './upgrade.ts';

/** One backup, as it is asked for. */
export function planBackupOnly(planning: Planning): void {
  addBackup(planning, 'by-hand', planning.cluster?.site ?? siteText(planning.site));
}

/** What is there now is kept first: a restore is a dangerous change as well. */
export function planRestoreOf(planning: Planning, backup: string): void {
  const { site, seed, list } = planning;
  const managers = site.nodes.filter(({ role }) => role === 'manager').map(({ name }) => name);
  addBackup(planning, 'before-restore', planning.cluster?.site);
  list.addCluster(planRestore({ seed: seed.name, managers, backup }));
  list.addCluster(planSettled('after-restore', 'after the restore', health(planning)));
}

/** One node after the other: the API of a node restarts with its certificate. A renewed authority is kept as well. An API whose certificate has ended answers to no backup before. */
export function planRenewals(planning: Planning): void {
  const { list, upkeep, cluster } = planning;
  if (cluster !== undefined) addBackup(planning, 'before-certificates', cluster.site);
  for (const renewal of upkeep?.renewals ?? [])
    list.addCluster(planCertificateRenewal({ node: renewal.node, certificates: [...renewal.certificates] }));
  addBackup(planning, 'after-certificates', cluster?.site);
}

/** One part after the other. */
export function planRebalance({ list, seed, product, upkeep }: Planning): void {
  for (const deployment of upkeep?.deployments ?? [])
    list.addCluster(planRespread({ seed: seed.name, namespace: product.namespace, deployment }));
}

/** Everything must be ready before, and is waited for after. */
export function planDrillOf(planning: Planning, node: string, seconds: number): void {
  const { site, list, product, seed } = planning;
  const through = site.nodes.find(({ name, role }) => role === 'manager' && name !== node)?.name ?? seed.name;
  const { release, namespace } = product;
  const address = site.network.virtualAddress;
  list.addCluster(planSettled('before-drill', 'before the drill', { ...health(planning), seed: through }));
  list.addCluster(
    planDrill({ node, through, seconds, release, namespace, ...(address === undefined ? {} : { address }) }),
  );
  list.addCluster(planSettled('after-drill', 'after the drill', { ...health(planning), seed: through }));
}
