import { expect, test } from 'vitest';
import type { ReadOnlyHost } from '../../source/host/host.ts';
import { HostFault } from '../../source/host/host-fault.ts';
import { lateCommand } from '../../source/host/late-command.ts';
import { ask } from '../../source/kubernetes/read.ts';

/** A machine that is busy for so many looks. */
function busyFor(looks: number, fault: HostFault = lateCommand('ks-1', ['kubectl', 'get', 'nodes'], 15_000, 'ended')) {
  const limits: (number | undefined)[] = [];
  const host: ReadOnlyHost = {
    name: 'ks-1',
    run: async (_, { deadline } = {}) => {
      limits.push(deadline);
      if (limits.length <= looks) throw fault;
      return { code: 0, stdout: 'ready', stderr: '' };
    },
    readFile: async () => undefined,
  };
  return { host, limits };
}

const nodes = ['kubectl', 'get', 'nodes'];

test('a look that was late on a busy machine is taken again: it changes nothing', async () => {
  const { host, limits } = busyFor(2);
  await expect(ask(host, nodes)).resolves.toMatchObject({ stdout: 'ready' });
  expect(limits).toEqual([15_000, 15_000, 15_000]);
});

test('three times at most, and once where the look has a limit of its own', async () => {
  const always = busyFor(99);
  await expect(ask(always.host, nodes)).rejects.toMatchObject({ kind: 'deadline' });
  expect(always.limits).toHaveLength(3);
  const limited = busyFor(1);
  await expect(ask(limited.host, nodes, { deadline: 5_000 })).rejects.toMatchObject({ kind: 'deadline' });
  expect(limited.limits).toEqual([5_000]);
});

test('a machine that is lost is not asked again', async () => {
  const { host, limits } = busyFor(1, new HostFault('lost', 'ks-1', { what: 'The connection broke.' }));
  await expect(ask(host, nodes)).rejects.toMatchObject({ kind: 'lost' });
  expect(limits).toHaveLength(1);
});
