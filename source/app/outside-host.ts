import { access, constants, rm } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import type { Command, FileToWrite, Host, HostAccess, RunOptions, RunResult } from '../host/host.ts';
import { makeFolder } from '../host/make-folder.ts';
import { textIfPresent } from '../host/read-text.ts';
import { writeAtomic } from '../host/write-atomic.ts';
import { type Outside, outsideCommand, outsidePath } from '../kubernetes/outside-words.ts';

/** kubectl and Helm by their whole paths, as the operator's own PATH finds them: commands on machines have a fixed one. */
async function found(command: Command): Promise<Command> {
  if ('name' in command)
    return { ...command, arguments: [...(command.arguments ?? []), (await onPath('helm')) ?? 'helm'] };
  const [program = '', ...rest] = command;
  return ['kubectl', 'helm'].includes(program) ? [(await onPath(program)) ?? program, ...rest] : command;
}

async function onPath(program: string): Promise<string | undefined> {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(folder, program);
    const runs = await access(path, constants.X_OK).then(
      () => isAbsolute(path),
      () => false,
    );
    if (runs) return path;
  }
  return undefined;
}

/** A cluster that is there already, in the place of a manager: kubectl and Helm run on this machine, and nothing else does. */
export class OutsideHost implements Host {
  readonly name: string;
  readonly #here: Host;
  readonly #outside: Outside;

  /** `here`: this machine. */
  constructor(name: string, here: Host, outside: Outside) {
    this.name = name;
    this.#here = here;
    this.#outside = outside;
  }

  async access(): Promise<HostAccess> {
    return { user: userInfo().username, sudo: 'free', address: '' };
  }

  async run(command: Command, options: RunOptions = {}): Promise<RunResult> {
    // Of two runs from two machines Helm itself refuses one: there is no node to keep a lock on.
    if ('name' in command && command.name === 'node-lock') return { code: 0, stdout: 'yours\n', stderr: '' };
    const own = outsideCommand(command, this.#outside);
    if (own === undefined) return { code: 127, stdout: '', stderr: 'this is done on nodes of MicroK8s only\n' };
    makeFolder(this.#outside.folder, 0o700);
    return this.#here.run(await found(own), { ...options, sudo: false });
  }

  async readFile(path: string): Promise<string | undefined> {
    const own = outsidePath(path, this.#outside);
    return own === undefined ? undefined : textIfPresent(own);
  }

  async writeFile({ path, content, mode = 0o600 }: FileToWrite): Promise<{ readonly before: string | undefined }> {
    const own = outsidePath(path, this.#outside);
    if (own === undefined) throw new Error(`${path} is not a file of the product.`);
    const before = await textIfPresent(own);
    makeFolder(dirname(own), 0o700);
    await writeAtomic(own, content, mode);
    return { before };
  }

  async close(): Promise<void> {
    await rm(`${this.#outside.folder}/login`, { recursive: true, force: true });
    await this.#here.close();
  }
}
