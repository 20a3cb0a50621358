import { aptProxyFile } from '../../host/node-state.ts';
import { clusterNames } from '../../network/cluster-names.ts';
import { rangesOf } from '../../network/cluster-ranges.ts';
import { type HostNames, hostNames } from '../../network/hosts-file.ts';
import { identitiesToGive } from '../../network/identities.ts';
import { proxyEnvironment, proxySettings } from '../../network/proxy.ts';
import type { SiteNode } from '../../site/schema.ts';
import { gibibyte } from '../../storage/bytes.ts';
import { clonedVolumes } from '../../storage/clones.ts';
import { storageDemand } from '../../storage/demand.ts';
import { deviceAt, deviceGroup, pathsToErase } from '../../storage/pool-device.ts';
import { type ExistingVolume, existingVolume, sharedVolume } from '../../storage/shared.ts';
import { defined } from '../../text/defined.ts';
import { failureDomains } from '../release/launch-configuration.ts';
import type { PlannedStep } from '../step.ts';
import { planHostKeys } from '../steps/host-keys.ts';
import { planHostname } from '../steps/hostname.ts';
import { planMicroK8sInstall } from '../steps/microk8s-install.ts';
import { planInitiatorName, planMachineId } from '../steps/own-identity.ts';
import { planPackages } from '../steps/packages.ts';
import { planPoolGroup } from '../steps/pool-group.ts';
import { planProxy } from '../steps/proxy.ts';
import { planProxyRemoval } from '../steps/proxy-removal.ts';
import { planReboot } from '../steps/reboot.ts';
import { planSharedVolume } from '../steps/shared-volume.ts';
import { planSnapDownload } from '../steps/snap-download.ts';
import { planTuning } from '../steps/tuning.ts';
import { addHostsFile, addNetworks, addressesOf, askedFilesOf, factsOf, localLast, networkSteps } from './addresses.ts';
import { addBundleParts, localSnaps, packagesFolder } from './bundle.ts';
import { addDeclaredVolumes } from './declared.ts';
import { addFirewall } from './firewall.ts';
import { neededPackages } from './packages.ts';
import type { Planning } from './planning.ts';
import { isBehind } from './upgrade.ts';

/** What every machine gets before it is part of a cluster; machines go side by side. */
export function planMachines(planning: Planning): void {
  const { site, list } = planning;
  const nodes = localLast(site.nodes);
  const prepared = nodes.filter((node) => isPrepared(planning, node));
  // A member that stays must reach a new node directly as well.
  const addresses = addressesOf(planning);
  const proxy = proxySettings(site, [...addresses.values()]);
  for (const node of nodes) {
    if (proxy) list.addNode(node.name, planProxy({ node: node.name, proxy }));
    else if (askedFilesOf(planning, node).includes(aptProxyFile)) list.addNode(node.name, planProxyRemoval(node.name));
  }
  const shares = sharedVolume(site, planning.product) !== undefined;
  for (const node of prepared) {
    addBundleParts(planning, node.name);
    addPackages(planning, node, shares);
  }
  const restarted = site.system.reboot === 'never' ? [] : addReboots(planning, prepared);
  const hosts = hostNames(site, addresses);
  for (const node of nodes) addNames(planning, node, hosts, restarted);
  const settled = addNetworks(planning, networkSteps(planning, nodes));
  addIdentities(planning, settled);
  const install = installationOf(planning, addresses, proxy);
  const clones = clonedVolumes(site, planning.product, planning.facts);
  for (const node of nodes) {
    addFirewall(planning, node, settled);
    const tuned = prepared.includes(node)
      ? planTuning(node.name, planning.product.tuning, askedFilesOf(planning, node))
      : undefined;
    if (tuned) list.addNode(node.name, tuned, settled);
    addDeclaredVolumes(planning, node, settled);
    addSharedVolume(planning, node, clones.get(node.name), settled);
    if (prepared.includes(node) && !isBehind(planning, node)) list.addNode(node.name, install(node), settled);
  }
}

/** The step that installs MicroK8s on a node. */
function installationOf(
  planning: Planning,
  addresses: ReadonlyMap<string, string>,
  proxy: ReturnType<typeof proxySettings>,
): (node: SiteNode) => PlannedStep {
  const { site, seed } = planning;
  const domains = failureDomains(site.nodes);
  const names = clusterNames(site);
  const local = localSnaps(planning);
  const setup = defined({ registry: site.registry, environment: proxy && proxyEnvironment(proxy) });
  return (node) => {
    const { name, reach } = node;
    const own = {
      node: name,
      channel: site.cluster.channel,
      address: addresses.get(name) ?? reach,
      ranges: rangesOf(site),
      names,
      joins: name !== seed.name,
    };
    const fetched = fetchesAhead(planning, node) || undefined;
    return planMicroK8sInstall({ ...own, ...defined({ domain: domains.get(name), local, fetched }) }, setup);
  };
}

/** Where only nodes come and go, members that stay get the names of the new ones and are left alone otherwise. */
function isPrepared({ purpose, cluster, leaving }: Planning, { name }: SiteNode): boolean {
  if (purpose !== 'nodes' || cluster === undefined) return true;
  const member = cluster.nodes.some((node) => node.name === name);
  return !member || leaving.some(({ node, why }) => node === name && why === 'reinstalled');
}

/** Without internet nothing newer is there to bring packages up to date with. */
function addPackages(planning: Planning, node: SiteNode, shares: boolean): void {
  const { name } = node;
  const { site, product, list } = planning;
  const folder = packagesFolder(planning, name);
  const install = neededPackages(site, product, [node]);
  const upgrade = site.system.updatePackages && folder === undefined;
  const parameters = { node: name, upgrade, install, iscsid: shares };
  const fetch = fetchesAhead(planning, node) ? [planSnapDownload({ node: name, channel: site.cluster.channel })] : [];
  list.addNodeSideBySide(name, [planPackages({ ...parameters, ...defined({ folder }) }), ...fetch]);
}

/**
 * Where MicroK8s is to come from the store and is not there yet. Through a proxy snapd fetches it alone: `snap download` knows the
 * proxies of its environment only, and which of them sudo hands on differs.
 */
function fetchesAhead({ site, facts, bundle }: Planning, { name }: SiteNode): boolean {
  return bundle === undefined && site.network.proxy === undefined && facts.get(name)?.microk8s?.installed !== true;
}

/** Restarts the nodes, the workstation last of all. Gives what everything after must wait for. */
function addReboots(planning: Planning, nodes: readonly SiteNode[]): string[] {
  const { site, list } = planning;
  const mode = site.system.reboot === 'always' ? 'always' : 'when-needed';
  const ids: string[] = [];
  for (const node of nodes) {
    const member = factsOf(planning, node).microk8s?.joined ?? false;
    const parameters = { node: node.name, mode, local: node.local ?? false, member } as const;
    const also = node.local ? [...ids] : [];
    ids.push(list.addNode(node.name, planReboot(parameters), also));
  }
  return nodes.at(-1)?.local ? ids.slice(-1) : [];
}

function addNames(planning: Planning, node: SiteNode, hosts: HostNames, also: readonly string[]): void {
  const { network } = factsOf(planning, node);
  const cloudInit = network?.cloudInitPresent ?? false;
  planning.list.addNode(node.name, planHostname({ node: node.name, cloudInit }), also);
  addHostsFile(planning, node, hosts);
}

/** After the addresses: a DHCP server knows a node by its machine-id. */
function addIdentities({ site, facts, list }: Planning, settled: readonly string[]): void {
  const given = identitiesToGive(site, facts);
  for (const { name: node, local = false } of site.nodes) {
    const { machineId, initiatorName, sharedHostKey } = given.get(node) ?? {};
    if (machineId) list.addNode(node, planMachineId({ node, value: machineId }), settled);
    if (initiatorName) list.addNode(node, planInitiatorName({ node, value: initiatorName }), settled);
    if (sharedHostKey) list.addNode(node, planHostKeys({ node, shared: sharedHostKey, local }), settled);
  }
}

/** The group on a device of its own, where the site names one, and the logical volume under the pool. */
function addSharedVolume(
  planning: Planning,
  node: SiteNode,
  clone: ExistingVolume | undefined,
  also: readonly string[],
): void {
  const { site, product, list } = planning;
  const { wish, pool } = storageDemand(site, product, node);
  if (!pool) return;
  const storage = factsOf(planning, node).storage;
  const { device: path } = wish.storage.shared;
  const device = path === undefined || !storage ? undefined : deviceAt(storage, path);
  if (device && pool.group === deviceGroup) {
    const { path: at, sizeBytes, wwn, serial } = device;
    const identity = { path: at, sizeBytes, ...defined({ wwn, serial }) };
    const erase = storage ? pathsToErase(storage, device, node.storage?.shared?.erase) : [];
    list.addNode(node.name, planPoolGroup({ node: node.name, group: deviceGroup, device: identity, erase }), also);
  }
  const cloned = clone && { uuid: clone.uuid, path: clone.path, sizeBytes: clone.sizeBytes };
  // One that is made again is not smaller than it was.
  const gib = cloned ? Math.max(pool.gib, Math.floor(cloned.sizeBytes / gibibyte)) : pool.gib;
  const parameters = { node: node.name, group: pool.group, volume: pool.volume, gib, ...defined({ cloned }) };
  const standing = existingVolume(pool, factsOf(planning, node))?.sizeBytes;
  list.addNode(node.name, planSharedVolume(parameters, standing && standing / gibibyte), also);
}
