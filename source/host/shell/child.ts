import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { execa } from 'execa';
import type { FileSlice, OutputStream } from '../host.ts';

/** How a program ended: its exit code, 127 where there is no such program; or `killed` by a signal. */
export type Ending = number | 'killed';

export interface Child {
  /** Resolves when the program has ended and its output is read. */
  readonly ended: Promise<Ending>;
  /** Ends it at once and stops listening. */
  kill(): void;
}

export interface ChildOptions {
  readonly input: string;
  /** Follows the input, piece by piece. */
  readonly inputFile?: FileSlice | undefined;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Takes a piece of output. The program is held up until the promise settles. */
  readonly hear?: (chunk: Buffer, stream: OutputStream) => Promise<void>;
}

/** ms without output after which that of an ssh that has ended counts as read. */
const outputGrace = 500;
/** What ssh ends with where a signal that it handles ends it. It is also the exit code of a command. */
const sshEnded = 255;

/**
 * Starts a program in a session of its own: a Ctrl-C in the terminal is for this program and not for what it started,
 * and ssh finds no terminal to ask questions on.
 */
export function startChild(
  words: readonly [string, ...string[]],
  { input, inputFile, environment = {}, hear = async () => undefined }: ChildOptions,
): Child {
  const [file, ...rest] = words;
  const child = execa(file, rest, {
    input: inputFile === undefined ? input : Readable.from(pieces(input, inputFile)),
    env: environment,
    detached: true,
    cleanup: false,
    buffer: false,
    reject: false,
    stripFinalNewline: false,
  });
  const stop = new AbortController();
  const quiet = quietness();
  const outputs = (['stdout', 'stderr'] as const).map((stream) =>
    listen(child[stream], (chunk) => quiet.during(hear(chunk, stream)), stop.signal),
  );
  const end = child.then((result) => endingOf(file, result));
  // an ssh that a signal ends has lent its pipes to the master connection, which holds them open
  const cutOff = new Promise<Ending>((resolve) => {
    child.nodeChildProcess.once('exit', (code, signal) => {
      if (signal === null && code !== sshEnded) return;
      quiet.lasting(outputGrace).then(() => resolve(signal === null ? sshEnded : 'killed'));
    });
  });
  return {
    ended: Promise.race([Promise.all([end, ...outputs]).then(([ending]) => ending), cutOff]),
    kill() {
      stop.abort();
      child.kill('SIGKILL');
      child.stdout.destroy();
      child.stderr.destroy();
    },
  };
}

/** How execa says that a program ended, where it does not throw. */
interface Ended {
  readonly exitCode?: number | undefined;
  readonly code?: string | undefined;
  readonly signal?: string | undefined;
  readonly cause?: unknown;
}

function endingOf(file: string, { exitCode, code, signal, cause }: Ended): Ending {
  if (exitCode !== undefined) return exitCode;
  if (code === 'ENOENT') return 127;
  if (signal !== undefined) return 'killed';
  throw new Error(`${file} could not be started: ${code}`, { cause });
}

async function* pieces(first: string, { path, start, bytes }: FileSlice): AsyncGenerator<Buffer> {
  yield Buffer.from(first);
  if (bytes > 0) yield* createReadStream(path, { start, end: start + bytes - 1, highWaterMark: 1 << 18 });
}

/** Tells when no piece of output has been at hand for a while. */
function quietness() {
  let under = 0;
  let since = performance.now();
  return {
    async during(work: Promise<void>): Promise<void> {
      under += 1;
      await work.finally(() => {
        under -= 1;
        since = performance.now();
      });
    },
    async lasting(ms: number): Promise<void> {
      for (const begun = performance.now(); under > 0 || performance.now() - Math.max(begun, since) < ms; )
        await wait(ms / 10);
    },
  };
}

/** Hands each piece on before it takes the next one. */
async function listen(stream: Readable, hear: (chunk: Buffer) => Promise<void>, stop: AbortSignal): Promise<void> {
  try {
    for await (const chunk of stream) await hear(chunk);
  } catch (error) {
    if (!stop.aborted) throw error;
  }
}

export interface Answer {
  /** Undefined: it did not end in time and was killed. */
  readonly ending: Ending | undefined;
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
  }: Omit<ChildOptions, 'hear'> & { readonly deadline: number; readonly signal?: AbortSignal },
): Promise<Answer> {
  const texts: Record<OutputStream, Buffer[]> = { stdout: [], stderr: [] };
  const hear = async (chunk: Buffer, stream: OutputStream) => void texts[stream].push(chunk);
  const child = startChild(words, { ...options, hear });
  const stop = Promise.withResolvers<undefined>();
  const timer = setTimeout(stop.resolve, deadline, undefined);
  const leave = () => stop.resolve(undefined);
  signal?.addEventListener('abort', leave);
  const ending = await Promise.race([child.ended, stop.promise]);
  clearTimeout(timer);
  signal?.removeEventListener('abort', leave);
  if (ending === undefined) child.kill();
  return { ending, stdout: Buffer.concat(texts.stdout).toString(), stderr: Buffer.concat(texts.stderr).toString() };
}
