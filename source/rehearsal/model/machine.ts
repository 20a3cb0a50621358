import * as z from 'zod';

/** An encrypted device: the key that opens it, the name that it is open under, and what is inside. */
const luksSchema = z.object({
  key: z.string(),
  name: z.string().optional(),
  fsType: z.string().optional(),
  mount: z.string().optional(),
});
export type Luks = z.output<typeof luksSchema>;

/** Sizes in bytes. */
const diskSchema = z.object({
  name: z.string(),
  sizeBytes: z.number().int().positive(),
  model: z.string(),
  serial: z.string(),
  wwn: z.string(),
  rotational: z.boolean(),
  transport: z.string(),
  /** In the order of their numbers. Which of them are physical volumes is in `lvm`. */
  partitions: z.array(
    z.object({ sizeBytes: z.number().int(), fsType: z.string().optional(), mount: z.string().optional() }),
  ),
  /** File system on the whole disk. */
  fsType: z.string().optional(),
  luks: luksSchema.optional(),
  /** Where that is mounted. */
  mount: z.string().optional(),
});

const addressSchema = z.object({ address: z.string(), prefix: z.number().int(), dynamic: z.boolean() });

const interfaceSchema = z.object({
  name: z.string(),
  mac: z.string(),
  mtu: z.number().int(),
  up: z.boolean(),
  addresses: z.array(addressSchema),
});

/** What the network is now; netplan's files say what it becomes at the next apply or boot. */
const networkSchema = z.object({
  interfaces: z.array(interfaceSchema),
  routes: z.array(z.object({ to: z.string(), via: z.string().optional(), device: z.string(), dynamic: z.boolean() })),
  nameservers: z.array(z.string()),
  search: z.array(z.string()),
});

export const fileSchema = z.object({ content: z.string(), mode: z.number().int(), owner: z.string() });

const lvmSchema = z.object({
  groups: z.array(z.object({ name: z.string(), uuid: z.string(), extentBytes: z.number().int() })),
  physical: z.array(
    z.object({
      name: z.string(),
      uuid: z.string(),
      group: z.string(),
      deviceBytes: z.number().int(),
      extents: z.number().int(),
    }),
  ),
  logical: z.array(
    z.object({
      name: z.string(),
      uuid: z.string(),
      group: z.string(),
      extents: z.number().int(),
      tags: z.array(z.string()),
      mount: z.string().optional(),
      /** What wipefs would find on it. */
      signature: z.string().optional(),
      luks: luksSchema.optional(),
    }),
  ),
});

const unitSchema = z.object({
  /** What `systemctl is-enabled` says. */
  enabled: z.string(),
  active: z.boolean(),
});

const snapSchema = z.object({
  version: z.string(),
  revision: z.string(),
  channel: z.string(),
  publisher: z.string(),
  notes: z.string(),
  held: z.boolean(),
  /** Track whose addons the node has copies of, where a refresh left older ones. */
  addons: z.string().optional(),
  /** The revision before the last refresh, to which `revert` goes back. */
  before: z.object({ version: z.string(), revision: z.string(), channel: z.string() }).optional(),
});

/** A change that snapd carries out by itself, whether someone waits for it or not. */
const snapChangeSchema = z.object({
  id: z.number().int(),
  verb: z.enum(['install', 'refresh', 'revert', 'remove']),
  snap: z.string(),
  channel: z.string(),
  /** From a file: it follows no channel afterwards. */
  file: z.boolean().optional(),
  startedAt: z.number(),
  readyAt: z.number(),
});

/** Moments of a join: before the agent is asked, once it has let the node in, once the datastore has, before the mark of a member. */
export const cutSchema = z.enum(['before-agent', 'after-agent', 'after-membership', 'before-mark']);

/** One simulated machine. Everything that a command may change or read. */
export const machineSchema = z.object({
  /** Name in the scenario; never changes. */
  id: z.string(),
  hardware: z.object({
    cores: z.number().int(),
    cpuModel: z.string(),
    cpuFlags: z.array(z.string()),
    memoryBytes: z.number().int(),
    swapBytes: z.number().int(),
    productUuid: z.string(),
    virtualization: z.string(),
    disks: z.array(diskSchema),
    /** What the DHCP server answers to this machine's first interface. */
    lease: z.object({
      address: z.string(),
      prefix: z.number().int(),
      gateway: z.string(),
      nameservers: z.array(z.string()),
    }),
    /** ms that its clock is ahead of that of the machine that kloudspot runs on. */
    clockSkewMs: z.number(),
    /** ms from power on until it answers. */
    bootMs: z.number(),
  }),
  login: z.object({
    user: z.string(),
    /** A key of the operator is authorised. */
    key: z.boolean(),
    password: z.string().optional(),
    sudo: z.enum(['free', 'password']),
    /** Which program is called sudo; `sudo-rs` takes no `-E`. */
    sudoProgram: z.enum(['sudo', 'sudo-rs', 'none']).default('sudo'),
  }),
  /** It reaches the stores, archives and registries of the internet. */
  online: z.boolean().default(true),
  /** SHA-256 of the snap files whose signatures snapd knows. */
  acknowledged: z.array(z.string()).default([]),
  /** ed25519 public key, base64 of its wire form. */
  hostKey: z.string(),
  power: z.enum(['on', 'booting', 'off']),
  bootId: z.string(),
  bootedAt: z.number(),
  /** Since when nothing on it runs. */
  downSince: z.number().optional(),
  hostname: z.string(),
  /** Release of the running kernel. */
  kernel: z.string(),
  /** Settings that are not those of a fresh Ubuntu, and modules that are loaded. */
  kernelState: z
    .object({ settings: z.record(z.string(), z.string()), modules: z.array(z.string()) })
    .prefault({ settings: {}, modules: [] }),
  /** The rules of our packet filter that are in force, as their file says them. */
  filter: z.string().optional(),
  files: z.record(z.string(), fileSchema),
  /** When a file was written last, ms, for those whose age is asked for. */
  touched: z.record(z.string(), z.number()),
  network: networkSchema,
  lvm: lvmSchema,
  packages: z.object({
    installed: z.record(z.string(), z.string()),
    /** Newer versions that the archive has. */
    newer: z.record(z.string(), z.string()),
    /** The lists on the machine know of them. */
    listsFresh: z.boolean(),
  }),
  units: z.record(z.string(), unitSchema),
  snaps: z.record(z.string(), snapSchema),
  snapChange: snapChangeSchema.optional(),
  /** Where the next join on it is killed. */
  joinCut: cutSchema.optional(),
  /** Characters that the next join on it can still write. */
  joinOutput: z.number().int().optional(),
  microk8s: z
    .object({
      cluster: z.string(),
      worker: z.boolean(),
      /** Node name under which the kubelet registered: the host name of that time. */
      nodeName: z.string(),
      /** When its services came up last. */
      upSince: z.number(),
      /** `upSince` of the start at which its kubelet registered: it makes its Node once a start. */
      registered: z.number().optional(),
      /** The launch configuration's addons are applied at this time. */
      launchedAt: z.number(),
      /** Arguments that services run with, service → lines, where their files say others since; for the start at `since` alone. */
      former: z.object({ since: z.number(), arguments: z.record(z.string(), z.array(z.string())) }).optional(),
      /** When its certificates were made: name → ms. */
      certificates: z.record(z.string(), z.number()).default({}),
    })
    .optional(),
});

export type Machine = z.output<typeof machineSchema>;
export type Disk = z.output<typeof diskSchema>;
export type Interface = z.output<typeof interfaceSchema>;
export type Network = z.output<typeof networkSchema>;
export type Lvm = z.output<typeof lvmSchema>;
