// Rehearsals of many nodes: how long one takes at full speed, and what the run page and the simulation cost beside it.
// Processor time and memory are those of /proc, so Linux only. Nothing here passes or fails.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Screen } from '../terminal/screen.ts';
import { toNodes } from '../terminal/to-nodes.ts';
import { rehearsed } from './graph.ts';
import { killWith, processesWith } from './processes.ts';
import type { Row } from './row.ts';

const launcher = resolve(import.meta.dirname, '../../bin/kloudspot');
/** Of `utime` and `stime` in /proc/PID/stat: USER_HZ, 100 a second on every Linux that Node.js runs on. */
const ticksPerSecond = 100;

/** s that the bench waits for one whole rehearsal. */
const mostSeconds = 180;

/** A scenario of so many healthy machines, three of them managers, as a file that `--rehearse` takes. */
function writeScenario(folder: string, count: number): string {
  const at = (index: number) => `10.0.4.${21 + index}`;
  const names = Array.from({ length: count }, (_, index) => `ks-${index + 1}`);
  const network = { gateway: '10.0.4.1', nameservers: ['10.0.4.1'] };
  const nodes = names.map((name, index) => ({
    name,
    reach: at(index),
    role: index < 3 ? 'manager' : 'worker',
    network: { mode: 'static', address: `${at(index)}/24` },
  }));
  const draft = {
    version: 1,
    name: 'bench',
    product: 'kloudspot',
    nodes,
    network: { ...network, virtualAddress: '10.0.4.200' },
    features: ['kloudManage', 'kloudInsights'],
    customer: { dnsName: 'spot.example.org', reference: 'bench-1' },
    tls: { mode: 'self-signed' },
    deploy: 'now',
  };
  const machines = names.map((name, index) => [
    name,
    { hostname: name, address: { mode: 'static', address: at(index), ...network } },
  ]);
  const path = join(folder, `machines-${count}.yaml`);
  const head = { version: 1, title: `${count} machines`, summary: 'For the bench.' };
  writeFileSync(path, JSON.stringify({ ...head, nodes: Object.fromEntries(machines), draft }));
  return path;
}

/** s of processor time that a process has used; 0 where it is gone. */
function cpuOf(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
  } catch {
    return 0;
  }
}

/** MB of memory that a process has in its pages. */
function memoryOf(pid: number): number {
  const [, kib = 'NaN'] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return (Number(kib) * 1024) / 1e6;
}

interface Beside {
  /** % of a core. */
  readonly screen: number;
  readonly simulation: number;
  /** MB of the process that draws. */
  readonly memory: number;
}

/** What the run page of `attach` and the run's own process use while a rehearsal goes on, looked at for so many seconds. */
async function beside(folder: string, count: number, speed: number, seconds: number): Promise<Beside> {
  const root = mkdtempSync(join(folder, 'root-'));
  const scenario = writeScenario(folder, count);
  const words = ['init', '--yes', '--accept-new-host-keys', '--rehearse', scenario, '--root', root];
  const run: ChildProcess = spawn(launcher, [...words, '--speed', String(speed)], { stdio: 'ignore' });
  let screen: Screen | undefined;
  try {
    const runs = join(root, 'var/lib/kloudspot/runs');
    const begun = () => {
      try {
        return readdirSync(runs).some((id) => readFileSync(join(runs, id, 'journal.jsonl')).length > 0);
      } catch {
        return false;
      }
    };
    while (!begun()) {
      if (run.exitCode !== null) throw new Error(`init ended with ${run.exitCode} before its run began`);
      await wait(100);
    }
    screen = new Screen(['attach', '--root', root], { columns: 120, rows: 40 });
    await screen.see('ks-1');
    await wait(3000);
    const own = screen.pid;
    const workers = processesWith(root).filter((pid) => pid !== own && pid !== run.pid);
    const used = () => ({
      own: cpuOf(own),
      workers: workers.reduce((sum, pid) => sum + cpuOf(pid), 0),
      at: performance.now(),
    });
    const before = used();
    await wait(seconds * 1000);
    const after = used();
    const share = (spent: number) => (100_000 * spent) / (after.at - before.at);
    return {
      screen: share(after.own - before.own),
      simulation: share(after.workers - before.workers),
      memory: memoryOf(own),
    };
  } finally {
    screen?.kill();
    killWith(root);
    await wait(200);
    rmSync(root, { recursive: true, force: true, maxRetries: 20 });
  }
}

/** MB of the wizard on its page of nodes, the simulation of so many machines in the same process. */
async function wizard(folder: string, count: number): Promise<number> {
  const root = mkdtempSync(join(folder, 'root-'));
  const screen = new Screen(['init', '--rehearse', writeScenario(folder, count), '--root', root, '--speed', '100000']);
  try {
    await toNodes(screen, count);
    await wait(3000);
    return memoryOf(screen.pid);
  } finally {
    screen.kill();
    await wait(200);
    rmSync(root, { recursive: true, force: true, maxRetries: 20 });
  }
}

/** s until the whole rehearsal has ended; undefined where the bench does not wait for it any longer. */
function wallOf(scenario: string): number | undefined {
  return rehearsed(scenario, mostSeconds)?.wall;
}

/** The figures of many rehearsed nodes. `seconds`: how long each page is looked at. */
export async function rehearsals(seconds: number): Promise<Row[]> {
  if (process.platform !== 'linux') return [];
  const folder = mkdtempSync(join(tmpdir(), 'kloudspot-bench-'));
  const percent = (what: string, value: number, goal: number): Row => ({
    what: `${what} (% of a core)`,
    figure: `${value.toFixed(0)} %`,
    value,
    goal,
  });
  const megabytes = (what: string, value: number): Row => ({
    what: `memory of the ${what} (MB)`,
    figure: `${value.toFixed(0)} MB`,
    value,
    goal: 120,
  });
  try {
    const fast = await beside(folder, 20, 20, seconds);
    const many = await beside(folder, 100, 1, seconds);
    const both = await beside(folder, 100, 20, seconds);
    const few = wallOf(writeScenario(folder, 20));
    const whole = few && wallOf(writeScenario(folder, 100));
    return [
      percent('run page, 20 nodes at speed 20', fast.screen, 30),
      percent('run page, 100 nodes at speed 1', many.screen, 20),
      percent('simulation, 100 nodes at speed 20', both.simulation, 25),
      megabytes('run page, 20 nodes', fast.memory),
      megabytes('run page, 100 nodes', both.memory),
      megabytes('wizard, 50 rehearsed nodes', await wizard(folder, 50)),
      megabytes('wizard, 100 rehearsed nodes', await wizard(folder, 100)),
      {
        what: 'rehearsal of 100 nodes at full speed (s)',
        figure:
          few && whole
            ? `${whole.toFixed(1)} s, ${(whole / few).toFixed(1)} × 20 nodes`
            : `not ended within ${mostSeconds} s`,
        value: whole ?? Number.POSITIVE_INFINITY,
        goal: 30,
      },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 20 });
  }
}

if (import.meta.main) {
  const folder = mkdtempSync(join(tmpdir(), 'kloudspot-bench-'));
  const [what, count = 20, speed = 20] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
  if (what === 'page') console.log(await beside(folder, count, speed, 15));
  else if (what === 'wizard') console.log(await wizard(folder, count));
  else if (what === 'whole') console.log(rehearsed(writeScenario(folder, count))?.wall);
  else for (const row of await rehearsals(15)) console.log(`${row.what} | ${row.figure} | ≤ ${row.goal}`);
  rmSync(folder, { recursive: true, force: true, maxRetries: 20 });
}
