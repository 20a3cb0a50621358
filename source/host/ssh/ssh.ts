import type { Host } from '../host.ts';
import { HostFault } from '../host-fault.ts';
import { ask, startChild } from '../shell/child.ts';
import type { LoginProbe } from '../shell/login-probe.ts';
import { ShellHost } from '../shell/shell-host.ts';
import type { Exec, NotStarted, Transport } from '../shell/transport.ts';
import { endMaster } from './end-master.ts';
import { logIn, logOut, type SshOptions } from './login.ts';
import { Semaphore } from './semaphore.ts';
import { noMaster, session, sshEnvironment } from './ssh-options.ts';

/** A node behind OpenSSH: one connection, kept open, with several commands side by side. */
export function sshHost(options: SshOptions): Host {
  return new ShellHost(options.target.node, new SshTransport(options), options.sudoPassword);
}

/** Commands side by side until the machine refuses one; sshd takes ten by default (MaxSessions). */
const sessions = 4;

/** What the master says for a session that sshd refused. */
const refusedSession = /session request failed|Session open refused/i;

class SshTransport implements Transport {
  readonly #options: SshOptions;
  readonly #semaphore = new Semaphore(sessions);
  #connection: Promise<LoginProbe> | undefined;
  #socket: string | undefined;

  constructor(options: SshOptions) {
    this.#options = options;
  }

  connect(): Promise<LoginProbe> {
    this.#connection ??= this.#open().catch((error: unknown) => {
      this.#connection = undefined;
      throw error;
    });
    return this.#connection;
  }

  exec: Transport['exec'] = (work) => this.#semaphore.use(() => work(execOver(() => this.#socket)));

  execApart: Transport['execApart'] = async (work) => {
    const { socket } = await logIn(this.#options);
    try {
      return await work(execOver(() => socket));
    } finally {
      await logOut(socket);
    }
  };

  notStarted(said: string): NotStarted {
    if (refusedSession.test(said)) {
      // all but this one were taken
      this.#semaphore.lowerTo(this.#semaphore.inside - 1);
      return 'no-session';
    }
    return said.includes(noMaster) ? 'no-connection' : undefined;
  }

  async answers(): Promise<boolean> {
    const socket = this.#socket;
    if (socket === undefined) return false;
    const { ending } = await ask(['ssh', ...session(socket), '-O', 'check', '--', 'node'], {
      input: '',
      environment: sshEnvironment(),
      deadline: 2_000,
    });
    return ending === 0;
  }

  async drop(): Promise<void> {
    const socket = this.#forget();
    if (socket !== undefined) await logOut(socket);
  }

  async close(): Promise<void> {
    await this.#connection?.catch(() => undefined);
    const { sockets, files } = this.#options;
    // A folder that stands in for the usual one is removed next: its sockets must be done with.
    if (sockets !== files.sockets) return this.drop();
    // The program is done with the node: a master that is slow is not waited for, and removes its socket by itself.
    const socket = this.#forget();
    if (socket !== undefined) await endMaster(socket, 250);
  }

  lost(said: string): HostFault {
    const { node } = this.#options.target;
    const ssh = said.replaceAll(noMaster, '').trim();
    return new HostFault('lost', node, {
      what: `The connection to ${node} broke while a command ran.`,
      why: `The machine went down, or its network did.${ssh === '' ? '' : ` ssh says: ${ssh}`}`,
      next: ['It is unknown what the command did: check before you repeat it.'],
    });
  }

  /** Forgets the connection. Gives the socket that it had. */
  #forget(): string | undefined {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#connection = undefined;
    return socket;
  }

  async #open(): Promise<LoginProbe> {
    const { socket, probe } = await logIn(this.#options);
    this.#socket = socket;
    return probe;
  }
}

function execOver(socket: () => string | undefined): Exec {
  return (line, options) =>
    startChild(['ssh', ...session(socket() ?? '/nonexistent'), '--', 'node', line], {
      ...options,
      environment: sshEnvironment(),
    });
}
