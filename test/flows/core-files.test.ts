import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { until } from './events.ts';
import { Rehearsal } from './program.ts';

it.runIf(process.platform === 'linux')(
  'a run that crashes writes no core file, and none of its memory into one that a program takes',
  async () => {
    const rehearsal = await Rehearsal.begin('healthy', 5);
    const running = rehearsal.start('init', '--yes');
    const lines = await until(rehearsal, ({ type }) => type === 'step-started');
    const worker = Number(lines.find(({ type }) => type === 'run-started')?.['process']);
    const [limits, filter] = await Promise.all(
      ['limits', 'coredump_filter'].map((name) => readFile(`/proc/${worker}/${name}`, 'utf8')),
    );
    process.kill(worker, 'SIGKILL');
    await running;
    expect(limits).toMatch(/^Max core file size +0 +0 /m);
    expect(Number.parseInt(filter ?? '', 16)).toBe(0);
  },
);
