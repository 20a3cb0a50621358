import { commandLine } from '../../text/quote.ts';
import type { HostTarget } from '../host.ts';

/** The login that a person types to get where the program failed: with the port, user, key and jump host of the node. */
export function sshByHand(target: HostTarget, address: string, ...flags: string[]): string {
  const { port, identityFile, jump } = target;
  return commandLine([
    'ssh',
    ...flags,
    ...(port === undefined ? [] : ['-p', String(port)]),
    ...(identityFile === undefined ? [] : ['-i', identityFile]),
    ...(jump === undefined ? [] : ['-J', jump]),
    withUser(target, address),
  ]);
}

/** What puts the operator's key on the node. */
export function copyKeyByHand(target: HostTarget, address: string): string {
  const { port, identityFile, jump } = target;
  return commandLine([
    'ssh-copy-id',
    ...(port === undefined ? [] : ['-p', String(port)]),
    ...(identityFile === undefined ? [] : ['-i', identityFile]),
    ...(jump === undefined ? [] : ['-o', `ProxyJump=${jump}`]),
    withUser(target, address),
  ]);
}

const withUser = ({ user }: HostTarget, address: string) => (user === undefined ? address : `${user}@${address}`);
