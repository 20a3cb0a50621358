// The programs that run beside the nodes for as long as the lab is up.
import { spawn } from 'node:child_process';
import { existsSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { at, here, hub } from './place.ts';

/** Starts a program of the lab that outlives us. `down` ends it by the number that is kept beside the nodes. */
export function accompany(name: string, where: 'machine' | 'hub'): void {
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

export function dismiss(): void {
  if (!existsSync(at('nodes'))) return;
  for (const file of readdirSync(at('nodes')).filter((each) => each.endsWith('.pid'))) {
    const pid = readFileSync(at('nodes', file), 'utf8');
    const words = existsSync(`/proc/${pid}/cmdline`) ? readFileSync(`/proc/${pid}/cmdline`, 'utf8') : '';
    if (words.includes(file.replace('.pid', '.ts'))) process.kill(Number(pid), 'SIGTERM');
  }
}
