// The programs that run beside the nodes for as long as the lab is up.
import { spawn } from 'node:child_process';
import { existsSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { at, here, hub } from './place.ts';

/** Starts a program of the lab that outlives us. `down` ends it by the number that is kept beside the nodes. */
export function startInBackground(name: string, where: 'machine' | 'hub'): void {
  const log = openSync(at('nodes', `${name}.log`), 'a');
  const words = [process.execPath, join(here, `${name}.ts`)];
  const [program = '', ...rest] = where === 'hub' ? ['ip', 'netns', 'exec', hub, ...words] : words;
  const running = spawn(program, rest, {
    detached: true,
    stdio: ['ignore', log, log],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  running.unref();
  writeFileSync(at('nodes', `${name}.pid`), String(running.pid));
}

/** Ends one of them, or all. */
export function stopInBackground(name?: string): void {
  if (!existsSync(at('nodes'))) return;
  const all = readdirSync(at('nodes'))
    .filter((file) => file.endsWith('.pid'))
    .map((file) => file.replace('.pid', ''));
  for (const each of name ? [name] : all) {
    const pid = inBackground(each);
    if (pid) process.kill(pid, 'SIGTERM');
  }
}

/** The process of one of them, while it runs. */
export function inBackground(name: string): number | undefined {
  const file = at('nodes', `${name}.pid`);
  const pid = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
  const words = pid && existsSync(`/proc/${pid}/cmdline`) ? readFileSync(`/proc/${pid}/cmdline`, 'utf8') : '';
  return words.includes(`${name}.ts`) ? pid : undefined;
}
