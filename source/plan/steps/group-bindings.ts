import * as z from 'zod';
import { kubectl } from '../../kubernetes/kubectl.ts';
import { namedObject } from '../../kubernetes/objects.ts';
import { readObject } from '../../kubernetes/read.ts';
import { carryOut } from '../execution/carry-out.ts';
import { command, minutes, notYet, plannedStep } from '../execution/define.ts';
import { madeNothing, untilGone } from '../execution/gone.ts';
import { silent, told } from '../execution/told.ts';
import { manifestText } from '../release/manifest.ts';
import type { LookContext, PlannedStep, StateCheck, StepContext, StepKind } from '../step.ts';

/** A role of the cluster, and the groups that have it, with their prefix. */
const binding = z.object({ role: z.string(), groups: z.array(z.string()) });
const parameters = z.object({
  seed: z.string(),
  bindings: z.array(binding),
  /** Those of an earlier site. */
  gone: z.array(binding).default([]),
});
type Parameters = z.output<typeof parameters>;

const kind = 'clusterrolebindings.rbac.authorization.k8s.io';
const roles = 'clusterroles.rbac.authorization.k8s.io';
const nameOf = (role: string) => `kloudspot-${role}`;
const bindingObject = z.object({
  roleRef: z.object({ kind: z.string(), name: z.string() }),
  subjects: z.array(z.object({ kind: z.string(), name: z.string() })).default([]),
});

async function state(context: LookContext, { seed, bindings, gone }: Parameters): Promise<StateCheck> {
  const host = await context.look(seed);
  for (const { role, groups } of bindings) {
    const [known, bound] = await Promise.all([
      readObject(host, roles, role, undefined, namedObject),
      readObject(host, kind, nameOf(role), undefined, bindingObject),
    ]);
    if (!known.answered) return silent(seed, known.said);
    if (known.value === undefined) return notYet(`the cluster has no role ${role}`);
    if (!bound.answered) return silent(seed, bound.said);
    const has = bound.value?.subjects.filter((each) => each.kind === 'Group').map(({ name }) => name) ?? [];
    if (bound.value?.roleRef.name !== role || has.toSorted().join() !== groups.toSorted().join())
      return notYet(`${role} is bound to ${has.length === 0 ? 'no group' : has.join(', ')}`);
  }
  for (const { role } of gone) {
    const bound = await readObject(host, kind, nameOf(role), undefined, bindingObject);
    if (!bound.answered) return silent(seed, bound.said);
    if (bound.value !== undefined) return notYet(`${role} is still bound to groups`);
  }
  if (bindings.length === 0) return { ok: true, observed: 'no group is bound to a role by kloudspot' };
  return { ok: true, observed: bindings.map(({ role, groups }) => `${role}: ${groups.join(', ')}`).join('; ') };
}

async function act(context: StepContext, p: Parameters, step: PlannedStep): Promise<void> {
  const there: string[] = [];
  for (const { role } of p.bindings) {
    const bound = await told(context, p.seed, `the binding of ${role}`, (host) =>
      readObject(host, kind, nameOf(role), undefined, bindingObject),
    );
    if (bound !== undefined) there.push(role);
  }
  context.remember('there', JSON.stringify(there));
  if (p.gone.length > 0 || there.length < p.bindings.length) context.remember('made', 'yes');
  await carryOut(context, step);
}

/** Those that were not there before go; those that the step took away come back. */
async function undo(context: StepContext, p: Parameters): Promise<string> {
  const { seed, bindings, gone } = p;
  if (context.recall('made') === undefined) return madeNothing;
  if (gone.length > 0)
    await context.run(seed, kubectl.apply(), { sudo: true, stdin: manifestText(gone.map(manifestOf)) });
  const there = z.array(z.string()).parse(JSON.parse(context.recall('there') ?? '[]'));
  for (const { role } of bindings)
    if (!there.includes(role))
      await context.run(seed, kubectl.delete(kind, nameOf(role), { wait: true }), { sudo: true });
  return untilGone(context, () => state(context, p));
}

export const groupBindings: StepKind<typeof parameters> = {
  kind: 'group-bindings',
  parameters,
  state,
  act,
  madeUnder: () => 'made',
  undo,
};

const manifestOf = ({ role, groups }: Parameters['bindings'][number]) => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRoleBinding',
  metadata: { name: nameOf(role) },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
  subjects: groups.map((name) => ({ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name })),
});

/** The step that gives roles of the cluster to groups. */
export function planGroupBindings(p: Parameters): PlannedStep {
  return plannedStep(groupBindings, {
    group: 'API servers',
    title:
      p.bindings.length === 0
        ? 'Unbind cluster roles from groups of the corporate login'
        : 'Bind cluster roles to groups of the corporate login',
    why: 'A user with a token of the issuer has the rights of the groups in it, and no others.',
    deadline: minutes(3),
    parameters: p,
    commands: [
      ...(p.bindings.length === 0
        ? []
        : [command('apply', p.seed, kubectl.apply(), { stdin: manifestText(p.bindings.map(manifestOf)) })]),
      ...p.gone.map(({ role }) =>
        command(`take ${role} away`, p.seed, kubectl.delete(kind, nameOf(role), { wait: true })),
      ),
    ],
  });
}
