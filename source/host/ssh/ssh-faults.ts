import { safeLine } from '../../text/safe-text.ts';
import type { HostTarget } from '../host.ts';
import { HostFault } from '../host-fault.ts';
import type { Ending } from '../shell/child.ts';
import { slowProbe } from '../shell/slow-probe.ts';
import { copyKeyByHand, sshByHand } from './by-hand.ts';

/** What a failed login looked like. */
export interface FailedLogin {
  readonly target: HostTarget;
  readonly address: string;
  /** ssh's standard error. */
  readonly said: string;
  /** What came on standard output in the place of our probe's answer. */
  readonly printed: string;
  readonly passwordGiven: boolean;
  /** How ssh ended; undefined where our own time limit ended it. */
  readonly ending: Ending | undefined;
  /** The line of the operator's ssh configuration that keeps ssh from offering a password. */
  readonly passwordsForbiddenBy?: string | undefined;
}

type Reason = readonly [said: RegExp, why: string, next: string];

const closed = /kex_exchange_identification|Connection (closed|reset) by|banner/;

const throughJump: Reason = [
  /stdio forwarding failed|UNKNOWN port 65535/,
  'The connection through the jump host failed.',
  'Log in to the jump host by hand first; its host key must be in ~/.ssh/known_hosts, and only keys or an agent work there.',
];

const unreachable: readonly Reason[] = [
  [
    /Could not resolve hostname/,
    'This name is not known to the name server.',
    'Check the spelling, or give an IP address.',
  ],
  throughJump,
  [
    /Connection refused/,
    'The machine answers, but nothing listens for SSH there (connection refused).',
    'On the node: sudo apt install openssh-server; check the port.',
  ],
  [
    /No route to host/,
    'The host cannot be reached (no route to host).',
    'Check the cable, the address and the switch port.',
  ],
  [/Network is unreachable/, 'This machine has no route to that network.', 'Check the default gateway here: ip route.'],
  [
    /timed out/i,
    'Nothing answered (timed out): the machine is off, the address is wrong, or a firewall drops SSH.',
    'Check that the machine is on and that the address is right: ping it.',
  ],
  [
    closed,
    'The connection was closed before the login: sshd is overloaded, starting up, or blocks this address, or a jump host refused.',
    'Wait a minute; look on the node: journalctl -u ssh.',
  ],
];

/** The workstation itself lacks the program. */
export const noSsh = (node: string) =>
  new HostFault('unreachable', node, {
    what: 'This machine has no ssh program.',
    why: 'Nodes are reached with OpenSSH.',
    next: ['sudo apt install openssh-client'],
  });

/** ssh's words as a fault that the operator can act on. */
export function loginFault(failed: FailedLogin): HostFault {
  const { target, address, said } = failed;
  const { node } = target;
  if (/REMOTE HOST IDENTIFICATION HAS CHANGED|Host key for .* has changed/.test(said)) {
    return new HostFault('host-key-changed', node, {
      what: `${node} at ${address} shows another host key than the pinned one.`,
    });
  }
  if (/No .* host key is known|Host key verification failed/.test(said) && !/UNKNOWN port 65535/.test(said)) {
    return new HostFault('host-key-unknown', node, {
      what: `The host key of ${node} at ${address} is not known yet.`,
      why: 'Nothing is sent to a machine whose key was not verified.',
      next: ['Compare its fingerprint with the one on its own console, then trust it.'],
    });
  }
  const expired = expiries.find(([pattern]) => pattern.test(`${said}\n${failed.printed}`));
  if (expired !== undefined) return refusedBecause(failed, expired[1], expired[2]);
  if (/Permission denied|Too many authentication failures|no such identity|Load key/.test(said)) return refused(failed);
  if (failed.ending === undefined && said.trim() === '')
    return new HostFault('unreachable', node, slowProbe(`${node} at ${address}`));
  if (typeof failed.ending === 'number' && failed.ending !== 255 && failed.ending !== 127) return otherShell(failed);
  // of a jump host that refuses, ssh says only that the connection closed
  const jumpRefused = target.jump !== undefined && closed.test(said);
  const [, why, next] = jumpRefused ? throughJump : (unreachable.find(([pattern]) => pattern.test(said)) ?? []);
  return new HostFault('unreachable', node, {
    what: `${node} cannot be reached at ${address}.`,
    why: why ?? `ssh says: ${safeLine(said.trim()) || 'nothing'}`,
    next: next === undefined ? [`Try by hand: ${sshByHand(target, address)}`] : [next],
  });
}

/** What sshd and PAM say to an account or a password that has expired. */
const expiries: readonly Reason[] = [
  [
    /account has expired|account is (locked|not available|disabled)/i,
    'The account has expired or is locked.',
    'On the node: sudo chage -l USER shows the dates; sudo chage -E -1 USER lifts the end.',
  ],
  [
    /password (has )?expired|password change required|must change your password|required to change your password/i,
    'The password of the account has expired and must be changed first.',
    'Log in by hand and change it: LOGIN',
  ],
];

/** The login was let in, but its shell did not run our command. */
function otherShell({ target, address, said, printed }: FailedLogin): HostFault {
  const words = safeLine(`${printed.trim()} ${said.trim()}`.trim()).slice(0, 300);
  const noLogin = /account is currently not available/i.test(words);
  return new HostFault('login-refused', target.node, {
    what: `${target.node} at ${address} accepted the login, but did not run the command.`,
    why: `${noLogin ? 'The login shell of the account is nologin.' : 'A forced command, a login shell that takes no commands, or a start-up file such as ~/.bashrc that ends the shell prevents it.'} It says: ${words || 'nothing'}`,
    next: [
      noLogin
        ? 'Use an account with a shell; on the node: getent passwd shows each shell.'
        : 'On the node look for command= in ~/.ssh/authorized_keys, ForceCommand in sshd_config, exit or exec in ~/.bashrc, and at the shell: getent passwd',
    ],
  });
}

function refusedBecause({ target, address, said }: FailedLogin, why: string, next: string): HostFault {
  const words = safeLine(said.trim());
  return new HostFault('login-refused', target.node, {
    what: `${target.node} at ${address} refused the login${asUser(target)}.`,
    why: words === '' ? why : `${why} It says: ${words.slice(0, 300)}`,
    next: [next.replaceAll('USER', target.user ?? 'USER').replaceAll('LOGIN', sshByHand(target, address))],
  });
}

const asUser = ({ user }: HostTarget) => (user === undefined ? '' : ` as ${user}`);

function refused({ target, address, said, passwordGiven, passwordsForbiddenBy }: FailedLogin): HostFault {
  // "user@host: Permission denied (publickey,password)." names the ways that this server takes
  const ways = said.match(/Permission denied \(([^)]*)\)/)?.[1]?.split(',') ?? [];
  const takesPasswords = ways.includes('password') || ways.includes('keyboard-interactive');
  const keyTrouble = said.match(/no such identity: .*|Load key .*|.*bad permissions.*/)?.[0]?.trim();
  const [why, next] = passwordGiven
    ? passwordsForbiddenBy !== undefined && takesPasswords
      ? [
          `Your own ssh configuration keeps ssh from offering the password (${passwordsForbiddenBy}), and no key was accepted.`,
          `Change that for this host in ~/.ssh/config or /etc/ssh/ssh_config: ${sshByHand(target, address, '-G')} shows what holds.`,
        ]
      : takesPasswords
        ? ['The password was not accepted, and no key was either.', 'Give the right password, or the key of this user.']
        : ['This machine takes no passwords, and no key was accepted.', keyAdvice(target)]
    : [
        `No key was accepted.${takesPasswords ? ' This machine takes passwords, but none was given.' : ''}`,
        takesPasswords
          ? `Give a password, or put your key there: ${copyKeyByHand(target, address)}`
          : keyAdvice(target),
      ];
  return new HostFault('login-refused', target.node, {
    what: `${target.node} at ${address} refused the login${asUser(target)}.`,
    why: keyTrouble === undefined ? why : `${why} (${keyTrouble})`,
    next: [next],
    ...((takesPasswords || ways.length === 0) && passwordsForbiddenBy === undefined ? { wants: 'login' } : {}),
  });
}

const keyAdvice = ({ identityFile }: HostTarget) =>
  identityFile === undefined
    ? 'Name the private key of this node, or add it to your agent: ssh-add.'
    : `Check that the public key of ${identityFile} is in ~/.ssh/authorized_keys there.`;

/** Which of several addresses' faults to show: the one that says most about what is wrong. */
export function mostTelling(faults: readonly HostFault[]): HostFault | undefined {
  const order = ['host-key-changed', 'login-refused', 'host-key-unknown', 'unreachable'];
  return [...faults].sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind))[0];
}
