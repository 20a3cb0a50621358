import { access, completeFacts } from './access.ts';
import { addressesFree } from './address-use.ts';
import type { Check } from './check.ts';
import { clockSkew, clockSynchronized } from './clock.ts';
import { lvmDisk, rootSize, snapSpace, solidState } from './disk.ts';
import { features } from './features.ts';
import { identityChecks } from './identity.ts';
import { interfaces } from './interfaces.ts';
import { memory, swap } from './memory.ts';
import { membership, snapd } from './microk8s.ts';
import { mtu } from './mtu.ts';
import { hostName, uniqueNames } from './names.ts';
import { netplanTraps } from './netplan.ts';
import { networkChecks } from './network.ts';
import { portsFree } from './ports.ts';
import { cores, processorFlags } from './processor.ts';
import { defaultRoute, nameServers } from './routes.ts';
import { seatReboot } from './seat.ts';
import { poolVolume, storageFits, volumeGroups } from './storage.ts';
import { architecture, operatingSystem, virtualization } from './system.ts';
import { tlsChecks } from './tls.ts';
import { topology } from './topology.ts';
import { zones } from './zones.ts';

/** All checks, in the order in which a table shows them. */
export const checks: readonly Check[] = [
  access,
  completeFacts,
  operatingSystem,
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
  snapSpace,
  snapd,
  membership,
  portsFree,
  clockSynchronized,
  clockSkew,
  hostName,
  interfaces,
  mtu,
  defaultRoute,
  nameServers,
  netplanTraps,
  ...networkChecks,
  addressesFree,
  uniqueNames,
  ...identityChecks,
  topology,
  zones,
  features,
  ...tlsChecks,
  seatReboot,
];

export function findCheck(id: string): Check | undefined {
  return checks.find((check) => check.id === id);
}
