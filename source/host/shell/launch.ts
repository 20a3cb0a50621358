import { randomBytes } from 'node:crypto';
import { commandLine, loginLine } from '../../text/quote.ts';
import type { Command, HostAccess } from '../host.ts';

/** A command made ready for a login shell, here or over SSH. */
export interface Launch {
  readonly line: string;
  readonly input: string;
  /** Random text by which the launcher marks where the command's own output begins and how it ended. */
  readonly mark: string;
}

/** As whom a command runs, and with what password of sudo. */
export interface Privilege {
  readonly sudo: HostAccess['sudo'] | undefined;
  readonly password: string | undefined;
}

/**
 * Runs the command under a deadline of the machine's own, so that nothing goes on there when the connection is lost, and
 * says on standard error when it began and with which code it ended: ssh's own 255 is then no exit code of the command. It says so on
 * standard output, too: what comes before it is all that the command printed.
 * A password that sudo did not ask for (NOPASSWD) is read away up to the mark and never reaches the command.
 * Ended by TERM, it ends the command and all that the command started.
 * No core file: passwords and tokens pass through its memory.
 */
const launcher = `
ulimit -c 0
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
printf '%s ends %s\\n' "$mark" "$code"
printf '%s ends %s\\n' "$mark" "$code" >&2
exit "$code"
`;

/** The words before a command that make it run as root. `-k`: ours is read also when a password was cached earlier. */
export function sudoWords({ sudo, password }: Privilege): string[] {
  if (sudo === undefined || sudo === 'root') return [];
  return sudo === 'password' && password !== undefined
    ? ['sudo', '-k', '-S', '-p', '', '-H', '--']
    : ['sudo', '-n', '-H', '--'];
}

/** Where `hidden`, the command goes to the launcher as the first line of its input; its arguments are single lines. */
export function launch(
  command: Command,
  privilege: Privilege,
  { stdin, deadline, hidden = false }: { readonly stdin: string; readonly deadline: number; readonly hidden?: boolean },
): Launch {
  const mark = `kloudspot-${randomBytes(8).toString('hex')}`;
  const withPassword = privilege.sudo === 'password' && privilege.password !== undefined;
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
    line: loginLine([...sudoWords(privilege), ...words]),
    input: withPassword ? `${privilege.password}\n${mark}\n${input}` : input,
    mark,
  };
}

/**
 * A script goes in as an argument, so that standard input stays the command's own. Linux takes 128 KiB in one argument.
 * `--norc`: where its standard input is a socket, even `bash -c` reads ~/.bashrc. `-p`: it runs no file that BASH_ENV
 * names, and takes no functions from the environment. What those print or do would look like the script's own.
 */
function argumentsOf(command: Command): readonly string[] {
  return 'text' in command
    ? ['bash', '--norc', '-p', '-c', command.text, command.name, ...(command.arguments ?? [])]
    : command;
}
