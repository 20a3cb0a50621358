import { expect, test } from 'vitest';
import { inShort, lateCommand } from '../../source/host/late-command.ts';

test('a command that was late is named, and what to do about it', () => {
  expect(
    lateCommand('ks-1', ['/snap/bin/microk8s', 'kubectl', 'get', 'nodes', '-o', 'json'], 10_000, 'ended'),
  ).toMatchObject({
    kind: 'deadline',
    message: '`microk8s kubectl get nodes` on ks-1 did not end within 10 s.',
    where: 'ks-1',
    why: expect.stringContaining('was ended there'),
    next: [expect.stringContaining('what keeps it busy')],
  });
});

test.each([
  [['microk8s', 'join', '10.0.4.21:25000/0123456789abcdef'], 'microk8s join'],
  [['microk8s', 'add-node', '--token', 'abcdef'], 'microk8s add-node'],
  [['true'], 'true'],
  [{ name: 'facts', text: 'echo', arguments: ['secret'] }, 'facts'],
])('%j is named without what may be secret', (command, words) => {
  expect(inShort(command)).toBe(words);
});
