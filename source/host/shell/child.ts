import { constants } from 'node:os';
import { execa } from 'execa';
import type { OutputStream } from '../host.ts';

export interface Child {
  /** Resolves when the program has ended and its output is read: its exit code, or 128 and the signal's number; 127 where there is no such program. */
  readonly ended: Promise<number>;
  /** Ends it at once and stops listening. */
  kill(): void;
}

export interface ChildOptions {
  readonly input: string;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly heard?: (chunk: Buffer, stream: OutputStream) => void;
}

/**
 * Starts a program in a session of its own: a Ctrl-C in the terminal is for this program and not for what it started,
 * and ssh finds no terminal to ask questions on.
 */
export function startChild(
  words: readonly [string, ...string[]],
  { input, environment = {}, heard }: ChildOptions,
): Child {
  const [file, ...rest] = words;
  const child = execa(file, rest, {
    input,
    env: environment,
    detached: true,
    cleanup: false,
    buffer: false,
    reject: false,
    stripFinalNewline: false,
  });
  child.stdout.on('data', (chunk: Buffer) => heard?.(chunk, 'stdout'));
  child.stderr.on('data', (chunk: Buffer) => heard?.(chunk, 'stderr'));
  const ended = child.then((result) => {
    if (result.exitCode !== undefined) return result.exitCode;
    if (result.code === 'ENOENT') return 127;
    if (result.signal === undefined)
      throw new Error(`${file} could not be started: ${result.code}`, { cause: result.cause });
    return 128 + constants.signals[result.signal];
  });
  return {
    ended,
    kill() {
      child.kill('SIGKILL');
      child.stdout.destroy();
      child.stderr.destroy();
    },
  };
}

export interface Answer {
  /** Undefined: it did not end in time and was killed. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a short program to its end, or kills it after `deadline` ms or when `signal` says so. */
export async function ask(
  words: readonly [string, ...string[]],
  {
    deadline,
    signal,
    ...options
  }: Omit<ChildOptions, 'heard'> & { readonly deadline: number; readonly signal?: AbortSignal },
): Promise<Answer> {
  const texts: Record<OutputStream, Buffer[]> = { stdout: [], stderr: [] };
  const child = startChild(words, { ...options, heard: (chunk, stream) => texts[stream].push(chunk) });
  const stop = Promise.withResolvers<undefined>();
  const timer = setTimeout(stop.resolve, deadline, undefined);
  const leave = () => stop.resolve(undefined);
  signal?.addEventListener('abort', leave);
  const code = await Promise.race([child.ended, stop.promise]);
  clearTimeout(timer);
  signal?.removeEventListener('abort', leave);
  if (code === undefined) child.kill();
  return { code, stdout: Buffer.concat(texts.stdout).toString(), stderr: Buffer.concat(texts.stderr).toString() };
}
