import * as z from 'zod';
import { clusterSchema } from './cluster.ts';
import { machineSchema } from './machine.ts';
import { touch } from './touched.ts';

/** How far a `microk8s join` has come. */
const joiningSchema = z.object({
  address: z.string(),
  port: z.number().int(),
  token: z.string(),
  check: z.string().optional(),
  worker: z.boolean(),
  skipVerify: z.boolean(),
  stage: z.enum(['contact', 'answer', 'admission', 'datastore', 'waiting', 'mark', 'noRoute', 'timedOut']),
  polls: z.number().int(),
});
export type Joining = z.output<typeof joiningSchema>;

/** What happens by itself at a time, whether a command waits for it or not. */
export const eventSchema = z.discriminatedUnion('kind', [
  /** The machine has booted. */
  z.object({ kind: z.literal('up'), machine: z.string() }),
  /** Its power goes. */
  z.object({ kind: z.literal('power-off'), machine: z.string() }),
  /** Its power comes back. */
  z.object({ kind: z.literal('power-on'), machine: z.string() }),
  /** A disk is gone. */
  z.object({ kind: z.literal('disk-lost'), machine: z.string(), disk: z.string() }),
  /** A volume group is filled, but for so many bytes. */
  z.object({ kind: z.literal('group-filled'), machine: z.string(), group: z.string(), leavesBytes: z.number() }),
  /** The certificates that last a year have ended, so many days ago. */
  z.object({ kind: z.literal('certificates-ended'), machine: z.string(), days: z.number() }),
  /** A transient timer of systemd fires. */
  z.object({ kind: z.literal('timer'), machine: z.string(), unit: z.string(), command: z.array(z.string()) }),
  /** A background process ends. */
  z.object({ kind: z.literal('command'), machine: z.string(), bootId: z.string(), command: z.array(z.string()) }),
  /** The next stage of a join that runs as a unit of systemd. */
  z.object({ kind: z.literal('join'), machine: z.string(), unit: z.string(), joining: joiningSchema }),
  z.object({ kind: z.literal('snap'), machine: z.string(), change: z.number() }),
  /** A machine that was let in becomes a node of the cluster. */
  z.object({ kind: z.literal('member'), machine: z.string(), cluster: z.string(), address: z.string() }),
]);
export type WorldEvent = z.output<typeof eventSchema>;

export const stateSchema = z.object({
  version: z.literal(1),
  scenario: z.string(),
  /** Changes whenever the state is saved. */
  revision: z.number().int(),
  /** The rehearsal's clock was at `virtual` ms since 1970 when the real one was at `real`; it runs `speed` times as fast (0: it jumps to the next event). */
  clock: z.object({ real: z.number(), virtual: z.number(), speed: z.number() }),
  /** Up to this time everything has happened. */
  time: z.number(),
  /** Source of every name that would be random. */
  serial: z.number().int(),
  agenda: z.array(z.object({ at: z.number(), order: z.number().int(), event: eventSchema })),
  machines: z.array(machineSchema),
  clusters: z.record(z.string(), clusterSchema),
  /** Name → address, as the name server of the network knows them. */
  names: z.record(z.string(), z.string()).default({}),
  /** How often each fault of the scenario has struck, and when its events take place. */
  struck: z.record(z.string(), z.number().int()),
});
export type State = z.output<typeof stateSchema>;

/** Puts an event on the agenda. */
export function at(state: State, time: number, event: WorldEvent): void {
  state.serial += 1;
  state.agenda.push({ at: time, order: state.serial, event });
}

/** The machine of that id, which may be changed. */
export function machineOf(state: State, id: string): State['machines'][number] {
  touch(state.machines, id);
  return machineSeen(state, id);
}

/** The machine of that id, to be looked at alone. */
export function machineSeen(state: State, id: string): State['machines'][number] {
  const machine = state.machines.find((candidate) => candidate.id === id);
  if (machine === undefined) throw new Error(`No machine ${id} in this rehearsal.`);
  return machine;
}
