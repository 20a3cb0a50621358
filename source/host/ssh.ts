import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { askPass } from './ask-pass.ts';
import type { Carrier } from './carrier.ts';
import { type Answer, ask, startChild } from './child.ts';
import { type Greeting, greetingInput, greetingLine, readGreeting } from './greeting.ts';
import type { Host, HostFiles, HostTarget } from './host.ts';
import { HostFault } from './host-fault.ts';
import { changedKey } from './known-hosts.ts';
import { Lanes } from './lanes.ts';
import { ShellHost } from './shell-host.ts';
import { loginFault, mostTelling, noSsh } from './ssh-faults.ts';
import { channel, holding, noMaster, pinning, reaching, sshEnvironment } from './ssh-options.ts';

export interface SshOptions {
  readonly target: HostTarget;
  readonly files: HostFiles;
  /** A private folder with a short path, see `socketFolder`. */
  readonly sockets: string;
  readonly loginPassword: () => string | undefined;
  readonly sudoPassword: () => string | undefined;
}

/** A node behind OpenSSH: one connection, kept open, with up to four commands side by side (sshd takes ten by default). */
export function sshHost(options: SshOptions): Host {
  return new ShellHost(options.target.node, new SshCarrier(options), options.sudoPassword);
}

const channels = 4;
/** A whole login: key exchange, the password, sudo's answer (2 s when it refuses, up to 10 s with a name server that is away). */
const loginLimit = 30_000;

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
    // a master that hangs does not answer this either: it ends by its keep-alives, and its socket is no longer used
    await ask(['ssh', ...channel(socket), '-O', 'exit', '--', 'node'], {
      input: '',
      environment: sshEnvironment(),
      deadline: 2_000,
    });
    await rm(socket, { force: true });
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
    const { target } = this.#options;
    const faults: HostFault[] = [];
    for (const address of target.addresses) {
      const outcome = await this.#login(address);
      if (!(outcome instanceof HostFault)) return outcome;
      faults.push(outcome);
      // it was the right machine: another address leads to no other answer
      if (outcome.kind === 'login-refused') break;
    }
    throw mostTelling(faults) ?? new HostFault('unreachable', target.node, { what: `${target.node} has no address.` });
  }

  async #login(address: string): Promise<Greeting | HostFault> {
    const { target, files, loginPassword, sudoPassword } = this.#options;
    const tried = sudoPassword();
    const passwordGiven = loginPassword() !== undefined;
    let answer = await this.#greet(address, []);
    if (passwordGiven && /Too many authentication failures/.test(answer.stderr)) {
      // an agent full of keys used up the tries before the password's turn
      answer = await this.#greet(address, ['-o', 'PubkeyAuthentication=no']);
    }
    const greeting = readGreeting(answer.stdout, address);
    if (greeting) return { ...greeting, outdated: () => tried !== sudoPassword() };
    await this.drop();
    if (answer.code === 127 && answer.stderr === '') return noSsh(target.node);
    const failed = { target, address, said: answer.stderr, passwordGiven, cutOff: answer.code === undefined };
    const fault = loginFault(failed);
    return fault.kind === 'host-key-changed' ? changedKey(target, address, files) : fault;
  }

  /** Opens the master connection with the greeting as its first command. */
  async #greet(address: string, more: readonly string[]): Promise<Answer> {
    const { target, files, sockets, loginPassword, sudoPassword } = this.#options;
    const socket = join(sockets, `m-${randomBytes(5).toString('hex')}`);
    const password = loginPassword();
    const asked = password === undefined ? undefined : await askPass(sockets, password);
    this.#socket = socket;
    const words = [...holding(socket), ...pinning(target.node, files.knownHosts), ...reaching(target), ...more];
    const batch = ['-o', `BatchMode=${asked ? 'no' : 'yes'}`];
    try {
      return await ask(['ssh', ...words, ...batch, '--', address, greetingLine], {
        input: greetingInput(sudoPassword()),
        environment: sshEnvironment(asked?.environment),
        deadline: loginLimit,
      });
    } finally {
      await asked?.close();
    }
  }
}
