import { exitCode, Fault } from '../../errors/fault.ts';
import { ingressOf } from '../../microk8s/microk8s.ts';
import { trackOf, tracksBetween } from '../../microk8s/tracks.ts';
import type { SiteNode } from '../../site/schema.ts';
import { kloudspot } from '../../text/command.ts';
import { compareVersions } from '../../text/versions.ts';
import { planAddonsUpdate, planIngressRemoval } from '../steps/addons-update.ts';
import { planSettled } from '../steps/settled.ts';
import { planSnapRefresh } from '../steps/snap-refresh.ts';
import type { Planning } from './planning.ts';

/** A member whose snap follows another track than the site wants. */
interface Behind {
  readonly node: SiteNode;
  readonly channel: string;
}

const membersBehind = (planning: Planning): Behind[] =>
  planning.site.nodes.flatMap((node) => behindOf(planning, node) ?? []);

function behindOf({ site, facts, cluster }: Planning, node: SiteNode): Behind | undefined {
  const { channel, joined } = facts.get(node.name)?.microk8s ?? {};
  const member = cluster?.nodes.some(({ name }) => name === node.name) ?? false;
  if (!member || !channel || !(joined || cluster?.nodes.length === 1)) return undefined;
  return trackOf(channel) === trackOf(site.cluster.channel) ? undefined : { node, channel };
}

/** A member that gets the wanted track by a refresh. */
export const isBehind = (planning: Planning, node: SiteNode): boolean => behindOf(planning, node) !== undefined;

/** Whether a member of the cluster gets another track. */
export const isUpgrade = (planning: Planning): boolean => membersBehind(planning).length > 0;

/** Minor by minor, managers before workers, one node at a time, each looked at before the next. Throws `Fault` for a step back. */
export function planUpgrade(planning: Planning): void {
  const behind = membersBehind(planning);
  if (behind.length === 0) return;
  refuse(planning, behind);
  const { site, list } = planning;
  const from = behind.map(({ channel }) => trackOf(channel)).toSorted(compareVersions)[0] ?? '';
  list.addCluster(planSettled('before-upgrade', 'before the upgrade', health(planning)));
  for (const channel of tracksBetween(from, site.cluster.channel)) {
    const due = behind.filter((each) => compareVersions(trackOf(each.channel), trackOf(channel)) < 0);
    for (const { node } of [...of(due, 'manager'), ...of(due, 'worker')]) {
      list.addCluster(planSnapRefresh({ ...placeOf(planning, node.name), channel }));
      const [name, when] = [`${node.name}-${trackOf(channel)}`, `after ${node.name}`];
      list.addCluster(planSettled(name, when, health(planning)));
    }
  }
  addAddonChanges(planning, from);
}

const of = (some: readonly Behind[], role: SiteNode['role']): Behind[] => some.filter(({ node }) => node.role === role);

/** A node that is refreshed restarts its own API: another manager is asked. */
function placeOf({ site, seed, cluster }: Planning, node: string) {
  const others = site.nodes.filter(({ name, role }) => role === 'manager' && name !== node);
  const through = node === seed.name ? (others[0]?.name ?? node) : seed.name;
  return { node, through, drain: (cluster?.nodes.length ?? 1) > 1 };
}

/** What has to be ready before the next node is touched. */
export function health({ site, product, seed, cluster }: Planning) {
  const nodes = site.nodes.map(({ name }) => name).filter((name) => cluster?.nodes.some((node) => node.name === name));
  const { release, namespace } = product;
  const copies = (cluster?.copies.length ?? 0) > 0 ? { copies: true } : {};
  return { seed: seed.name, nodes, release, namespace, ...copies };
}

/** The old ingress goes while its script is still there, then every manager takes the addons of the new track. */
function addAddonChanges({ site, seed, list }: Planning, from: string): void {
  const { channel } = site.cluster;
  if (ingressOf(from) === 'nginx' && ingressOf(channel) === 'traefik') list.addCluster(planIngressRemoval(seed.name));
  for (const { name } of site.nodes.filter(({ role }) => role === 'manager')) list.addCluster(planAddonsUpdate(name));
}

/** Throws `Fault` (exit code 6) where a node runs a newer track than this channel has. */
export function refuseStepBack(
  standing: readonly { readonly node: string; readonly channel: string }[],
  channel: string,
): void {
  const newer = standing.find((each) => compareVersions(trackOf(each.channel), trackOf(channel)) > 0);
  if (newer === undefined) return;
  stop(
    `${newer.node} runs ${newer.channel}; ${channel} is older.`,
    'Kubernetes does not support downgrades: the older version may not read what the newer one wrote.',
    [`Keep cluster.channel at ${newer.channel} in site.yaml`, `${kloudspot('restore')}  restores an earlier datastore`],
  );
}

function stop(what: string, why: string, next: readonly string[]): never {
  throw new Fault({ what, why, unchanged: true, next, exitCode: exitCode.refused });
}

function refuse({ site, leaving, cluster, bundle }: Planning, behind: readonly Behind[]): void {
  refuseStepBack(
    behind.map(({ node, channel }) => ({ node: node.name, channel })),
    site.cluster.channel,
  );
  if (bundle !== undefined)
    stop(
      'The channel of a site that is installed from a bundle cannot change.',
      'snap refresh asks the store for the newer revision, and the addons of the new track ask for their images.',
      [
        `Set cluster.channel to ${behind[0]?.channel ?? ''} again, or remove bundle from site.yaml where the nodes reach the store.`,
      ],
    );
  const joins = site.nodes.filter(({ name }) => !cluster?.nodes.some((node) => node.name === name));
  if (leaving.length > 0 || joins.length > 0)
    stop(
      'Nodes and channel cannot change in the same run.',
      `Nodes join with the version that the cluster has: ${behind[0]?.channel ?? ''}.`,
      [`Set cluster.channel to ${behind[0]?.channel ?? ''} again, apply the nodes, then the channel.`],
    );
}
