import * as z from 'zod';
import { defaultChannel } from '../../microk8s/tracks.ts';

/** A cluster that is there before anything is done: its machines in the order in which they joined. */
export const standingSchema = z.strictObject({
  channel: z.string().default(defaultChannel),
  managers: z.array(z.string()).min(1),
  workers: z.array(z.string()).default([]),
  /** MicroK8s' own that were switched on by hand: `dns`, `ingress`. */
  addons: z.array(z.string()).default([]),
});
export type StandingScenario = z.output<typeof standingSchema>;

/** What happens to a machine by itself, whichever command runs. */
export const happeningSchema = z.strictObject({
  node: z.string(),
  /** What it is counted from: the rehearsal's first moment, or the deployment of the product. */
  after: z.enum(['start', 'product']).default('product'),
  afterSeconds: z.number().min(0).default(600),
  does: z.discriminatedUnion('kind', [
    /** The machine's power goes, and comes back later or never. */
    z.strictObject({ kind: z.literal('power'), backAfterSeconds: z.number().positive().optional() }),
    /** The disk is gone, with all that lies on it. */
    z.strictObject({ kind: z.literal('disk'), name: z.string() }),
    /** Something takes the free space of a volume group. */
    z.strictObject({ kind: z.literal('fill'), group: z.string(), leavesGiB: z.number().min(0).default(0) }),
    /** The certificates that MicroK8s makes for a year end; a negative number of days: they end so soon. */
    z.strictObject({ kind: z.literal('certificates'), endedDays: z.number().default(1) }),
  ]),
});
export type Happening = z.output<typeof happeningSchema>;

interface Agreeing {
  readonly nodes: Readonly<Record<string, { readonly disks: readonly { readonly name: string }[] }>>;
  readonly cluster?: StandingScenario | undefined;
  readonly events: readonly Happening[];
}

/** Cluster and events name machines and disks that the scenario has, and no machine is in the cluster twice. */
export function agree(scenario: Agreeing, context: z.core.$RefinementCtx<Agreeing>): void {
  const known = Object.keys(scenario.nodes);
  const wrong = (path: (string | number)[], message: string) => context.addIssue({ code: 'custom', path, message });
  const name = (node: string, ...path: (string | number)[]) => {
    if (!known.includes(node)) wrong(path, `one of ${known.join(', ')}`);
  };
  const { managers = [], workers = [] } = scenario.cluster ?? {};
  for (const [role, members] of Object.entries({ managers, workers }))
    for (const [place, node] of members.entries()) name(node, 'cluster', role, place);
  const twice = [...managers, ...workers].find((node, place, all) => all.indexOf(node) !== place);
  if (twice !== undefined) wrong(['cluster'], `each machine once, not ${twice} twice`);
  for (const [place, { node, does }] of scenario.events.entries()) {
    name(node, 'events', place, 'node');
    const disks = scenario.nodes[node]?.disks.map((disk) => disk.name) ?? [];
    if (does.kind === 'disk' && disks.length > 0 && !disks.includes(does.name))
      wrong(['events', place, 'does', 'name'], `one of ${disks.join(', ')}`);
  }
}
