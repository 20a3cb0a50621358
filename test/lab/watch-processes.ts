// Looks at the arguments and the environment of every process of the nodes and of the laptop beside them, again and again: of
// all that are not on this machine's own network. Reads patterns from standard input, one a line: no argument of its own holds a secret. On SIGTERM it
// prints JSON on its second line (the first says that it looks): how often it looked, and which processes showed what.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

const patterns = readFileSync(0, 'utf8').split('\n').filter(Boolean);
const wanted = new RegExp(patterns.join('|'));
const own = readlinkSync('/proc/self/ns/net');
const found = new Set<string>();
const coreFiles = new Set<string>();
let looks = 0;
let ended = false;
process.on('SIGTERM', () => {
  ended = true;
});

function textOf(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

function networkOf(id: string): string {
  try {
    return readlinkSync(`/proc/${id}/ns/net`);
  } catch {
    return own;
  }
}

function look(id: string): void {
  if (networkOf(id) === own) return;
  const words = textOf(`/proc/${id}/cmdline`).replaceAll('\0', ' ');
  if (wanted.test(words)) found.add(`arguments: ${words}`);
  for (const variable of textOf(`/proc/${id}/environ`).split('\0'))
    if (wanted.test(variable)) found.add(`environment: ${variable}, of: ${words}`);
  if (!/dist\/cli\.cjs run-worker/.test(words)) return;
  const limit = /^Max core file size +(\S+)/m.exec(textOf(`/proc/${id}/limits`))?.[1];
  const filter = textOf(`/proc/${id}/coredump_filter`).trim();
  if (limit !== undefined && filter !== '') coreFiles.add(`limit ${limit}, memory ${Number.parseInt(filter, 16)}`);
}

while (!ended) {
  for (const id of readdirSync('/proc')) if (/^\d+$/.test(id)) look(id);
  looks++;
  if (looks === 1) process.stdout.write('looking\n');
  await wait(10);
}
process.stdout.write(JSON.stringify({ looks, found: [...found], coreFiles: [...coreFiles] }));
