import * as z from 'zod';
import { loginLine } from '../../text/quote.ts';
import type { HostAccess } from '../host.ts';

/** Starts the answer of the probe, whatever a login shell prints before it. */
const answerMark = 'kloudspot-login';
/** Starts sudo's prompt; the name behind it says whose password sudo wants (`rootpw`, `targetpw`). */
const promptMark = 'kloudspot-asks-for';

/**
 * The first command on a machine: it shows the user and what sudo wants. The password, if there is one, is its standard input.
 * sudo is asked for what the launcher asks for, a shell: a rule for some commands only is then seen.
 * `-k` with a command makes sudo forget nothing, it only does not rely on what it remembers.
 */
const probe = `
user=$(id -un)
if [ "$(id -u)" = 0 ]; then sudo=root
elif said=$(sudo -k -n -H -- /bin/sh -c true 2>&1); then sudo=free
elif more=$(sudo -k -S -p '${promptMark} %p: ' -H -- /bin/sh -c true 2>&1); then sudo=password
else sudo=refused; fi
printf '${answerMark} %s %s\\n%s\\n%s\\n' "$user" "$sudo" "$said" "$more"
`;

export const probeLine = loginLine(['env', 'LC_ALL=C.UTF-8', '/bin/sh', '-c', probe]);
export const probeInput = (password: string | undefined) => (password === undefined ? '' : `${password}\n`);

/**
 * ms for a login and its probe. sudo looks its own host name up: name servers that do not answer hold it up for 10 s and
 * more, once for each of the two tries (resolv.conf(5): 5 s, two attempts, each server).
 */
export const probeLimit = 60_000;

const fields = z.tuple([z.string().min(1), z.enum(['root', 'free', 'password', 'refused'])]);

/** What a machine said about the login. */
export interface LoginProbe {
  readonly access: HostAccess;
  /** What sudo said when it refused. */
  readonly sudoSaid: string;
  /** Another sudo password has been given since: a refusal is worth another try. */
  outdated(): boolean;
}

/** Reads the answer to the probe past whatever a login shell printed before it; undefined when there is none. */
export function readLoginProbe(stdout: string, address: string): Omit<LoginProbe, 'outdated'> | undefined {
  const [, line, said = ''] = stdout.match(new RegExp(`${answerMark} (.*)\\n([\\s\\S]*)$`)) ?? [];
  const parsed = fields.safeParse(line?.split(' '));
  if (!parsed.success) return undefined;
  const [user, sudo] = parsed.data;
  return { access: { user, sudo, address }, sudoSaid: said.trim() };
}

/** The account whose password sudo asked for; undefined where it did not ask with our prompt. */
export function askedFor(sudoSaid: string): string | undefined {
  return sudoSaid.match(new RegExp(`${promptMark} ([^:\\s]+):`))?.[1];
}

/** sudo's own words, without our prompt and the usual lecture. */
export function sudoWordsOf(sudoSaid: string): string {
  const lines = sudoSaid.replaceAll(new RegExp(`${promptMark} [^:\\s]+: ?`, 'g'), '\n').split('\n');
  const own = lines.filter((line) =>
    /^(sudo(-rs)?:|Sorry|Account|Password|.*(expired|not in the sudoers|not allowed|may not run|incident))/i.test(line),
  );
  return [...new Set(own.map((line) => line.trim()))].join(' ');
}
