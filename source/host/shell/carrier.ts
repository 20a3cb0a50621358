import type { HostFault } from '../host-fault.ts';
import type { Child, ChildOptions } from './child.ts';
import type { Greeting } from './greeting.ts';

export type Start = (line: string, options: ChildOptions) => Child;

/** What takes a line for a login shell to a machine: a process here, or a channel of an SSH connection. */
export interface Carrier {
  /** Connects, unless that has happened. Throws `HostFault`. */
  connect(): Promise<Greeting>;
  /** Runs the line; waits for a free channel first. `ended` of the child is the line's exit code, or ssh's 255. */
  carry<T>(work: (start: Start) => Promise<T>): Promise<T>;
  /** Judges a line that ended before our launcher began: true, it surely never started and may be sent again once connected. */
  neverStarted(said: string): boolean;
  /** The connection is gone or does not answer: the next `connect` makes a new one. */
  drop(): Promise<void>;
  close(): Promise<void>;
  /** The fault for a connection that broke, with what ssh said. */
  lost(said: string): HostFault;
}
