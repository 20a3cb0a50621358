// Ways into the lab: a root shell on a node that needs no network, a login over SSH, and a command in the hub.
import { readdirSync } from 'node:fs';
import type { ProcessPromise } from 'zx';
import { quietly } from './hub.ts';
import { address, at, hub, keyPath, user } from './place.ts';
import { firstProcess } from './power.ts';

export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a shell command on a node as root, past its network: the eye of a test, which sees also what is cut off. */
export async function onNode(n: number, command: string, input = ''): Promise<Outcome> {
  const first = firstProcess(n);
  if (!first) return { code: 255, stdout: '', stderr: `node ${n} is off` };
  const path = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/snap/bin';
  return outcome(
    quietly({ input })`nsenter -t ${first} -m -u -i -n -p -C -- env -i HOME=/root ${path} bash -c ${command}`,
  );
}

/** Runs a command on a node as its user does: over SSH, with the lab's key, at the address given or its first one. */
export async function overSsh(
  n: number,
  command: string,
  { at: where = address(n), input = '' } = {},
): Promise<Outcome> {
  return outcome(quietly({ input })`ip netns exec ${hub} ssh ${sshOptions} ${`${user}@${where}`} ${command}`);
}

export const sshOptions = [
  '-q',
  '-i',
  keyPath,
  '-o',
  'BatchMode=yes',
  '-o',
  'ConnectTimeout=5',
  '-o',
  'ServerAliveInterval=5',
].concat(['-o', 'ServerAliveCountMax=3', '-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null']);

/** Runs a program where it sees all nodes and none of the machine's own network: a laptop beside the rack. */
export async function inHub(argv: string[], input = ''): Promise<Outcome> {
  return outcome(quietly({ input })`ip netns exec ${hub} ${argv}`);
}

/** The numbers of the nodes that exist, on or off. */
export function nodes(): number[] {
  try {
    return readdirSync(at('nodes'))
      .map(Number)
      .filter((n) => n > 0)
      .sort((a, b) => a - b);
  } catch {
    return [];
  }
}

export async function outcome(running: ProcessPromise): Promise<Outcome> {
  const { exitCode, stdout, stderr } = await running.nothrow();
  return { code: exitCode ?? 255, stdout, stderr };
}
