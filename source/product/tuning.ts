import * as z from 'zod';

const why = z
  .string()
  .regex(/^[^\n\r]+$/, 'one line')
  .meta({ description: 'Shown in the plan, and written beside it on the node.' });

const sysctl = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9_-]*(\.[A-Za-z0-9_*/-]+)+$/, 'the name of a sysctl, such as vm.max_map_count'),
  value: z.union([z.number().int(), z.string().regex(/^[A-Za-z0-9_-]+( [A-Za-z0-9_-]+)*$/, 'words or numbers')]),
  why,
});

const limit = z.strictObject({
  domain: z.string().regex(/^[*@%A-Za-z0-9_.:-]+$/, 'a user, @group or *'),
  type: z.enum(['soft', 'hard', '-']),
  item: z.enum([
    'core',
    'data',
    'fsize',
    'memlock',
    'nofile',
    'nproc',
    'rss',
    'stack',
    'sigpending',
    'msgqueue',
    'nice',
    'rtprio',
  ]),
  value: z.union([z.number().int().min(-1), z.literal('unlimited')]),
  why,
});

const kernelModule = z.strictObject({
  name: z.string().regex(/^[a-z0-9_]+$/, 'the name of a kernel module, such as br_netfilter'),
  why,
});

const once =
  <Entry>(key: (entry: Entry) => string) =>
  (all: readonly Entry[]) =>
    new Set(all.map(key)).size === all.length;

/** What a product wants of the operating system of every node, each with its reason. */
export const tuningSchema = z
  .strictObject({
    sysctls: z
      .array(sysctl)
      .refine(
        once<z.output<typeof sysctl>>(({ name }) => name),
        { error: 'each name once' },
      )
      .default([])
      .meta({ description: 'Settings of the kernel.' }),
    limits: z
      .array(limit)
      .refine(
        once<z.output<typeof limit>>(({ domain, type, item }) => `${domain} ${type} ${item}`),
        { error: 'each limit once' },
      )
      .default([])
      .meta({
        description: 'Limits of logins on the node, as limits.conf(5) names them. Containers have those of containerd.',
      }),
    modules: z
      .array(kernelModule)
      .refine(
        once<z.output<typeof kernelModule>>(({ name }) => name),
        { error: 'each name once' },
      )
      .default([])
      .meta({ description: 'Modules of the kernel that are loaded, now and at every start.' }),
  })
  .prefault({});
export type Tuning = z.output<typeof tuningSchema>;
