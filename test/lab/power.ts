// The power cord of a node, and the wait for what comes up behind it.
import { spawn } from 'node:child_process';
import { existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { quietly } from './hub.ts';
import { here, lab, nodePath } from './place.ts';

/** Switches a node on and returns as soon as its supervisor runs. */
export function powerOn(n: number): void {
  if (supervisor(n)) return;
  const log = openSync(nodePath(n, 'console'), 'a');
  spawn(join(here, 'supervise'), [lab, String(n)], { detached: true, stdio: ['ignore', log, log] }).unref();
}

/** Pulls the cord: every process of the node ends at once, nothing is written any more, the disk stays as it was. */
export async function powerOff(n: number): Promise<void> {
  const until = performance.now() + 300_000;
  while (supervisor(n)) {
    if (performance.now() > until) throw new Error(`node ${n} does not end`);
    const first = firstProcess(n) ?? kernelOf(n);
    if (first) kill(first);
    await sleep(20);
  }
}

/** Process 1 of a node as this machine counts, while it runs. */
export function firstProcess(n: number): number | undefined {
  return living(nodePath(n, 'pid'));
}

export const supervisor = (n: number) => living(nodePath(n, 'supervisor')) ?? kernelOf(n);

/** The process that ends a kernel of the node's own with itself, as this machine counts. */
const kernelOf = (n: number) => living(nodePath(n, 'kernel'));

function living(file: string): number | undefined {
  if (!existsSync(file)) return undefined;
  const pid = Number(readFileSync(file, 'utf8'));
  return pid > 0 && existsSync(`/proc/${pid}/ns`) ? pid : undefined;
}

export function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it is gone already
  }
}

/** Waits until a node has booted as far as its login, and has an address unless its cable is cut. */
export async function untilBooted(n: number, seconds = 300): Promise<void> {
  const give = Date.now() + seconds * 1000;
  const address = existsSync(nodePath(n, 'cut')) ? 'true' : '[[ $(hostname -I) == *.* ]]';
  const login = `exec 3<>/dev/tcp/127.0.0.1/22 && read -r -t 3 -u 3 && [[ ! -e /run/nologin ]] && ${address}`;
  while (Date.now() < give) {
    const first = firstProcess(n);
    if (first) {
      const { exitCode } = await quietly`nsenter -t ${first} -m -n -p -u -- bash -c ${login}`.nothrow();
      if (exitCode === 0) return;
    }
    await sleep(100);
  }
  throw new Error(`Node ${n} did not boot within ${seconds} s. Its console: ${nodePath(n, 'console')}`);
}
