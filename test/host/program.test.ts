import { expect, test } from 'vitest';
import { programOf } from '../../source/host/program.ts';

const flags = ['--max-semi-space-size=4', '--disable-sigusr1'];

test('a process that was started with the flags starts the next one with them once', () => {
  const given = ['--conditions', 'node', '--conditions', 'development'];
  const first = programOf({ execPath: '/node', execArgv: given, argv: ['/node', '/cli.js', 'apply'] });
  expect(first).toEqual(['/node', ...flags, ...given, '/cli.js']);
  const [execPath = '', ...rest] = first;
  const nested = programOf({ execPath, execArgv: rest.slice(0, -1), argv: ['/node', '/cli.js', 'run-worker'] });
  expect(nested).toEqual(first);
});
