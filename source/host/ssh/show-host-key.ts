import { quote } from '../../text/quote.ts';

/** What a person types on a node's own console to see the key that it shows. */
export const showHostKey = 'ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub';

/** How pinned keys of nodes are forgotten, once the machine itself has shown the new one: what to know, and a command for each node. */
export const forgetKeys = (nodes: readonly string[], knownHosts: string): string[] => [
  'If that shows the new one, forget the old one and run the same command again: it shows the new key and asks to trust it.',
  ...nodes.map((node) => `ssh-keygen -R ${node} -f ${quote(knownHosts)}`),
];
