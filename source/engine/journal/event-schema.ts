import * as z from 'zod';
import type { RunEvent, RunOrder } from './event.ts';

const step = z.string();
const node = z.string();
const milliseconds = z.number().nonnegative();
const at = z.iso.datetime();

/** One line of `journal.jsonl`, as it is read back. Keys of a later version are let through unread. */
export const eventSchema: z.ZodType<RunEvent> = z.discriminatedUnion('type', [
  z.object({
    at,
    type: z.literal('run-started'),
    run: z.string(),
    plan: z.string(),
    process: z.number().int(),
    owner: z.string(),
    host: z.string(),
    resumed: z.boolean(),
    undo: z.object({ step: z.string().exactOptional() }).exactOptional(),
    accepted: z.array(z.string()).exactOptional(),
  }),
  z.object({ at, type: z.literal('step-started'), step, attempt: z.number().int(), deadlineMs: milliseconds }),
  z.object({ at, type: z.literal('command'), step, node, command: z.array(z.string()) }),
  z.object({ at, type: z.literal('command-ended'), step, node, code: z.number().int(), durationMs: milliseconds }),
  z.object({ at, type: z.literal('line'), step, node, stream: z.enum(['stdout', 'stderr']), text: z.string() }),
  z.object({ at, type: z.literal('progress'), step, fraction: z.number().exactOptional(), text: z.string() }),
  z.object({ at, type: z.literal('waiting'), step, for: z.string(), seen: z.string(), untilAt: z.iso.datetime() }),
  z.object({
    at,
    type: z.literal('file-written'),
    step,
    node,
    path: z.string(),
    before: z.string().exactOptional(),
    secret: z.boolean(),
  }),
  z.object({ at, type: z.literal('remembered'), step, key: z.string(), value: z.string() }),
  z.object({
    at,
    type: z.literal('step-done'),
    step,
    outcome: z.enum(['changed', 'already', 'skipped']),
    seen: z.string(),
    durationMs: milliseconds,
  }),
  z.object({
    at,
    type: z.literal('step-failed'),
    step,
    tried: z.string(),
    seen: z.string(),
    causes: z.array(z.string()),
    next: z.array(z.string()),
    durationMs: milliseconds,
  }),
  z.object({ at, type: z.literal('step-requeued'), step }),
  z.object({ at, type: z.literal('undo-started'), step }),
  z.object({ at, type: z.literal('step-undone'), step, seen: z.string() }),
  z.object({ at, type: z.literal('undo-failed'), step, seen: z.string() }),
  z.object({ at, type: z.literal('run-paused'), why: z.string() }),
  z.object({ at, type: z.literal('run-continued') }),
  z.object({
    at,
    type: z.literal('run-ended'),
    outcome: z.enum([
      'done',
      'failed',
      'stopped',
      'interrupted',
      'rebooting',
      'undone',
      'partly-undone',
      'lost',
      'removed',
    ]),
    why: z.string(),
  }),
]);

const order = <Name extends string>(name: Name) => z.strictObject({ order: z.literal(name) });
const orderForStep = <Name extends string>(name: Name) => z.strictObject({ order: z.literal(name), step });

/** One line that comes in over the control socket. */
export const orderSchema: z.ZodType<RunOrder> = z.discriminatedUnion('order', [
  order('pause'),
  order('continue'),
  orderForStep('retry'),
  orderForStep('skip'),
  orderForStep('undo'),
  order('stop'),
  order('stop-now'),
]);

/** What the run answers to an order: taken, or why not. */
export const answerSchema = z.discriminatedUnion('taken', [
  z.object({ taken: z.literal(true) }),
  z.object({ taken: z.literal(false), why: z.string() }),
]);
export type OrderAnswer = z.output<typeof answerSchema>;
