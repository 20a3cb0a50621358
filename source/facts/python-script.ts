import type { Script } from '../host/host.ts';

/**
 * A Python program that runs on a node beside many others: it reads its task as JSON and ends by itself. `body` finds `task`,
 * `left(seconds)` until so long after the start, and `together(jobs, seconds)`, which waits that long for jobs (function, arguments…)
 * of which each has a thread. What must not be seen among the arguments comes on standard input: `secret()` reads it. An alarm of the kernel ends it after `alarm` seconds; threads that still wait do not hold it up.
 */
export function pythonScript(name: string, alarm: number, task: object, body: string): Script {
  const text = `exec 3<&0
exec python3 - "$@" <<'PYTHON'
import json, os, signal, socket, sys, threading, time

task = json.loads(sys.argv[1])
signal.alarm(${alarm})
def secret():
    with os.fdopen(3) as given: return given.read()

begun = time.monotonic()
left = lambda seconds: begun + seconds - time.monotonic()

def together(jobs, seconds):
    threads = [threading.Thread(target=job, args=about, daemon=True) for job, *about in jobs]
    for each in threads: each.start()
    for each in threads: each.join(max(0.1, left(seconds)))
${body}
os._exit(0)
PYTHON
`;
  return { name, text, arguments: [JSON.stringify(task)] };
}
