import type { HostFault } from '../host-fault.ts';
import type { Child, ChildOptions } from './child.ts';
import type { LoginProbe } from './login-probe.ts';

/** Runs a line under the machine's login shell. */
export type Exec = (line: string, options: ChildOptions) => Child;

/**
 * Why a line that ended before our launcher began did not run. `no-session`: the connection stands, but takes no further
 * session now. `no-connection`: there was no connection. Undefined: it may have run.
 */
export type NotStarted = 'no-session' | 'no-connection' | undefined;

/** What takes a line for a login shell to a machine: a process here, or a session of an SSH connection. */
export interface Transport {
  /** Connects, unless that has happened. Throws `HostFault`. */
  connect(): Promise<LoginProbe>;
  /** Waits for a free session, then lets the work run lines in it. */
  exec<T>(work: (exec: Exec) => Promise<T>): Promise<T>;
  /** The same over a connection of its own, when the first one takes no further session. */
  execApart<T>(work: (exec: Exec) => Promise<T>): Promise<T>;
  /** Judges a line that ended before our launcher began, by what was printed until then. */
  notStarted(said: string): NotStarted;
  /** Whether the connection stands, as far as this side can see. */
  answers(): Promise<boolean>;
  /** The connection is gone or does not answer: the next `connect` makes a new one. */
  drop(): Promise<void>;
  close(): Promise<void>;
  /** The fault for a connection that broke, with what ssh said. */
  lost(said: string): HostFault;
}
