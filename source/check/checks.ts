import type { Check } from './check.ts';
import { access, completeFacts } from './subjects/access.ts';
import { addressesFree } from './subjects/address-use.ts';
import { bundleFits, bundleOnNode } from './subjects/bundle.ts';
import { clockSkew, clockSynchronized } from './subjects/clock.ts';
import { clusterServices } from './subjects/cluster-services.ts';
import { lvmDisk, rootSize, snapSpace, solidState } from './subjects/disk.ts';
import { features } from './subjects/features.ts';
import { administrators, firewall } from './subjects/firewall.ts';
import { gatewayAnswers } from './subjects/gateway.ts';
import { identityChecks } from './subjects/identity.ts';
import { interfaces } from './subjects/interfaces.ts';
import { controllers, kernelSettings, modules, securityModules } from './subjects/kernel.ts';
import { memberAddress } from './subjects/member-address.ts';
import { memory, swap } from './subjects/memory.ts';
import { clusterCertificates, membership, snapd } from './subjects/microk8s.ts';
import { mtu } from './subjects/mtu.ts';
import { hostName, hostsAtBoot, localName, uniqueNames } from './subjects/names.ts';
import { netplanTraps } from './subjects/netplan.ts';
import { networkChecks } from './subjects/network.ts';
import { ownReboot } from './subjects/own-reboot.ts';
import { ownStorage } from './subjects/own-storage.ts';
import { pairClocks, pairNames, pathMtu } from './subjects/pairs.ts';
import { pairPorts } from './subjects/port-pairs.ts';
import { portsFree } from './subjects/ports.ts';
import { cores, processorFlags } from './subjects/processor.ts';
import { downloads, searchDomains, siteName, snapChannel, snapStore, writeLatency } from './subjects/reach.ts';
import { chartValues, imagesThere } from './subjects/release.ts';
import { defaultRoute, nameServers } from './subjects/routes.ts';
import { multipath, otherRuntimes, proxies } from './subjects/services.ts';
import { declaredVolumes, poolVolume, storageFits, volumeAccess, volumeGroups } from './subjects/storage.ts';
import { storageAddons } from './subjects/storage-addons.ts';
import { architecture, operatingSystem, virtualization } from './subjects/system.ts';
import { tlsChecks } from './subjects/tls.ts';
import { topology } from './subjects/topology.ts';
import { versionPairs } from './subjects/version-pairs.ts';
import { workloadNetwork } from './subjects/workload.ts';
import { zones } from './subjects/zones.ts';

/** All checks, in the order in which a table shows them. */
export const checks: readonly Check[] = [
  access,
  completeFacts,
  operatingSystem,
  versionPairs,
  architecture,
  virtualization,
  processorFlags,
  cores,
  memory,
  swap,
  rootSize,
  lvmDisk,
  solidState,
  volumeGroups,
  storageFits,
  poolVolume,
  declaredVolumes,
  volumeAccess,
  storageAddons,
  ownStorage,
  clusterServices,
  snapSpace,
  writeLatency,
  modules,
  controllers,
  kernelSettings,
  securityModules,
  otherRuntimes,
  firewall,
  administrators,
  multipath,
  proxies,
  snapStore,
  snapChannel,
  bundleFits,
  bundleOnNode,
  downloads,
  snapd,
  membership,
  clusterCertificates,
  portsFree,
  clockSynchronized,
  clockSkew,
  hostName,
  localName,
  hostsAtBoot,
  interfaces,
  workloadNetwork,
  mtu,
  defaultRoute,
  gatewayAnswers,
  nameServers,
  searchDomains,
  siteName,
  netplanTraps,
  ...networkChecks,
  memberAddress,
  addressesFree,
  pairPorts,
  pathMtu,
  pairClocks,
  pairNames,
  uniqueNames,
  ...identityChecks,
  topology,
  zones,
  features,
  chartValues,
  imagesThere,
  ...tlsChecks,
  ownReboot,
];

export function findCheck(id: string): Check | undefined {
  return checks.find((check) => check.id === id);
}
