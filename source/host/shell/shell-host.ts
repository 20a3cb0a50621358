import { Fault } from '../../errors/fault.ts';
import { measuredDuration } from '../../text/duration.ts';
import { readScript, textBefore, writeScript } from '../files.ts';
import type { Command, FileToWrite, Host, HostAccess, RunOptions, RunResult, Script } from '../host.ts';
import { HostFault } from '../host-fault.ts';
import type { Carrier, Start } from './carrier.ts';
import type { Child } from './child.ts';
import type { Greeting } from './greeting.ts';
import { type Leave, launch, sudoWords, Transcript } from './launch.ts';
import { commandLine } from './quote.ts';
import { sudoRefused } from './sudo-fault.ts';

const usualDeadline = 30_000;
/** The machine ends a late command itself; when it does not say so within this many ms, the connection is the trouble. */
const grace = 2_000;
/** Output that a process left behind in the background may hold open; ms to wait for it after the command's end. */
const lastWords = 500;

/** A host behind a shell, wherever that shell is. */
export class ShellHost implements Host {
  readonly name: string;
  readonly #carrier: Carrier;
  readonly #password: () => string | undefined;

  /** `password` gives sudo's password, if there is one. */
  constructor(name: string, carrier: Carrier, password: () => string | undefined) {
    this.name = name;
    this.#carrier = carrier;
    this.#password = password;
  }

  async access(): Promise<HostAccess> {
    return (await this.#stand()).access;
  }

  async run(command: Command, options: RunOptions = {}): Promise<RunResult> {
    const leave = await this.#leave(options.sudo === true);
    this.#stopIfAborted(options.signal);
    const result = await this.#attempt(command, options, leave);
    if (result) return result;
    await this.#carrier.drop();
    await this.#carrier.connect();
    const second = await this.#attempt(command, options, leave);
    if (second) return second;
    throw this.#carrier.lost('');
  }

  async readFile(path: string): Promise<string | undefined> {
    return this.#fileScript(readScript(path), path, 'read', {});
  }

  async writeFile({ path, content, mode, owner }: FileToWrite): Promise<{ readonly before: string | undefined }> {
    const script = writeScript(path, Buffer.byteLength(content), mode, owner);
    return { before: await this.#fileScript(script, path, 'written', { stdin: content }) };
  }

  close(): Promise<void> {
    return this.#carrier.close();
  }

  async #fileScript(script: Script, path: string, verb: string, options: RunOptions): Promise<string | undefined> {
    const { code, stdout, stderr } = await this.run(script, { ...options, sudo: true });
    const words = { what: `The file ${path} could not be ${verb}.`, where: this.name, exitCode: 4 } as const;
    if (code !== 0) throw new Fault({ ...words, why: stderr.trim() || `exit code ${code}` });
    try {
      return textBefore(stdout);
    } catch (cause) {
      throw new Fault({ ...words, why: 'It holds bytes that are not UTF-8 text.', cause });
    }
  }

  async #stand(): Promise<Greeting> {
    const greeting = await this.#carrier.connect();
    if (greeting.access.sudo !== 'refused' || !greeting.outdated()) return greeting;
    await this.#carrier.drop();
    return this.#carrier.connect();
  }

  async #leave(root: boolean): Promise<Leave> {
    const { access, sudoSaid } = await this.#stand();
    const { sudo, user } = access;
    const password = this.#password();
    if (root && sudo === 'refused') throw sudoRefused(this.name, user, password !== undefined, sudoSaid);
    return { sudo: root ? sudo : undefined, password };
  }

  /** Undefined: the line surely never reached the machine. */
  #attempt(command: Command, options: RunOptions, leave: Leave): Promise<RunResult | undefined> {
    return this.#carrier.carry(async (start) => {
      this.#stopIfAborted(options.signal);
      const deadline = options.deadline ?? usualDeadline;
      const { line, input, mark } = launch(command, leave, {
        stdin: options.stdin ?? '',
        deadline,
        hidden: options.secretArguments ?? false,
      });
      const transcript = new Transcript(mark, options.onLine);
      const began = performance.now();
      const child = start(line, { input, heard: (chunk, stream) => transcript.hear(chunk, stream) });
      const end = await endOf(child, transcript, deadline + grace, options.signal);
      if (end === 'aborted' || end === 'late') {
        const heeded = await this.#stop(transcript, leave, start);
        child.kill();
        if (!heeded) await this.#carrier.drop();
        throw end === 'late' ? this.#late(deadline, heeded) : this.#aborted();
      }
      transcript.finish();
      const code = transcript.code ?? (transcript.process !== undefined && end !== 255 ? end : undefined);
      if (code === undefined) return this.#noEnd(end, transcript, leave);
      if (isTimeout(code) && performance.now() - began >= deadline) throw this.#late(deadline, true);
      return { code, stdout: transcript.stdout.text, stderr: transcript.stderr.text };
    });
  }

  /** The line ended, but not the command: sudo refused, or the connection broke. Undefined: it surely never started. */
  async #noEnd(code: number, transcript: Transcript, leave: Leave): Promise<undefined> {
    const said = transcript.noise.trim();
    if (transcript.process === undefined && this.#carrier.neverStarted(said)) return undefined;
    if (transcript.process === undefined && leave.sudo !== undefined && code !== 255) {
      const { user } = (await this.#carrier.connect()).access;
      throw sudoRefused(this.name, user, leave.password !== undefined, said);
    }
    await this.#carrier.drop();
    throw this.#carrier.lost(said);
  }

  /** Ends a running command on its machine. False: the machine did not take the order. */
  async #stop(transcript: Transcript, leave: Leave, start: Start): Promise<boolean> {
    // ordered to stop just as it starts: without its number it cannot be ended
    for (let waited = 0; transcript.process === undefined && waited < grace; waited += 50) await wait(50);
    if (transcript.process === undefined) return false;
    const line = commandLine([...sudoWords(leave), 'kill', '-TERM', String(transcript.process)]);
    const killer = start(line, {
      input:
        leave.sudo === 'password'
          ? `${leave.password}
`
          : '',
    });
    const code = await Promise.race([killer.ended, wait(grace)]);
    killer.kill();
    return code !== undefined && code !== 255;
  }

  #stopIfAborted(signal: AbortSignal | undefined): void {
    if (signal?.aborted) throw this.#aborted();
  }

  #aborted(): HostFault {
    return new HostFault('aborted', this.name, { what: `A command on ${this.name} was stopped.`, exitCode: 130 });
  }

  #late(deadline: number, ended: boolean): HostFault {
    return new HostFault('deadline', this.name, {
      what: `A command on ${this.name} did not end within ${measuredDuration(deadline)}.`,
      why: ended ? 'It was ended there.' : 'The machine did not answer any more.',
    });
  }
}

/** `timeout` says 124, or 137 where it had to kill. */
const isTimeout = (code: number) => code === 124 || code === 137;

function wait(ms: number): Promise<undefined> {
  return new Promise((resolve) => setTimeout(resolve, ms, undefined));
}

/** The exit code of the child, or why we no longer wait for it. */
function endOf(
  child: Child,
  transcript: Transcript,
  limit: number,
  signal: AbortSignal | undefined,
): Promise<number | 'late' | 'aborted'> {
  return new Promise((resolve, reject) => {
    const settle = (end: number | 'late' | 'aborted') => {
      clearTimeout(timer);
      clearInterval(watch);
      signal?.removeEventListener('abort', abort);
      resolve(end);
    };
    const abort = () => settle('aborted');
    const timer = setTimeout(settle, limit, 'late');
    let over = 0;
    const watch = setInterval(() => {
      if (transcript.code === undefined) return;
      over += 1;
      if (over > 1) settle(transcript.code);
    }, lastWords);
    signal?.addEventListener('abort', abort);
    child.ended.then(settle, reject);
  });
}
