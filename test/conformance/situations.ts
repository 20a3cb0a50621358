import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';

const situation = z.strictObject({
  id: z.string(),
  on: z.enum(['ks-1', 'ks-2']),
  given: z.string(),
  versions: z.string().optional(),
  command: z.string(),
  /** Ended by SIGKILL: only the state afterwards is a fact. */
  killed: z.boolean().default(false),
  code: z.number().int().optional(),
  stdout: z.string().default(''),
  stderr: z.string().default(''),
  members: z.array(z.string()).optional(),
  nodes: z.array(z.string()).optional(),
  locksAdded: z.array(z.string()).default([]),
  locksRemoved: z.array(z.string()).default([]),
  notInRehearsal: z.string().optional(),
});
export type Situation = z.output<typeof situation>;

/** How genuine MicroK8s behaves, situation by situation. */
export const situations: readonly Situation[] = z
  .array(situation)
  .parse(parse(readFileSync(join(import.meta.dirname, 'situations.yaml'), 'utf8')));
