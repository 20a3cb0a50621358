import { expect, test } from 'vitest';
import { programOf, withRoom } from '../../source/host/program.ts';

const flags = ['--max-semi-space-size=4', '--disable-sigusr1'];

test('a process that was started with the flags starts the next one with them once', () => {
  const given = ['--conditions', 'node', '--conditions', 'development'];
  const first = programOf({ execPath: '/node', execArgv: given, argv: ['/node', '/cli.js', 'apply'] });
  expect(first).toEqual(['/node', ...flags, ...given, '/cli.js']);
  const [execPath = '', ...rest] = first;
  const nested = programOf({ execPath, execArgv: rest.slice(0, -1), argv: ['/node', '/cli.js', 'run-worker'] });
  expect(nested).toEqual(first);
});

test('the process of a run has not the room of a short start; a rehearsed one has more, behind all others', () => {
  const words = programOf({
    execPath: '/node',
    execArgv: ['--min-semi-space-size=16', '--conditions=node'],
    argv: ['/node', '/cli.js', 'apply'],
  });
  const room = ['--min-semi-space-size=16', '--max-semi-space-size=32'];
  expect(withRoom(words)).toEqual(['/node', ...flags, '--conditions=node', ...room, '/cli.js']);
});
