import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';

const standIn = z.enum(['rehearsal', 'lab', 'nodes']);
export type StandIn = z.output<typeof standIn>;

const situation = z.strictObject({
  id: z.string(),
  of: z.string(),
  seen: z.string().default(''),
  on: z.enum(['ks-1', 'ks-2']),
  given: z.string(),
  track: z.string().default('1.34'),
  command: z.string().default(''),
  cut: z.enum(['agent', 'first restart', 'waiting', 'stops']).optional(),
  read: z.string().optional(),
  code: z.number().int().optional(),
  stdout: z.string().default(''),
  stderr: z.string().default(''),
  members: z.array(z.string()).optional(),
  nodes: z.array(z.string()).optional(),
  locksAdded: z.array(z.string()).default([]),
  locksRemoved: z.array(z.string()).default([]),
  seedLocksAdded: z.array(z.string()).optional(),
  tokenUsed: z.boolean().optional(),
  put: z.strictObject({ name: z.string(), content: z.string() }).optional(),
  launcher: z.array(z.string()).optional(),
  lie: z.string().optional(),
  gaps: z.partialRecord(standIn, z.string()).default({}),
});
/** One recorded situation; the head of `situations.yaml` says what each key means. */
export type Situation = z.output<typeof situation>;

/** How genuine MicroK8s behaves, situation by situation. */
export const situations: readonly Situation[] = z
  .array(situation)
  .parse(parse(readFileSync(join(import.meta.dirname, 'situations.yaml'), 'utf8')));

/** Situations that were seen, apart by whether a stand-in shows them. */
export function shownBy(name: StandIn): { readonly shown: readonly Situation[]; readonly gaps: readonly Situation[] } {
  const seen = situations.filter(({ read }) => read === undefined);
  return {
    shown: seen.filter(({ gaps }) => gaps[name] === undefined),
    gaps: seen.filter(({ gaps }) => gaps[name] !== undefined),
  };
}

/** One state of two nodes of the lab after another; in each, these situations are run in this order. */
export const scenes: readonly { readonly given: string; readonly ids?: readonly string[] }[] = [
  { given: 'fresh' },
  { given: 'dns enabled' },
  { given: 'token unknown' },
  { given: 'another fingerprint' },
  { given: 'token expired' },
  { given: 'fresh', ids: ['refresh-certs-check', 'enable-metallb-32'] },
  { given: 'metallb enabled', ids: ['enable-metallb-other-value', 'disable-metallb'] },
  { given: 'fresh', ids: ['dbctl-backup', 'config-ready', 'stop-ready'] },
  {
    given: 'stopped',
    ids: ['status-stopped-text', 'kubectl-on-stopped', 'config-on-stopped', 'dbctl-on-stopped', 'stop-on-stopped'],
  },
  { given: 'stopped', ids: ['start-on-stopped'] },
  { given: 'fresh', ids: ['join-cut-4-waiting'] },
  {
    given: 'cut while waiting',
    ids: [
      'after-cut-4-waiting-leave',
      'after-cut-4-waiting-join-again',
      'after-cut-4-remove-by-name',
      'after-cut-4-status-on-joiner',
      'after-cut-4-remove-by-address',
    ],
  },
  { given: 'fresh', ids: ['join-worker-good'] },
  { given: 'worker' },
  { given: 'worker', ids: ['leave-worker'] },
  { given: 'fresh', ids: ['join-manager-good'] },
  { given: 'member' },
  { given: 'member stopped', ids: ['leave-member-stopped'] },
  { given: 'member', ids: ['leave-member'] },
];

/** Situations that leave the nodes as they found them, and take no minute. */
const isQuiet = ({ locksRemoved, nodes, members, command, cut }: Situation) =>
  cut === undefined &&
  locksRemoved.length === 0 &&
  nodes === undefined &&
  members === undefined &&
  /^microk8s [^|;]*$/.test(command) &&
  !/enable (?:metallb:|ingress$|rbac)|refresh-certs -|reset|inspect|stop$|start$/.test(command);

/** What is run in a scene: the situations that it names, or all that leave its state as it is. */
export function inScene({ given, ids }: (typeof scenes)[number]): readonly Situation[] {
  const here = situations.filter((each) => each.given === given && each.track === '1.34' && each.read === undefined);
  return ids === undefined
    ? here.filter(isQuiet)
    : ids.map((id) => {
        const found = here.find((each) => each.id === id);
        if (found === undefined) throw new Error(`No situation ${id} begins in the state: ${given}.`);
        return found;
      });
}

/** Those that are run on real nodes. */
const onNodes: readonly Situation[] = [...new Set(scenes.flatMap(inScene))].filter(
  ({ gaps }) => gaps.nodes === undefined,
);

/** Rows of a table: for each group of commands, how many situations there are and how many each stand-in shows. */
export function sizes(): readonly (readonly string[])[] {
  const groups = [...new Set(situations.map(({ of }) => of))];
  const count = (rows: readonly Situation[], group: string) => String(rows.filter(({ of }) => of === group).length);
  return [
    ['Commands', 'Situations', 'Read, not seen', 'Rehearsal', 'Lab', 'Lab, on real nodes'],
    ...groups.map((group) => [
      group,
      count(situations, group),
      count(
        situations.filter(({ read }) => read !== undefined),
        group,
      ),
      count(shownBy('rehearsal').shown, group),
      count(shownBy('lab').shown, group),
      count(onNodes, group),
    ]),
  ];
}

/** Rows of a table: every situation that a stand-in does not show, and why. */
export function gapRows(): readonly (readonly string[])[] {
  const shownOnNodes = new Set(onNodes.map(({ id }) => id));
  return [
    ['Situation', 'Stand-in', 'Why not'],
    ...situations.flatMap(({ id, gaps, read }) => [
      ...(read === undefined ? [] : [[`\`${id}\``, 'both', `not seen, read: ${read}`]]),
      ...Object.entries(gaps).map(([name, why]) => [
        `\`${id}\``,
        name === 'nodes' ? 'lab, on real nodes' : name === 'lab' && shownOnNodes.has(id) ? 'lab, without nodes' : name,
        why,
      ]),
    ]),
  ];
}
