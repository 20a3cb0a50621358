import { randomBytes } from 'node:crypto';
import type { Command, HostAccess, OutputStream } from '../host.ts';
import { commandLine } from './quote.ts';

/** A command made ready for a login shell, here or over SSH. */
export interface Launch {
  readonly line: string;
  readonly input: string;
  /** Random text with which the launcher tells us where the command's own output begins and how it ended. */
  readonly mark: string;
}

export interface Leave {
  readonly sudo: HostAccess['sudo'] | undefined;
  readonly password: string | undefined;
}

/**
 * Runs the command under a deadline of the machine's own, so that nothing goes on there when the connection is lost, and
 * says on standard error when it began and with which code it ended: ssh's own 255 is then no exit code of the command.
 * A password that sudo did not ask for (NOPASSWD) is read away up to the mark and never reaches the command.
 * Ended by TERM, it ends the command and all that the command started.
 */
const launcher = `
mark=$1 limit=$2 skip=$3 hidden=$4
shift 4
if [ "$skip" = skip ]; then while IFS= read -r line && [ "$line" != "$mark" ]; do :; done; fi
if [ "$hidden" = hidden ]; then IFS= read -r line && eval "set -- $line"; fi
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/snap/bin LC_ALL=C.UTF-8
export PATH LC_ALL
child=
trap 'kill -TERM $child' TERM
printf '%s begins %s\\n' "$mark" "$$"
printf '%s begins %s\\n' "$mark" "$$" >&2
exec 3<&0
timeout -k 5 "$limit" "$@" <&3 3<&- &
child=$!
while :; do
  wait "$child"
  code=$?
  kill -0 "$child" 2>/dev/null || break
done
printf '%s ends %s\\n' "$mark" "$code" >&2
exit "$code"
`;

/** What stands in front of a command so that it runs as root. `-k`: a password cached earlier is no reason not to read ours. */
export function sudoWords({ sudo, password }: Leave): string[] {
  if (sudo === undefined || sudo === 'root') return [];
  return sudo === 'password' && password !== undefined
    ? ['sudo', '-k', '-S', '-p', '', '-H', '--']
    : ['sudo', '-n', '-H', '--'];
}

/** Where `hidden`, the command goes to the launcher as the first line of its input; its arguments are single lines. */
export function launch(
  command: Command,
  leave: Leave,
  { stdin, deadline, hidden = false }: { readonly stdin: string; readonly deadline: number; readonly hidden?: boolean },
): Launch {
  const mark = `kloudspot-${randomBytes(8).toString('hex')}`;
  const withPassword = leave.sudo === 'password' && leave.password !== undefined;
  const seconds = (deadline / 1000).toFixed(3);
  const words = [
    '/bin/sh',
    '-c',
    launcher,
    'kloudspot',
    mark,
    seconds,
    withPassword ? 'skip' : '',
    hidden ? 'hidden' : '',
    ...(hidden ? [] : argumentsOf(command)),
  ];
  const input = hidden ? `${commandLine([...argumentsOf(command)])}\n${stdin}` : stdin;
  return {
    line: commandLine([...sudoWords(leave), ...words]),
    input: withPassword ? `${leave.password}\n${mark}\n${input}` : input,
    mark,
  };
}

/**
 * A script goes in as an argument, so that standard input stays the command's own. Linux takes 128 KiB in one argument.
 * `--norc`: under sshd even `bash -c` reads ~/.bashrc, and what that prints would look like the script's own output.
 */
function argumentsOf(command: Command): readonly string[] {
  return 'text' in command
    ? ['bash', '--norc', '-c', command.text, command.name, ...(command.arguments ?? [])]
    : command;
}

/** Sorts what a launched command prints: its own output from the launcher's marks and from what login shells and sudo say before it. */
export class Transcript {
  readonly stdout = new LineText();
  readonly stderr = new LineText();
  /** The launcher's process on that machine, once the command has begun. */
  process: number | undefined;
  code: number | undefined;
  readonly #mark: string;
  readonly #onLine: ((line: string, stream: OutputStream) => void) | undefined;
  #noise = '';

  constructor(mark: string, onLine?: (line: string, stream: OutputStream) => void) {
    this.#mark = mark;
    this.#onLine = onLine;
  }

  /** What was said on standard error before the command began: ssh, sudo, login shells. */
  get noise(): string {
    return this.process === undefined ? this.#noise + this.stderr.rest : this.#noise;
  }

  hear(chunk: Buffer, stream: OutputStream): void {
    for (const line of this[stream].add(chunk)) this.#take(line, stream);
  }

  /** Nothing more will come: a last line without its end counts too. */
  finish(): void {
    for (const stream of ['stdout', 'stderr'] as const) {
      const rest = this[stream].finish();
      if (rest !== '') this.#take(rest, stream);
    }
  }

  #take(line: string, stream: OutputStream): void {
    const text = this[stream];
    if (!text.open) {
      this.#beforeBegin(line, stream);
      return;
    }
    const at = stream === 'stderr' ? line.indexOf(`${this.#mark} ends `) : -1;
    if (at >= 0) this.code = Number.parseInt(line.slice(at + this.#mark.length + 6), 10);
    const own = at < 0 ? line : line.slice(0, at);
    if (own === '') return;
    text.parts.push(own);
    this.#onLine?.(own.replace(/\r?\n$/, ''), stream);
  }

  #beforeBegin(line: string, stream: OutputStream): void {
    const at = line.indexOf(`${this.#mark} begins `);
    if (stream === 'stderr') this.#noise += at < 0 ? line : line.slice(0, at);
    if (at < 0) return;
    this[stream].open = true;
    this.process = Number.parseInt(line.slice(at + this.#mark.length + 8), 10);
  }
}

/** Bytes to whole lines of UTF-8. */
class LineText {
  readonly parts: string[] = [];
  open = false;
  rest = '';
  readonly #decoder = new TextDecoder();

  get text(): string {
    return this.parts.join('');
  }

  add(chunk: Buffer): string[] {
    const pieces = this.#decoder.decode(chunk, { stream: true }).split('\n');
    const last = pieces.pop() ?? '';
    if (pieces.length === 0) {
      this.rest += last;
      return [];
    }
    pieces[0] = this.rest + pieces[0];
    this.rest = last;
    return pieces.map((piece) => `${piece}\n`);
  }

  finish(): string {
    const rest = this.rest + this.#decoder.decode();
    this.rest = '';
    return rest;
  }
}
