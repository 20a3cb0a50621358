import type { HostAccess } from '../host/host.ts';

/** What was seen on one node. Sections that could not be read are missing and named in `problems`. Sizes in bytes. */
export interface NodeFacts {
  readonly node: string;
  /** ISO 8601, by the seat's clock. */
  readonly seenAt: string;
  readonly access: AccessFacts;
  readonly identity?: IdentityFacts;
  readonly system?: SystemFacts;
  readonly cpu?: { readonly model: string; readonly cores: number; readonly flags: readonly string[] };
  readonly memory?: { readonly totalBytes: number; readonly swapBytes: number };
  readonly time?: TimeFacts;
  readonly network?: NetworkFacts;
  readonly storage?: StorageFacts;
  readonly packages?: PackageFacts;
  readonly microk8s?: MicroK8sFacts;
  /** Section name → why it could not be read. */
  readonly problems: Readonly<Record<string, string>>;
}

export type AccessFacts = HostAccess;

export interface IdentityFacts {
  readonly hostname: string;
  readonly machineId: string;
  readonly productUuid?: string;
  readonly initiatorName?: string;
  /** SHA256 fingerprint of the ed25519 host key, where there is one. */
  readonly hostKey?: string;
}

export interface SystemFacts {
  /** `ubuntu`, `debian`, … from /etc/os-release. */
  readonly id: string;
  readonly versionId: string;
  readonly prettyName: string;
  readonly lts: boolean;
  readonly kernel: string;
  readonly architecture: string;
  /** What systemd-detect-virt says: none, kvm, lxc, … */
  readonly virtualization: string;
  readonly bootId: string;
}

export interface TimeFacts {
  /** ms since 1970 by the node's clock, and half the round trip that it took to ask. */
  readonly nodeMs: number;
  readonly seatMs: number;
  readonly uncertaintyMs: number;
  readonly synchronized: boolean;
}

export interface InterfaceFacts {
  readonly name: string;
  readonly mac: string;
  readonly mtu: number;
  readonly up: boolean;
  /** `ether`, `loopback`, `bridge`, `vlan`, `bond`, … */
  readonly kind: string;
  readonly addresses: readonly { readonly address: string; readonly prefix: number; readonly dynamic: boolean }[];
}

export interface NetworkFacts {
  readonly interfaces: readonly InterfaceFacts[];
  readonly routes: readonly { readonly to: string; readonly via?: string; readonly device: string }[];
  readonly nameservers: readonly string[];
  readonly search: readonly string[];
  readonly netplan: readonly { readonly path: string; readonly mode: string; readonly content: string }[];
  readonly hostsFile: string;
  readonly cloudInitNetworkDisabled: boolean;
  readonly cloudInitPresent: boolean;
  /** TCP ports that something listens on, with the process where it could be seen. */
  readonly listeners: readonly {
    readonly port: number;
    readonly address: string;
    readonly process?: string;
    readonly pid?: number;
  }[];
}

export interface StorageFacts {
  readonly volumeGroups: readonly VolumeGroupFacts[];
  readonly physicalVolumes: readonly {
    readonly name: string;
    readonly uuid: string;
    readonly volumeGroup: string;
    readonly sizeBytes: number;
    readonly freeBytes: number;
    readonly missing: boolean;
    readonly allocatable: boolean;
    readonly duplicate: boolean;
  }[];
  readonly logicalVolumes: readonly {
    readonly name: string;
    readonly uuid: string;
    readonly volumeGroup: string;
    readonly sizeBytes: number;
    readonly path: string;
    readonly tags: readonly string[];
    readonly pool?: string;
  }[];
  readonly disks: readonly BlockDeviceFacts[];
  readonly root: { readonly sizeBytes: number; readonly freeBytes: number; readonly device: string };
  /** Free bytes of the file system that holds /var/snap. */
  readonly snapFreeBytes: number;
}

export interface VolumeGroupFacts {
  readonly name: string;
  readonly uuid: string;
  readonly sizeBytes: number;
  /** Really allocatable: the free space of physical volumes that are present and allocatable. */
  readonly freeBytes: number;
  readonly extentBytes: number;
  readonly missingPhysicalVolumes: number;
  readonly exported: boolean;
  readonly devices: readonly string[];
}

export interface BlockDeviceFacts {
  readonly name: string;
  readonly path: string;
  /** `disk`, `part`, `lvm`, `crypt`, `raid1`, `loop`, `rom`, … */
  readonly type: string;
  readonly sizeBytes: number;
  readonly rotational: boolean;
  readonly removable: boolean;
  readonly readOnly: boolean;
  readonly fsType?: string;
  readonly mountPoints: readonly string[];
  readonly model?: string;
  readonly serial?: string;
  readonly wwn?: string;
  readonly transport?: string;
  readonly children: readonly BlockDeviceFacts[];
}

export interface PackageFacts {
  /** Packages that an upgrade would change, as the lists on the node stand. */
  readonly upgradable: number;
  readonly rebootRequired: boolean;
  /** Of those asked for (`open-iscsi`, `lvm2`, …): the ones installed. */
  readonly installed: readonly string[];
  readonly snapd?: string;
}

export interface MicroK8sFacts {
  readonly installed: boolean;
  readonly version?: string;
  readonly revision?: string;
  readonly channel?: string;
  readonly held?: boolean;
  readonly running: boolean;
  /** Member of a cluster of more than itself (lock file no-cert-reissue), or a worker. */
  readonly joined: boolean;
  readonly worker: boolean;
}
