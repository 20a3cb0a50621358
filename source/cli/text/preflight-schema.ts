import * as z from 'zod';

const grade = z.enum(['pass', 'warn', 'fail']);

const findingSchema = z.looseObject({
  check: z.string().meta({ description: 'Id of the check; its words are under checks' }),
  grade,
  nodes: z.array(z.string()).meta({ description: 'One node, two (from, to), or none: the site' }),
  seen: z.string(),
  wanted: z.string().optional(),
  reason: z.string(),
  advice: z.string().optional().meta({ description: 'What to do' }),
  field: z
    .array(z.union([z.string(), z.number()]))
    .optional()
    .meta({ description: 'Place in site.yaml' }),
});

/** What `preflight --json` prints. Keys may be added. */
export const preflightSchema = z.looseObject({
  site: z.string(),
  nodes: z.array(z.string()),
  verdict: grade.meta({ description: 'The worst grade of all findings' }),
  passed: z.number().int(),
  warned: z.number().int(),
  failed: z.number().int(),
  findings: z.array(findingSchema),
  checks: z.record(z.string(), z.looseObject({ title: z.string(), why: z.string(), source: z.string() })),
  pairs: z
    .array(z.looseObject({ from: z.string(), to: z.string(), ports: z.record(z.string(), z.string()) }))
    .meta({ description: 'From each node to each other: the state of every port' }),
  rehearsal: z.string().optional().meta({ description: 'Name of the scenario when the machines are simulated' }),
});
