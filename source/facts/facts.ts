import type { HostAccess } from '../host/host.ts';
import type { PartsOfFacts } from './parts.ts';

export type { CpuFacts, MemoryFacts, TimeFacts } from './hardware.ts';
export type { KernelFacts } from './kernel.ts';
export type { VolumeGroupFacts } from './lvm.ts';
export type { InterfaceFacts, NetworkFacts } from './network.ts';
export type { FactPart } from './parts.ts';
export type { ServiceFacts } from './services.ts';
export type { MicroK8sFacts, PackageFacts } from './software.ts';
export type { BlockDeviceFacts, StorageFacts } from './storage.ts';
export type { IdentityFacts, SystemFacts } from './system.ts';

/** What was seen on one node. Parts that could not be read are missing and named in `problems`. Sizes in bytes. */
export interface NodeFacts extends PartsOfFacts {
  readonly node: string;
  /** ISO 8601, by the clock of the machine that kloudspot runs on. */
  readonly seenAt: string;
  readonly access: HostAccess;
  /** Name of a part, or of a piece of one → why it could not be read. */
  readonly problems: Readonly<Record<string, string>>;
}
