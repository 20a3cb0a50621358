import type { Plan } from '../plan/document/document.ts';

/**
 * ms until the last step ends, by the usual times of its kinds. Steps go side by side: the longest chain counts, not the sum.
 * `spent`: ms that running steps have taken so far. Undefined when a kind was never timed, or nothing is left.
 */
export function timeLeft(
  plan: Pick<Plan, 'steps'>,
  done: ReadonlySet<string>,
  usual: (kind: string) => number | undefined,
  spent: ReadonlyMap<string, number> = new Map(),
): number | undefined {
  const finish = new Map<string, number>();
  for (const { id, kind, needs } of plan.steps) {
    if (done.has(id)) continue;
    const ms = usual(kind);
    if (ms === undefined) return undefined;
    finish.set(id, Math.max(0, ms - (spent.get(id) ?? 0)) + Math.max(0, ...needs.map((need) => finish.get(need) ?? 0)));
  }
  return finish.size === 0 ? undefined : Math.max(...finish.values());
}
