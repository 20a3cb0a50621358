import * as z from 'zod';
import { raw } from './raw.ts';

/** Both ends count. */
const range = z.strictObject({ from: z.string().optional(), until: z.string().optional() });
const ingressKind = z.enum(['nginx', 'traefik']);
export type IngressKind = z.output<typeof ingressKind>;
const ingress = z.strictObject({ daemonSet: z.string(), note: z.string(), source: z.string() });
const track = z.strictObject({
  snap: z.string(),
  revision: z.string(),
  base: z.string(),
  ingress: ingressKind,
  recorded: z.boolean(),
});
/** What one track of the snap holds. `recorded`: its genuine scripts were seen. */
export type Track = z.output<typeof track>;
const pair = z.strictObject({
  id: z.string(),
  when: z.strictObject({
    os: range.optional(),
    track: range.optional(),
    ingress: ingressKind.optional(),
    cgroup: z.enum(['1', '2']).optional(),
  }),
  grade: z.enum(['pass', 'warn', 'fail']),
  reason: z.string(),
  advice: z.string().optional(),
  source: z.string(),
});
/** Values that are supported alone and say something together. */
export type Pair = z.output<typeof pair>;

export const known = z
  .strictObject({
    default: z.string(),
    defaultOn: z.record(z.string(), z.string()),
    tracks: z.record(z.string(), track),
    risks: z.array(z.string()),
    others: z.array(z.strictObject({ form: z.string(), name: z.string(), why: z.string() })),
    ingress: z.strictObject({ nginx: ingress, traefik: ingress }),
    loadBalancerAnnotation: z.array(
      z.strictObject({ until: z.string().optional(), name: z.string(), source: z.string() }),
    ),
    pairs: z.array(pair),
  })
  .parse(raw.tracks);
