import * as z from 'zod';
import { defaultGroup } from '../../site/default-group.ts';
import { defaultProduct } from '../../site/default-product.ts';
import type { DraftValue } from '../../site/schema.ts';
import { cutSchema } from '../model/machine.ts';
import { agree, happeningSchema, standingSchema } from './happenings.ts';

const gibibyte = 1024 ** 3;
const gibibytes = z
  .number()
  .positive()
  .transform((value) => Math.round(value * gibibyte));

const draftValue: z.ZodType<DraftValue> = z.lazy(() =>
  z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(draftValue), z.record(z.string(), draftValue)]),
);

const partition = z.strictObject({
  sizeGiB: gibibytes,
  fsType: z.string().optional(),
  mount: z.string().optional(),
  /** Volume group whose physical volume it is. */
  group: z.string().optional(),
});

const logicalVolume = z.strictObject({
  group: z.string(),
  name: z.string(),
  sizeGiB: gibibytes,
  fsType: z.string().optional(),
  mount: z.string().optional(),
  tags: z.array(z.string()).default([]),
});

const disk = z.strictObject({
  name: z.string().default('sda'),
  sizeGiB: gibibytes.prefault(931.5),
  model: z.string().default('SAMSUNG MZ7L3960HCJR-00A07'),
  /** Default: made up from the node's name. */
  serial: z.string().optional(),
  rotational: z.boolean().default(false),
  transport: z.string().default('sata'),
  use: z.enum(['root', 'group', 'blank', 'filesystem']).default('root'),
  /** Volume group of the physical volume on it. */
  group: z.string().default(defaultGroup),
  /** GiB of the volume group's partition; default: all that the installer leaves. */
  groupGiB: gibibytes.optional(),
  /** GiB of the logical volume that carries /; `root` only. */
  rootGiB: gibibytes.prefault(100),
  /** Partition by partition, in place of `use`. */
  partitions: z.array(partition).optional(),
});
export type ScenarioDisk = z.output<typeof disk>;

/** Intel Ice Lake as /proc/cpuinfo lists it, without flags that are never asked for. */
const cpuFlags =
  'fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse sse2 ss ht syscall nx ' +
  'pdpe1gb rdtscp lm constant_tsc rep_good nopl xtopology nonstop_tsc cpuid aperfmperf pni pclmulqdq ssse3 fma cx16 pcid ' +
  'sse4_1 sse4_2 x2apic movbe popcnt aes xsave avx f16c rdrand hypervisor lahf_lm abm 3dnowprefetch fsgsbase bmi1 avx2 smep ' +
  'bmi2 erms invpcid avx512f avx512dq rdseed adx smap clflushopt clwb avx512cd sha_ni avx512bw avx512vl';

const nodeSchema = z.strictObject({
  /** Host name that it was installed with. */
  hostname: z.string(),
  cores: z.number().int().positive().default(16),
  cpu: z.string().default('Intel(R) Xeon(R) Gold 6326 CPU @ 2.90GHz'),
  cpuFlags: z.string().default(cpuFlags),
  /** Taken away from `cpuFlags`. */
  cpuWithout: z.array(z.string()).default([]),
  memoryGiB: gibibytes.prefault(125.6),
  swapGiB: z.number().min(0).default(0),
  virtualization: z.string().default('none'),
  /** As /etc/os-release says it. */
  os: z
    .strictObject({
      id: z.string().default('ubuntu'),
      versionId: z.string().default('22.04'),
      name: z.string().default('Ubuntu 22.04.5 LTS'),
    })
    .prefault({}),
  /** Same text on two nodes: a clone. Default: made up from the node's name. */
  identity: z.string().optional(),
  interface: z.string().default('eno1'),
  mtu: z.number().int().default(1500),
  /** What the machine has at power on: its own netplan file, or the DHCP server's lease. */
  address: z.strictObject({
    mode: z.enum(['static', 'dhcp']),
    address: z.string(),
    prefix: z.number().int().default(24),
    gateway: z.string(),
    nameservers: z.array(z.string()).default([]),
    search: z.array(z.string()).default([]),
  }),
  /** Further interfaces, each with a static address. The default route is that of the first one here that has a gateway. */
  furtherInterfaces: z
    .array(
      z.strictObject({
        name: z.string(),
        address: z.string(),
        prefix: z.number().int().default(24),
        gateway: z.string().optional(),
      }),
    )
    .default([]),
  disks: z.array(disk).min(1).prefault([{}]),
  /** Logical volumes made before, beside the one of `use: root`. */
  volumes: z.array(logicalVolume).default([]),
  login: z
    .strictObject({
      user: z.string().default('ubuntu'),
      key: z.boolean().default(true),
      password: z.string().optional(),
      sudo: z.enum(['free', 'password']).default('free'),
      /** From Ubuntu 25.10 sudo is sudo-rs. */
      sudoProgram: z.enum(['sudo', 'sudo-rs', 'none']).default('sudo'),
    })
    .prefault({}),
  packages: z.array(z.string()).default(['lvm2', 'open-iscsi', 'snapd', 'curl']),
  /** Packages that the archive has in a newer version; a kernel among them asks for a reboot. */
  upgradable: z.array(z.string()).default(['linux-image-generic', 'openssl', 'systemd', 'libc6', 'snapd', 'curl']),
  clockSkewMs: z.number().default(0),
  /** Seconds from power on until SSH answers. */
  bootSeconds: z.number().positive().default(34),
});

/** What a command does instead of, or besides, what it says. */
const faultSchema = z.strictObject({
  /** Node that runs the command; default: any. */
  node: z.string().optional(),
  /** The first words of the command without `sudo`, `env …` and folders: `microk8s join`. Or a script's name. */
  command: z.string().min(1),
  /** From which time on that the command is run, counted from 1, and for how many times. */
  from: z.number().int().positive().default(1),
  times: z.number().int().positive().default(1),
  does: z.discriminatedUnion('kind', [
    /** Ends with this code and nothing done. With code 0 it lies. */
    z.strictObject({
      kind: z.literal('end'),
      code: z.number().int().min(0).max(255),
      stdout: z.string().default(''),
      stderr: z.string().default(''),
      afterSeconds: z.number().min(0).default(1),
    }),
    /** Does its work, then ends with this code. */
    z.strictObject({ kind: z.literal('code'), code: z.number().int().min(0).max(255), stderr: z.string().default('') }),
    /** Never ends. */
    z.strictObject({ kind: z.literal('hang') }),
    /** The machine's power goes while it runs, and comes back later or never. */
    z.strictObject({
      kind: z.literal('power'),
      afterSeconds: z.number().min(0),
      backAfterSeconds: z.number().positive().optional(),
    }),
    /** Of `microk8s join` only: it is killed there with all that it started, as a kill -9 or the loss of its memory does. */
    z.strictObject({ kind: z.literal('cut'), at: cutSchema }),
    /** Its output ends after so many bytes; it does its work. */
    z.strictObject({ kind: z.literal('output'), bytes: z.number().int().min(0) }),
    /** The connection breaks; the command goes on by itself where a real one would. */
    z.strictObject({ kind: z.literal('drop'), afterSeconds: z.number().min(0) }),
  ]),
});
export type ScenarioFault = z.output<typeof faultSchema>;

/** The scenario without what its parts must agree on. */
const wholeSchema = z.strictObject({
  version: z.literal(1),
  title: z.string().min(1),
  summary: z.string().min(1),
  /** Product whose components the chart brings up. */
  product: z.string().default(defaultProduct),
  nodes: z.record(z.string(), nodeSchema).refine((nodes) => Object.keys(nodes).length > 0, 'at least one node'),
  faults: z.array(faultSchema).default([]),
  cluster: standingSchema.optional(),
  events: z.array(happeningSchema).default([]),
  /** Whether the nodes reach the stores, archives and registries of the internet. */
  internet: z.boolean().default(true),
  /** A site that the wizard starts from, complete. */
  draft: z.record(z.string(), draftValue),
});

export const scenarioSchema = wholeSchema.superRefine(agree);

/** Simulated machines and what goes wrong with them, as `templates/rehearsal/*.yaml` says. */
export type Scenario = z.output<typeof scenarioSchema>;
export type ScenarioNode = Scenario['nodes'][string];
