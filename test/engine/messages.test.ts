import { expect, it } from 'vitest';
import { describeFailure } from '../../source/engine/execution/messages.ts';

it('a disk that is full is not called a bug of the program: the step says which file, why, and what to do', () => {
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), {
    code: 'ENOSPC',
    syscall: 'write',
    path: '/var/lib/kloudspot/model.json',
  });
  const failure = describeFailure('Bring packages up to date', full);
  expect(failure.seen).toContain('/var/lib/kloudspot/model.json');
  expect(failure.causes).toEqual([expect.stringContaining('The disk is full.')]);
  expect(failure.next).toEqual([expect.stringContaining('resume')]);
});

it('a place that the first line names is not said again', () => {
  const large = Object.assign(new Error('EFBIG: file too large, write'), {
    code: 'EFBIG',
    syscall: 'write',
    path: '/a',
  });
  expect(describeFailure('Name the machine', large).seen).toBe('/a cannot be written.');
});
