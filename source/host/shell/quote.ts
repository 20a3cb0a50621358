/** Text as one word for any POSIX shell. Not zx's `quote`: that writes bash's `$'…'`, which dash, the `sh` of Debian and Ubuntu, does not read. */
export function quote(text: string): string {
  if (text.includes('\0')) throw new TypeError('A command argument cannot hold a NUL character.');
  return /^[A-Za-z0-9_/:=.,@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** An argument array as a line for a POSIX shell: the only place where one is made. */
export function commandLine(words: readonly string[]): string {
  const [command, ...rest] = words;
  if (command === undefined) throw new TypeError('A command needs at least its name.');
  // a bare `a=b` in front would be read as an assignment
  const first = command.includes('=') ? `'${command.replaceAll("'", `'\\''`)}'` : quote(command);
  return [first, ...rest.map(quote)].join(' ');
}
