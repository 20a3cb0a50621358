import * as z from 'zod';
import { exitCode, Fault } from '../../errors/fault.ts';
import { messageOf } from '../../errors/thrown.ts';
import type { HostTarget } from '../../host/host.ts';
import { siteSchema } from '../../site/schema.ts';
import { kloudspot } from '../../text/command.ts';
import { safeValues } from '../../text/safe-text.ts';
import type { AnyStepKind, PlannedCommand, PlannedFile, PlannedStep } from '../step.ts';
import { type Plan, type PlanSource, planPurposes } from './document.ts';

const text = z.string().exactOptional();

const script = z.object({ name: z.string(), text: z.string(), arguments: z.array(z.string()).exactOptional() });

const command: z.ZodType<PlannedCommand> = z.object({
  name: z.string(),
  node: z.string(),
  command: z.union([z.array(z.string()).min(1), script]),
  sudo: z.boolean(),
  stdin: text,
  note: text,
  when: text,
});

const file: z.ZodType<PlannedFile> = z.object({
  node: z.string(),
  path: z.string(),
  content: z.string(),
  mode: z.number().int(),
  owner: text,
  secret: z.boolean().exactOptional(),
  before: text,
});

const step: z.ZodType<PlannedStep> = z.object({
  id: z.string().min(1),
  kind: z.string().min(1),
  node: text,
  group: z.string(),
  title: z.string(),
  why: z.string(),
  risk: z.enum(['none', 'low', 'dangerous']),
  alone: z.boolean().exactOptional(),
  beside: z.boolean().exactOptional(),
  needs: z.array(z.string()),
  deadline: z.number().positive(),
  parameters: z.record(z.string(), z.unknown()),
  commands: z.array(command),
  files: z.array(file),
  undoable: z.boolean(),
  madeUnder: text,
  skippable: z.boolean(),
  changes: z.array(z.string()),
});

const target: z.ZodType<HostTarget> = z.object({
  node: z.string(),
  addresses: z.array(z.string()),
  port: z.number().int().exactOptional(),
  user: text,
  identityFile: text,
  jump: text,
  local: z.boolean().exactOptional(),
  kubeconfig: text,
});

const source: z.ZodType<PlanSource> = z.object({
  what: z.enum(['site', 'product', 'chart', 'bundle']),
  path: z.string(),
  digest: z.string(),
  written: z.record(z.string(), z.unknown()).exactOptional(),
});

/** `plan.json` as it is read back. */
export const planSchema: z.ZodType<Plan> = z.object({
  version: z.literal(2, 'version 2; this plan was made by another version of the program'),
  purpose: z.enum(planPurposes),
  hash: z.string(),
  createdAt: z.iso.datetime(),
  site: siteSchema,
  product: z.string(),
  targets: z.array(target),
  basis: z.record(z.string(), z.record(z.string(), z.string())),
  steps: z.array(step),
  accepted: z.array(z.object({ check: z.string(), nodes: z.array(z.string()), reason: z.string() })).exactOptional(),
  sources: z.array(source).exactOptional(),
});

/**
 * Reads the text of a `plan.json`. Throws a `Fault` that lists everything that is wrong: the shape, unknown kinds of steps,
 * parameters that a kind does not take, needs that no step meets, and steps that wait for each other. Without `kinds` neither kinds nor
 * parameters are judged.
 */
export function parsePlan(content: string, kinds: ReadonlyMap<string, AnyStepKind> | undefined, where: string): Plan {
  const parsed = planSchema.safeParse(readJson(content, where));
  if (!parsed.success) throw notAPlan(where, parsed.error.issues.map(sayIssue));
  const ofKinds = kinds === undefined ? [] : stepProblems(parsed.data, kinds);
  const problems = [...hidden(parsed.data, content), ...ofKinds, ...orderProblems(parsed.data.steps)];
  if (problems.length > 0) throw notAPlan(where, problems);
  return parsed.data;
}

/** What a plan shows is what it does: a terminal would act on such characters instead. Contents of files may hold any. */
function hidden(plan: Plan, content: string): string[] {
  // Most plans hold none, not even escaped: one look at the text is a fifth of the work.
  if (/^[\t\n\r -~]*$/.test(content) && !/\\[bfu]/.test(content)) return [];
  const text = JSON.stringify(plan, (key, value: unknown) => (/^(content|parameters)$/.test(key) ? undefined : value));
  if (JSON.stringify(safeValues(JSON.parse(text))) === text) return [];
  return ['it holds characters that a terminal acts on instead of showing them'];
}

function readJson(content: string, where: string): unknown {
  try {
    return JSON.parse(content);
  } catch (error) {
    throw notAPlan(where, [messageOf(error)]);
  }
}

function stepProblems({ steps }: Plan, kinds: ReadonlyMap<string, AnyStepKind>): string[] {
  return steps.flatMap(({ id, kind, parameters }) => {
    const known = kinds.get(kind);
    if (known === undefined) return [`${id}: no step of kind ${kind} is known`];
    const parsed = known.parameters.safeParse(parameters);
    return parsed.success ? [] : parsed.error.issues.map((issue) => `${id}: ${sayIssue(issue)}`);
  });
}

/** Every need is a step of the plan, no id occurs twice, and there is an order in which all can be done. */
function orderProblems(steps: readonly PlannedStep[]): string[] {
  const ids = new Set<string>();
  const twice = steps.filter(({ id }) => ids.size === ids.add(id).size);
  const missing = steps.flatMap(({ id, needs }) =>
    needs.filter((need) => !ids.has(need)).map((need) => `${id}: needs ${need}, which is not a step of this plan`),
  );
  if (missing.length > 0) return missing;
  const open = new Map(steps.map((planned) => [planned.id, planned]));
  for (let before = -1; before !== open.size; ) {
    before = open.size;
    for (const { id, needs } of open.values()) if (!needs.some((need) => open.has(need))) open.delete(id);
  }
  return [
    ...twice.map(({ id }) => `${id}: is in the plan twice`),
    ...(open.size > 0 ? [`these steps wait for each other: ${[...open.keys()].join(', ')}`] : []),
  ];
}

const sayIssue = ({ path, message }: z.core.$ZodIssue): string => `${path.join('.') || 'top level'}: ${message}`;

function notAPlan(where: string, problems: readonly string[]): Fault {
  return new Fault({
    what: 'This plan cannot be carried out.',
    where,
    why: problems.join('\n'),
    next: [`${kloudspot('plan')}  makes a new one.`],
    exitCode: exitCode.usage,
  });
}
