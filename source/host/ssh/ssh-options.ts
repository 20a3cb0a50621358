import { quote } from '../../text/quote.ts';
import type { HostTarget } from '../host.ts';

/** `-o` for ssh. A path in it is read by ssh as a configuration line: quotes keep blanks, and `%` would be a token. */
const option = (name: string, value: string | number) => ['-o', `${name}=${value}`];
const path = (text: string) => `"${text.replaceAll('%', '%%')}"`;

/** What holds for every ssh that we start. The operator's configuration is read, but cannot bring in terminals or forwardings. */
const plain = [
  '-T',
  ...option('LogLevel', 'ERROR'),
  ...option('RemoteCommand', 'none'),
  ...option('ClearAllForwardings', 'yes'),
  ...option('ForwardAgent', 'no'),
  ...option('ForwardX11', 'no'),
  ...option('PermitLocalCommand', 'no'),
];

/** Pinned under the node's name, whatever its address: a key that is not the pinned one is refused. */
export function pinning(node: string, knownHosts: string): string[] {
  return [
    ...option('HostKeyAlias', node),
    ...option('UserKnownHostsFile', path(knownHosts)),
    ...option('GlobalKnownHostsFile', '/dev/null'),
    ...option('UpdateHostKeys', 'no'),
    ...option('CheckHostIP', 'no'),
    ...option('VerifyHostKeyDNS', 'no'),
  ];
}

/** How to get to the node: port, user, key, jump host. What is not said is left to the operator's `~/.ssh/config`. */
export function reaching(target: HostTarget): string[] {
  return [
    ...plain,
    ...option('ConnectTimeout', 8),
    ...option('ConnectionAttempts', 1),
    ...option('GSSAPIAuthentication', 'no'),
    ...(target.port === undefined ? [] : ['-p', String(target.port)]),
    ...(target.user === undefined ? [] : ['-l', target.user]),
    ...(target.identityFile === undefined
      ? []
      : [...option('IdentityFile', path(target.identityFile)), ...option('IdentitiesOnly', 'yes')]),
    ...(target.jump === undefined ? [] : ['-J', target.jump]),
  ];
}

/** 5 s × 3: a node that went silent is noticed after 15 to 20 s, also by commands that print nothing. */
export function holding(socket: string): string[] {
  return [
    ...option('ControlMaster', 'yes'),
    ...option('ControlPath', path(socket)),
    ...option('ControlPersist', 120),
    ...option('ServerAliveInterval', 5),
    ...option('ServerAliveCountMax', 3),
    ...option('NumberOfPasswordPrompts', 1),
    ...option('StrictHostKeyChecking', 'yes'),
  ];
}

/** What ssh says where the master connection is gone: instead of logging in again it runs this. */
export const noMaster = 'kloudspot-no-master';

/** One session of a master connection, and never a connection of its own. Needs no configuration file. */
export function session(socket: string): string[] {
  return [
    '-F',
    'none',
    ...plain,
    ...option('ControlMaster', 'no'),
    ...option('ControlPath', path(socket)),
    ...option('BatchMode', 'yes'),
    ...option('ProxyCommand', `sh -c ${quote(`echo ${noMaster} >&2; exit 1`)}`),
  ];
}

/** ssh's environment: plain English messages, no locale that the node may lack, and no ask-pass program but ours. */
export function sshEnvironment(extra: Readonly<Record<string, string>> = {}): Record<string, string | undefined> {
  return { LC_ALL: 'C.UTF-8', LANG: 'C.UTF-8', SSH_ASKPASS: undefined, SSH_ASKPASS_REQUIRE: 'never', ...extra };
}
