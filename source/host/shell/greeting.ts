import * as z from 'zod';
import type { HostAccess } from '../host.ts';
import { commandLine } from './quote.ts';

/**
 * The first thing said to a machine: who are we, and what does sudo want? The password, if there is one, is its standard input.
 * `-k` with a command makes sudo forget nothing, it only does not rely on what it remembers.
 */
const greeting = `
user=$(id -un)
if [ "$(id -u)" = 0 ]; then sudo=root
elif sudo -k -n true 2>/dev/null; then sudo=free
elif why=$(sudo -k -S -p '' true 2>&1); then sudo=password
else sudo=refused; fi
printf 'kloudspot-greeting %s %s\\n%s\\n' "$user" "$sudo" "$why"
`;

export const greetingLine = commandLine(['env', 'LC_ALL=C.UTF-8', '/bin/sh', '-c', greeting]);
export const greetingInput = (password: string | undefined) => (password === undefined ? '' : `${password}\n`);

const words = z.tuple([z.string().min(1), z.enum(['root', 'free', 'password', 'refused'])]);

export interface Greeting {
  readonly access: HostAccess;
  /** What sudo said when it refused. */
  readonly sudoSaid: string;
  /** Another sudo password has been given since: a refusal is worth another try. */
  outdated(): boolean;
}

/** Reads the answer to the greeting past whatever a login shell printed before it; undefined when there is none. */
export function readGreeting(stdout: string, address: string): Omit<Greeting, 'outdated'> | undefined {
  const [, line, said = ''] = stdout.match(/^kloudspot-greeting (.*)\n([\s\S]*)$/m) ?? [];
  const parsed = words.safeParse(line?.split(' '));
  if (!parsed.success) return undefined;
  const [user, sudo] = parsed.data;
  return { access: { user, sudo, address }, sudoSaid: said.trim() };
}
