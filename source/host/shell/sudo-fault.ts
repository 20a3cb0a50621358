import { HostFault } from '../host-fault.ts';

/** What sudo says when no password could help. */
const forbidden = /not in the sudoers|not allowed|may not run|not found/;

/** `said`: sudo's standard error, which also counts the wrong tries. */
export function sudoRefused(node: string, user: string, passwordGiven: boolean, said: string): HostFault {
  const what = `On ${node}, ${user} may not work as root.`;
  const rule = said.split('\n').find((line) => forbidden.test(line));
  if (rule !== undefined) {
    return new HostFault('sudo-refused', node, {
      what,
      why: `sudo says: ${rule.trim()}`,
      next: [`Put ${user} into the group sudo on ${node}, or log in as a user who is in it, or as root.`],
    });
  }
  return new HostFault('sudo-refused', node, {
    what,
    why: passwordGiven ? 'The sudo password was not accepted.' : 'sudo asks for a password and none was given.',
    next: [`Give the sudo password of ${user} on ${node}, or log in as root.`],
  });
}
