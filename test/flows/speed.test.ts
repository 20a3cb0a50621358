import { expect, it } from 'vitest';
import { Rehearsal } from './program.ts';

it.each([300, 2_000, 40_000, 99_999, 1e9])(
  'at --speed %d no real work counts against a virtual deadline: the run is done at the first try',
  async (speed) => {
    const rehearsal = await Rehearsal.begin('healthy', speed);
    const { code, stdout, stderr } = await rehearsal.run('init', '--yes');
    expect(code, stdout + stderr).toBe(0);
    const lines = await rehearsal.journal();
    expect(lines.filter(({ type }) => type === 'step-failed')).toEqual([]);
  },
);
