import { setTimeout as wait } from 'node:timers/promises';
import { exitCode } from '../../errors/fault.ts';
import { loginLine } from '../../text/quote.ts';
import type { Command, RunOptions, RunResult } from '../host.ts';
import { HostFault, sudoRefused } from '../host-fault.ts';
import { lateCommand, type Stopped } from '../late-command.ts';
import type { Child, Ending } from './child.ts';
import { launch, type Privilege, sudoWords } from './launch.ts';
import { Transcript } from './transcript.ts';
import type { Exec, NotStarted, Transport } from './transport.ts';

/** ms; a command's own limit where none is given. */
const usualDeadline = 30_000;
/** The machine ends a late command itself; when it does not say so within this many ms, the connection is the trouble. */
const grace = 2_000;
/** ms for the order to stop a command; a login of its own may be needed for it. */
const stopLimit = 5_000;
/** Output that a process left behind in the background may hold open; ms to wait for it after the command's end. */
const outputGrace = 500;

export interface Work {
  readonly command: Command;
  readonly options: RunOptions;
  readonly privilege: Privilege;
}

/** One command on its way to a machine. It can be sent again where it surely did not start. */
export class Attempt {
  readonly #node: string;
  readonly #transport: Transport;
  readonly #work: Work;

  constructor(node: string, transport: Transport, work: Work) {
    this.#node = node;
    this.#transport = transport;
    this.#work = work;
  }

  /** The command's result, or why it surely did not start. Throws `HostFault`. */
  async run(): Promise<RunResult | NonNullable<NotStarted>> {
    this.#stopIfAborted();
    return this.#transport.exec(async (exec) => {
      this.#stopIfAborted();
      const { command, options, privilege } = this.#work;
      const deadline = options.deadline ?? usualDeadline;
      const { line, input, mark } = launch(command, privilege, {
        stdin: options.stdin ?? '',
        deadline,
        hidden: options.secretArguments ?? false,
      });
      const transcript = new Transcript(mark, options);
      const began = performance.now();
      const { stdinFile: inputFile } = options;
      const child = exec(line, { input, inputFile, hear: (chunk, stream) => transcript.hear(chunk, stream) });
      const end = await endOf(child, transcript, deadline + grace, options.signal);
      if (end === 'aborted' || end === 'late') return this.#stopped(end, child, transcript, exec);
      transcript.finish();
      const { whole: code } = transcript;
      if (code === undefined) return this.#noEnd(end, transcript);
      if (isTimeout(code) && performance.now() - began >= deadline) throw this.#late('ended');
      return resultOf(code, transcript);
    });
  }

  async #stopped(end: 'aborted' | 'late', child: Child, transcript: Transcript, exec: Exec): Promise<never> {
    const stopped = await this.#stop(transcript, exec);
    child.kill();
    if (stopped === 'silent') await this.#transport.drop();
    throw end === 'late' ? this.#late(stopped) : this.#aborted();
  }

  /** The line ended, but not the command: sudo refused, or the connection broke. */
  async #noEnd(end: Ending, transcript: Transcript): Promise<NonNullable<NotStarted>> {
    const { privilege } = this.#work;
    const said = transcript.noise.trim();
    if (transcript.process === undefined) {
      const why = this.#transport.notStarted(said);
      if (why !== undefined) return why;
      if (privilege.sudo !== undefined && end !== 'killed' && end !== 255) {
        const { user } = (await this.#transport.connect()).access;
        throw sudoRefused({ node: this.#node, user, passwordGiven: privilege.password !== undefined, said });
      }
    }
    if (!(await this.#transport.answers())) await this.#transport.drop();
    throw this.#transport.lost(said);
  }

  /** Ends a running command on its machine. `silent`: nothing answered there. */
  async #stop(transcript: Transcript, exec: Exec): Promise<Stopped> {
    // ordered to stop just as it starts: without its number it cannot be ended
    for (let waited = 0; transcript.process === undefined && waited < grace; waited += 50) await wait(50);
    if (transcript.process === undefined) return (await this.#transport.answers()) ? 'not ended' : 'silent';
    const { process } = transcript;
    const stopped = await this.#kill(process, exec);
    if (stopped !== 'no-session') return stopped;
    const apart = await this.#transport.execApart((own) => this.#kill(process, own)).catch(() => undefined);
    return apart === 'ended' ? 'ended' : 'not ended';
  }

  async #kill(process: number, exec: Exec): Promise<Stopped | 'no-session'> {
    const { privilege } = this.#work;
    let said = '';
    const killer = exec(loginLine([...sudoWords(privilege), 'kill', '-TERM', String(process)]), {
      input: privilege.sudo === 'password' ? `${privilege.password}\n` : '',
      hear: async (chunk) => {
        said += chunk.toString();
      },
    });
    const end = await Promise.race([killer.ended, wait(stopLimit, undefined)]);
    killer.kill();
    if (end === undefined) return 'silent';
    if (end !== 255) return 'ended';
    return this.#transport.notStarted(said) === 'no-session' ? 'no-session' : 'silent';
  }

  #stopIfAborted(): void {
    if (this.#work.options.signal?.aborted) throw this.#aborted();
  }

  #aborted(): HostFault {
    return new HostFault('aborted', this.#node, {
      what: `A command on ${this.#node} was stopped.`,
      exitCode: exitCode.interrupted,
    });
  }

  #late(stopped: Stopped): HostFault {
    const { command, options } = this.#work;
    return lateCommand(this.#node, command, options.deadline ?? usualDeadline, stopped);
  }
}

/** `timeout` says 124, or 137 where it had to kill. */
const isTimeout = (code: number) => code === 124 || code === 137;

function resultOf(code: number, { stdout, stderr }: Transcript): RunResult {
  const leftOut = stdout.kept.leftOut + stderr.kept.leftOut;
  return { code, stdout: stdout.text, stderr: stderr.text, ...(leftOut === 0 ? {} : { leftOut }) };
}

/** How the child ended, or why we no longer wait for it. */
function endOf(
  child: Child,
  transcript: Transcript,
  limit: number,
  signal: AbortSignal | undefined,
): Promise<Ending | 'late' | 'aborted'> {
  return new Promise((resolve, reject) => {
    const settle = (end: Ending | 'late' | 'aborted') => {
      clearTimeout(timer);
      clearInterval(watch);
      signal?.removeEventListener('abort', abort);
      resolve(end);
    };
    const abort = () => settle('aborted');
    const timer = setTimeout(settle, limit, 'late');
    let over = 0;
    const watch = setInterval(() => {
      if (transcript.whole === undefined) return;
      over += 1;
      if (over > 1) settle(transcript.whole);
    }, outputGrace);
    signal?.addEventListener('abort', abort);
    child.ended.then(settle, (error: unknown) => {
      child.kill();
      reject(error);
      settle('killed');
    });
  });
}
