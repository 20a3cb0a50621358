import { expect, test, vi } from 'vitest';
import { dispatch } from '../../source/cli/line/dispatch.ts';
import { Fault } from '../../source/errors/fault.ts';

test('a failure is told after the painted page was taken off the screen, where it would vanish with it', async () => {
  const done: string[] = [];
  const errors = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    done.push(String(text));
    return true;
  });
  const load = async () => {
    throw new Fault({ what: 'It cannot be loaded.', next: ['Install it again'] });
  };
  const onScreen = { leaveKeys: () => 0, handOver: () => undefined, giveBack: () => void done.push('screen') };
  const start = { productName: undefined, draft: undefined, installed: undefined, given: undefined, recent: [] };
  try {
    await dispatch(['init'], { verbs: { init: { about: '', load } }, version: '', firstPage: { start, onScreen } });
  } finally {
    errors.mockRestore();
    process.exitCode = 0;
  }
  expect(done[0]).toBe('screen');
  expect(done.join('')).toContain('It cannot be loaded.');
});
