import type * as z from 'zod';
import type { Script } from '../../host/host.ts';
import { defined } from '../../text/defined.ts';
import type { PlannedCommand, PlannedFile, PlannedStep, StateCheck, StepKind } from '../step.ts';

/** In ms. */
export const seconds = (count: number): number => count * 1_000;
/** In ms. */
export const minutes = (count: number): number => count * 60_000;

/** A state that is not the wanted one, with what was seen instead. */
export const notYet = (observed: string): StateCheck => ({ ok: false, observed });

/** What a planner gives for one step; the rest follows from its kind. */
export interface StepDraft<Schema extends z.ZodType> {
  readonly node?: string;
  /** Where one kind occurs more than once in a plan without a node: `storage-class/unshared`. */
  readonly name?: string;
  readonly group: string;
  readonly title: string;
  readonly why: string;
  readonly risk?: PlannedStep['risk'];
  readonly alone?: boolean;
  readonly beside?: boolean;
  readonly deadline: number;
  readonly parameters: z.output<Schema>;
  readonly commands?: readonly PlannedCommand[];
  readonly files?: readonly PlannedFile[];
  readonly skippable?: boolean;
  readonly changes?: readonly string[];
}

/** `hostname@ks-1`, `storage-class/unshared`, `addon-dns`. */
function stepId(kind: string, place: { readonly node?: string; readonly name?: string } = {}): string {
  return kind + (place.name === undefined ? '' : `/${place.name}`) + (place.node === undefined ? '' : `@${place.node}`);
}

/** A step as it is in the plan: the planner's draft and what follows from its kind. */
export function plannedStep<Schema extends z.ZodObject>(kind: StepKind<Schema>, draft: StepDraft<Schema>): PlannedStep {
  const { node, name, parameters, files = [] } = draft;
  return {
    id: stepId(kind.kind, defined({ node, name })),
    kind: kind.kind,
    ...defined({ node }),
    group: draft.group,
    title: draft.title,
    why: draft.why,
    risk: draft.risk ?? 'low',
    ...(draft.alone ? { alone: true } : {}),
    ...(draft.beside ? { beside: true } : {}),
    // Set where the step gets its place in the order.
    needs: [],
    deadline: draft.deadline,
    parameters,
    commands: draft.commands ?? [],
    files,
    undoable: kind.undo !== undefined,
    ...defined({ madeUnder: kind.madeUnder?.({ files }) }),
    skippable: draft.skippable ?? false,
    changes: draft.changes ?? [],
  };
}

/** A command as root. Its name is unique in its step. */
export function command(
  name: string,
  node: string,
  words: readonly string[] | Script,
  rest: Pick<PlannedCommand, 'stdin' | 'note' | 'when'> = {},
): PlannedCommand {
  return { name, node, command: words, sudo: true, ...rest };
}
