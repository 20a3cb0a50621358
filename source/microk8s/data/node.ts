import * as z from 'zod';
import { raw } from './raw.ts';

const file = z.strictObject({ path: z.string(), means: z.string() });
const service = z.strictObject({ name: z.string(), on: z.enum(['all', 'manager', 'worker', 'none']) });
const port = z.strictObject({
  name: z.string(),
  port: z.number().int(),
  use: z.string(),
  on: z.enum(['all', 'manager']),
  process: z.string().optional(),
  listens: z.string().optional(),
  byPods: z.boolean().default(false),
});
/** A TCP port of a running node. `byPods`: taken inside the networks of pods, so that a listener of the machine is another program. */
export type NodePort = z.output<typeof port>;

const role = z.enum(['all', 'manager', 'worker']);
const pair = z.strictObject({
  port: z.union([z.string(), z.number().int()]),
  protocol: z.enum(['tcp', 'udp']),
  use: z.string().default(''),
  from: role,
  to: role,
});
/** What one node asks of another. `port`: its number, or its name among `ports`. */
export type NodePair = z.output<typeof pair>;

export const known = z
  .strictObject({
    program: z.string(),
    folders: z.strictObject({ snap: z.string(), data: z.string(), common: z.string() }),
    files: z.strictObject({
      launched: file,
      launching: file,
      member: file,
      worker: file,
      noDatastore: file,
      joining: file,
      stopped: file,
      lowMemory: file,
      members: file,
      tokens: file,
      launchConfiguration: file,
      otherLaunchConfiguration: file,
      arguments: file,
      ownMember: file,
      failureDomain: file,
      kubelet: file,
      mirrors: file,
      openebs: file,
    }),
    ranges: z.strictObject({ pods: z.string(), services: z.string() }),
    freshMarks: z.array(z.string()),
    services: z.array(service),
    ports: z.array(port),
    pairs: z.array(pair),
    clients: z.array(z.string()),
    administrators: z.array(z.string()),
    nodePorts: z.strictObject({ first: z.number().int(), last: z.number().int() }),
  })
  .parse(raw.node);
