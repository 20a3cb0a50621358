import { expect, test } from 'vitest';
import { waitUntil } from '../../source/engine/execution/wait-until.ts';
import { HostFault } from '../../source/host/host-fault.ts';
import { lateCommand } from '../../source/host/late-command.ts';
import { StepFault } from '../../source/plan/step-fault.ts';

/** Waits for a probe that throws this the first time. */
async function waited(first: unknown): Promise<string[]> {
  let now = 0;
  let probes = 0;
  const seen: string[] = [];
  const clock = {
    now: () => now,
    elapsed: () => now,
    sleep: async (ms: number) => {
      now += ms;
    },
  };
  const probe = async () => {
    probes += 1;
    if (probes === 1) throw first;
    return { ok: true, observed: 'ready' };
  };
  await waitUntil(
    { for: 'MicroK8s to be ready', deadline: 60_000, probe },
    {
      step: 'a',
      clock,
      signal: new AbortController().signal,
      note: (event) => void (event.type === 'waiting' && seen.push(event.seen)),
    },
  );
  return seen;
}

const late = lateCommand('ks-1', ['microk8s', 'status'], 180_000, 'ended');

test.each([
  ['a look that was late', late],
  [
    'a command that was late',
    new StepFault({ tried: 'microk8s status', seen: 'it did not finish in time', cause: late }),
  ],
  ['a machine that is away', new HostFault('unreachable', 'ks-1', { what: 'ks-1 does not answer.' })],
])('%s is waited through', async (_, thrown) => {
  expect(await waited(thrown)).toEqual([thrown instanceof StepFault ? late.message : thrown.message]);
});

test('a command that failed is not', async () => {
  const failed = new StepFault({ tried: 'microk8s status', seen: 'exit code 2' });
  await expect(waited(failed)).rejects.toBe(failed);
});
