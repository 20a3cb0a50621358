// What of a lab is still on the machine: nothing, once it is down.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { quietly } from './hub.ts';
import { at, here, hub, lab } from './place.ts';

/** Namespaces, loop devices, mounts, control groups and processes of this lab, one line each. */
export async function leftovers(): Promise<string[]> {
  const own = (line: string) => line.includes(`${lab}/`);
  const loops = (await quietly`losetup -n -O NAME,BACK-FILE`.nothrow()).stdout.split('\n').filter(own);
  const mounts = readFileSync('/proc/mounts', 'utf8').split('\n').filter(own);
  const names = (await quietly`ip netns list`).stdout.split('\n').filter((line) => line.split(' ')[0] === hub);
  const hierarchies = ['', ...readdirSync('/sys/fs/cgroup')].map((name) => `/sys/fs/cgroup/${name}/${hub}`);
  const nodes = existsSync(at('nodes')) ? [at('nodes')] : [];
  return [
    ...loops,
    ...mounts,
    ...names,
    ...hierarchies.filter((folder) => existsSync(folder)),
    ...nodes,
    ...processes(),
  ];
}

/** Supervisors and first processes of nodes, and what accompanies them. */
function processes(): string[] {
  const ofNodes = ['supervise', 'node-init'].map((program) => `${here}/${program} ${lab} `);
  const besides = ['gateway', 'registry', 'provisioner'].map((program) => `${here}/${program}.ts`);
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => `${pid} ${wordsOf(pid)}`)
    .filter((line) => [...ofNodes, ...besides].some((words) => line.includes(words)));
}

function wordsOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    // it has just ended
    return '';
  }
}
