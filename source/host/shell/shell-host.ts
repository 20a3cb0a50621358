import { exitCode, Fault } from '../../errors/fault.ts';
import { readScript, textBefore, writeScript } from '../files.ts';
import type { Command, FileToWrite, Host, HostAccess, RunOptions, RunResult, Script } from '../host.ts';
import { HostFault, sudoRefused } from '../host-fault.ts';
import { Attempt } from './attempt.ts';
import type { Privilege } from './launch.ts';
import type { LoginProbe } from './login-probe.ts';
import type { Transport } from './transport.ts';

/** ms to wait for a session where the machine takes no further one, and between two tries. */
const sessionWait = 60_000;
const betweenTries = 200;

/** A host behind a shell, wherever that shell is. */
export class ShellHost implements Host {
  readonly name: string;
  readonly #transport: Transport;
  readonly #password: () => string | undefined;

  /** `password` gives sudo's password, if there is one. */
  constructor(name: string, transport: Transport, password: () => string | undefined) {
    this.name = name;
    this.#transport = transport;
    this.#password = password;
  }

  async access(): Promise<HostAccess> {
    return (await this.#loggedIn()).access;
  }

  async run(command: Command, options: RunOptions = {}): Promise<RunResult> {
    const privilege = await this.#privilege(options.sudo === true);
    const attempt = new Attempt(this.name, this.#transport, { command, options, privilege });
    const until = performance.now() + sessionWait;
    for (let reconnected = false; ; ) {
      const outcome = await attempt.run();
      if (typeof outcome !== 'string') return outcome;
      if (outcome === 'no-session') {
        if (performance.now() > until) throw this.#noSession();
        await new Promise((resolve) => setTimeout(resolve, betweenTries));
      } else {
        if (reconnected) throw this.#transport.lost('');
        reconnected = true;
        await this.#transport.drop();
        await this.#transport.connect();
      }
    }
  }

  async readFile(path: string): Promise<string | undefined> {
    return this.#fileScript(readScript(path), path, 'read', {});
  }

  async writeFile({ path, content, mode, owner }: FileToWrite): Promise<{ readonly before: string | undefined }> {
    const script = writeScript(path, Buffer.byteLength(content), mode, owner);
    return { before: await this.#fileScript(script, path, 'written', { stdin: content }) };
  }

  close(): Promise<void> {
    return this.#transport.close();
  }

  async #fileScript(script: Script, path: string, verb: string, options: RunOptions): Promise<string | undefined> {
    const { code, stdout, stderr, leftOut } = await this.run(script, { ...options, sudo: true });
    const words = {
      what: `The file ${path} could not be ${verb}.`,
      where: this.name,
      exitCode: exitCode.stepFailed,
    } as const;
    if (code !== 0) throw new Fault({ ...words, why: stderr.trim() || `exit code ${code}` });
    if (leftOut !== undefined)
      throw new Fault({ ...words, why: 'It is larger than any file that this program handles.' });
    try {
      return textBefore(stdout);
    } catch (cause) {
      throw new Fault({ ...words, why: 'It holds bytes that are not UTF-8 text.', cause });
    }
  }

  async #loggedIn(): Promise<LoginProbe> {
    const probe = await this.#transport.connect();
    if (probe.access.sudo !== 'refused' || !probe.outdated()) return probe;
    await this.#transport.drop();
    return this.#transport.connect();
  }

  async #privilege(root: boolean): Promise<Privilege> {
    const { access, sudoSaid } = await this.#loggedIn();
    const { sudo, user } = access;
    const password = this.#password();
    if (root && sudo === 'refused')
      throw sudoRefused({ node: this.name, user, passwordGiven: password !== undefined, said: sudoSaid });
    return { sudo: root ? sudo : undefined, password };
  }

  #noSession(): HostFault {
    return new HostFault('unreachable', this.name, {
      what: `${this.name} accepts no further SSH sessions.`,
      why: 'sshd refused every one: its MaxSessions is 0, or commands of an earlier connection still run.',
      next: ['Look on the node: sudo sshd -T | grep -i maxsessions'],
    });
  }
}
