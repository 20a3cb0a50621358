/**
 * Text as one word for any POSIX shell and for fish, in whose single quotes `\'` and `\\` mean something: a quote and a
 * backslash go into double quotes. Not zx's `quote`: that writes bash's `$'…'`, which dash, the `sh` of Ubuntu, does not read.
 */
export function quote(text: string): string {
  return /^[A-Za-z0-9_/:=.,@%+-]+$/.test(text) ? text : quoted(text);
}

function quoted(text: string): string {
  if (text.includes('\0')) throw new TypeError('A command argument cannot hold a NUL character.');
  const parts = text.split(/(['\\])/).filter((part) => part !== '');
  const words = parts.map((part) => (part === "'" ? `"'"` : part === '\\' ? '"\\\\"' : `'${part}'`));
  return words.length === 0 ? "''" : words.join('');
}

/** An argument array as a line for a POSIX shell: the only place where one is made. */
export function commandLine(words: readonly string[]): string {
  const [command, ...rest] = words;
  if (command === undefined) throw new TypeError('A command needs at least its name.');
  // a bare `a=b` in front would be read as an assignment
  const first = command.includes('=') ? quoted(command) : quote(command);
  return [first, ...rest.map(quote)].join(' ');
}

/**
 * An argument array as a line for any login shell, csh among them, which takes no line break and no `!` in single quotes:
 * such characters travel as escapes that `printf %b` of a POSIX shell puts back.
 */
export function loginLine(words: readonly string[]): string {
  const escaped = `exec ${commandLine(words)}`.replaceAll(/[\n'\\!]/g, (character) =>
    character === '\n' ? '\\n' : `\\0${character.charCodeAt(0).toString(8).padStart(3, '0')}`,
  );
  return `/bin/sh -c 'eval "$(printf %b "$1")"' sh '${escaped}'`;
}
