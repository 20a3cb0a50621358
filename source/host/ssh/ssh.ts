import type { Host } from '../host.ts';
import { HostFault } from '../host-fault.ts';
import type { Carrier } from '../shell/carrier.ts';
import { startChild } from '../shell/child.ts';
import type { Greeting } from '../shell/greeting.ts';
import { ShellHost } from '../shell/shell-host.ts';
import { Lanes } from './lanes.ts';
import { logIn, logOut, type SshOptions } from './login.ts';
import { channel, noMaster, sshEnvironment } from './ssh-options.ts';

/** A node behind OpenSSH: one connection, kept open, with up to four commands side by side (sshd takes ten by default). */
export function sshHost(options: SshOptions): Host {
  return new ShellHost(options.target.node, new SshCarrier(options), options.sudoPassword);
}

const channels = 4;
class SshCarrier implements Carrier {
  readonly #options: SshOptions;
  readonly #lanes = new Lanes(channels);
  #connection: Promise<Greeting> | undefined;
  #socket: string | undefined;

  constructor(options: SshOptions) {
    this.#options = options;
  }

  connect(): Promise<Greeting> {
    this.#connection ??= this.#open().catch((error: unknown) => {
      this.#connection = undefined;
      throw error;
    });
    return this.#connection;
  }

  carry: Carrier['carry'] = (work) =>
    this.#lanes.pass(() =>
      work((line, options) =>
        startChild(['ssh', ...channel(this.#socket ?? '/nonexistent'), '--', 'node', line], {
          ...options,
          environment: sshEnvironment(),
        }),
      ),
    );

  neverStarted = (said: string) => said.includes(noMaster);

  async drop(): Promise<void> {
    const socket = this.#socket;
    this.#socket = undefined;
    this.#connection = undefined;
    if (socket === undefined) return;
    await logOut(socket);
  }

  async close(): Promise<void> {
    await this.#connection?.catch(() => undefined);
    await this.drop();
  }

  lost(said: string): HostFault {
    const { node } = this.#options.target;
    const ssh = said.replaceAll(noMaster, '').trim();
    return new HostFault('lost', node, {
      what: `The connection to ${node} broke while a command ran.`,
      why: `The machine went down, or its network did.${ssh === '' ? '' : ` ssh says: ${ssh}`}`,
      next: ['What the command did is not known: look before you repeat it.'],
    });
  }

  async #open(): Promise<Greeting> {
    const { socket, greeting } = await logIn(this.#options);
    this.#socket = socket;
    return greeting;
  }
}
