import { open } from 'node:fs/promises';
import { Fault } from '../../errors/fault.ts';
import type { Command, FileSlice, FileToWrite, Host, HostAccess, RunOptions, RunResult } from '../../host/host.ts';
import { sudoRefused } from '../../host/host-fault.ts';
import { microk8sFiles } from '../../microk8s/microk8s.ts';
import { kloudspot } from '../../text/command.ts';
import { defined } from '../../text/defined.ts';
import { membersFile, ownMemberFile } from '../cluster/membership.ts';
import type { Machine } from '../model/machine.ts';
import { machineOf, machineSeen } from '../model/state.ts';
import { readPath, writePath } from '../node/file-system.ts';
import { scripts } from '../tools/scripts.ts';
import type { World } from '../world/world.ts';
import { type Connection, lost } from './connection.ts';
import { Execution } from './execution.ts';

const usualDeadline = 30_000;
/** ms that a short command takes over an open connection. */
const roundTripMs = 30;

/** A simulated machine behind the Host contract. */
export class SimulatedHost implements Host {
  readonly name: string;
  readonly #world: World;
  readonly #connection: Connection;
  #closed = false;

  constructor(world: World, connection: Connection) {
    this.name = connection.node;
    this.#world = world;
    this.#connection = connection;
  }

  async access(): Promise<HostAccess> {
    await this.#open(['connect']);
    const { user, address } = this.#connection;
    return { user, sudo: this.#sudo(), address: address ?? '' };
  }

  async run(command: Command, options: RunOptions = {}): Promise<RunResult> {
    const stdin = options.stdinFile === undefined ? options.stdin : await textOf(options.stdinFile);
    const execution = await this.#open(command, { ...options, ...defined({ stdin }) });
    if (options.sudo === true) this.#mayBecomeRoot();
    if (!isScript(command)) return execution.run(command);
    const simulated = scripts.get(command.name);
    if (simulated === undefined) {
      return execution.fail(127, `bash: ${command.name}: this script is not known to the rehearsal\n`);
    }
    return execution.run([command.name, ...(command.arguments ?? [])], simulated);
  }

  async readFile(path: string): Promise<string | undefined> {
    await this.#open(['read', path]);
    this.#mayBecomeRoot();
    return this.#world.look((state, now) => {
      const machine = machineSeen(state, this.#connection.machine);
      if (path === microk8sFiles.members) return membersFile(state, machine, now);
      return path === microk8sFiles.ownMember ? ownMemberFile(state, machine) : readPath(machine, path, now);
    });
  }

  async writeFile(file: FileToWrite): Promise<{ readonly before: string | undefined }> {
    await this.#open(['write', file.path]);
    this.#mayBecomeRoot();
    return this.#world.change((state) => ({
      before: writePath(machineOf(state, this.#connection.machine), file.path, file.content, file),
    }));
  }

  async close(): Promise<void> {
    this.#closed = true;
  }

  /** Goes to the machine and back: throws when it is not there any more. */
  async #open(command: Command, options: RunOptions = {}): Promise<Execution> {
    if (this.#closed) throw lost(this.#connection);
    const execution = new Execution(this.#world, this.#connection, {
      command,
      deadline: options.deadline ?? usualDeadline,
      stdin: options.stdin ?? '',
      root: this.#connection.user === 'root' || options.sudo === true,
      ...defined({ onLine: options.onLine, signal: options.signal }),
    });
    await execution.pass(roundTripMs);
    return execution;
  }

  #mayBecomeRoot(): void {
    if (this.#sudo() !== 'refused') return;
    const { node, user, sudoPassword } = this.#connection;
    const passwordGiven = sudoPassword() !== undefined;
    const asked = passwordGiven ? 'Sorry, try again.' : 'sudo: a password is required';
    const said = this.#login().sudoProgram === 'none' ? 'sh: 1: sudo: not found' : asked;
    throw sudoRefused({ node, user, passwordGiven, said });
  }

  #login(): Machine['login'] {
    return this.#world.look((state) => machineSeen(state, this.#connection.machine)).login;
  }

  #sudo(): HostAccess['sudo'] {
    if (this.#connection.user === 'root') return 'root';
    const login = this.#login();
    if (login.sudoProgram === 'none') return 'refused';
    if (login.sudo === 'free') return 'free';
    const given = this.#connection.sudoPassword();
    return given !== undefined && given === login.password ? 'password' : 'refused';
  }
}

/** Parts of a rehearsal's bundle are a few lines of text each. */
const largestPart = 2 ** 20;

async function textOf({ path, start, bytes }: FileSlice): Promise<string> {
  if (bytes > largestPart)
    throw new Fault({
      what: 'A rehearsal takes no real bundle.',
      where: path,
      next: [`${kloudspot('bundle create')}  makes one for rehearsals.`],
    });
  const handle = await open(path, 'r');
  try {
    return (await handle.read(Buffer.alloc(bytes), 0, bytes, start)).buffer.toString('utf8');
  } finally {
    await handle.close();
  }
}

function isScript(command: Command): command is Exclude<Command, readonly string[]> {
  return 'text' in command;
}
