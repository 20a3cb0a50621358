import { exitCode, Fault, type FaultWords } from '../errors/fault.ts';
import { askedFor, sudoWordsOf } from './shell/login-probe.ts';

export type HostFaultKind =
  | 'unreachable'
  | 'host-key-unknown'
  | 'host-key-changed'
  | 'login-refused'
  | 'sudo-refused'
  | 'deadline'
  | 'lost'
  | 'aborted';

type Password = 'login' | 'sudo';

/** The machine was not reached, did not let us in, or did not end in time. */
export class HostFault extends Fault {
  override readonly name = 'HostFault';
  readonly kind: HostFaultKind;
  readonly node: string;
  /** The password that would help. */
  readonly wants: Password | undefined;
  /** The machine answers: only its command was late, and was ended there. */
  readonly answers: boolean;

  constructor(
    kind: HostFaultKind,
    node: string,
    words: FaultWords & { readonly wants?: Password | undefined; readonly answers?: boolean },
  ) {
    super({ where: node, exitCode: exitCode.stepFailed, ...words });
    this.kind = kind;
    this.node = node;
    this.wants = words.wants;
    this.answers = words.answers === true;
  }
}

/** The machine was not reached, or was too slow: it may answer the next time. */
export const isPassing = (error: unknown): error is HostFault =>
  error instanceof HostFault && ['unreachable', 'lost', 'deadline'].includes(error.kind);

/** The machine answers, and does not let us in: its host key, the login, or sudo. */
export const isRefusal = (error: unknown): error is HostFault =>
  error instanceof HostFault && /^host-key-|^login-refused$|^sudo-refused$/.test(error.kind);

export interface SudoRefusal {
  readonly node: string;
  readonly user: string;
  readonly passwordGiven: boolean;
  /** sudo's standard error. */
  readonly said: string;
}

/** sudo did not let the user become root: its own words, and the cause where they tell it. */
export function sudoRefused(refusal: SudoRefusal): HostFault {
  const { node, user, said } = refusal;
  const [, why, next, wants] = causes.find(([pattern]) => pattern.test(said)) ?? passwordCause(refusal);
  const own = sudoWordsOf(said);
  return new HostFault('sudo-refused', node, {
    what: `On ${node}, ${user} may not work as root.`,
    why: own === '' ? why : `${why} sudo says: ${own}`,
    next: [next.replaceAll('USER', user).replaceAll('NODE', node)],
    wants,
  });
}

type Cause = readonly [said: RegExp, why: string, next: string, wants?: 'sudo'];

/** sudo's messages, of sudo 1.9 and of sudo-rs. https://www.sudo.ws/docs/man/sudo.man/#DIAGNOSTICS */
const causes: readonly Cause[] = [
  [
    /must have a tty/,
    'A rule on the node wants a terminal for sudo (requiretty).',
    'On NODE, with visudo: add the line "Defaults:USER !requiretty", or log in as root.',
  ],
  [
    /account (validation failure|.*expired|is locked)|account has expired/i,
    'The account has expired or is locked.',
    'On NODE: sudo chage -E -1 USER; sudo chage -l USER shows the dates.',
  ],
  [
    /password (is |has )?expired|password change required|reset your password|account or password is expired/i,
    'The password of the account has expired.',
    'Log in to NODE by hand as USER and change it: passwd',
  ],
  [
    /not in the sudoers/,
    'The account may not use sudo at all.',
    'Put USER into the group sudo on NODE, or log in as a user who is in it, or as root.',
  ],
  [
    /not allowed to|may not run/,
    'A rule on the node lets the account run some commands only, and a root shell is needed.',
    'On NODE, with visudo: let USER run all commands, or log in as a user who may, or as root.',
  ],
  [/sudo: (command )?not found|no such file/i, 'The node has no sudo.', 'Log in as root, or install sudo on NODE.'],
];

function passwordCause({ user, passwordGiven, said }: SudoRefusal): Cause {
  const wanted = askedFor(said) ?? user;
  if (!passwordGiven)
    return [
      /$/,
      'sudo asks for a password and none was given.',
      'Give the sudo password of USER on NODE, or log in as root.',
      'sudo',
    ];
  if (wanted !== user) {
    return [
      /$/,
      `sudo wants the password of ${wanted} here, not that of ${user} (rootpw or targetpw), and did not accept the one given.`,
      `Give the password of ${wanted} on NODE as the sudo password.`,
      'sudo',
    ];
  }
  return wrongPassword.test(said)
    ? [/$/, 'The sudo password was not accepted.', 'Give the sudo password of USER on NODE, or log in as root.', 'sudo']
    : [/$/, 'sudo refused for an unknown reason.', 'Try by hand on NODE as USER: sudo -k true'];
}

const wrongPassword = /incorrect password|sorry, try again|authentication fail|incorrect authentication/i;
