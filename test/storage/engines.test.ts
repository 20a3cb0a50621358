import { describe, expect, it } from 'vitest';
import type { ReadOnlyHost } from '../../source/host/host.ts';
import { copiesSeen, poolsSeen } from '../../source/storage/engines/engines.ts';
import { fakeHost } from '../fake-hosts.ts';

/** A manager whose API lists these objects for every question, or refuses. */
const manager = (items: readonly object[] | undefined): ReadOnlyHost =>
  fakeHost('ks-1', async () =>
    items === undefined
      ? { code: 1, stdout: '', stderr: 'the server is currently unable to handle the request\n' }
      : { code: 0, stdout: JSON.stringify({ items }), stderr: '' },
  );

const pool = (node: string, status: object) => ({
  metadata: { name: `kloudspot-${node}`, labels: { 'kubernetes.io/hostname': node } },
  spec: { hostName: node },
  status,
});

describe('what the cluster shows of its engine', () => {
  it('is each pool with its state, and whether it takes what is written to it', async () => {
    const items = [
      pool('a', { phase: 'ONLINE', capacity: { total: '9630098k', used: '7.6G' } }),
      pool('b', { phase: 'ONLINE', readOnly: true }),
      pool('c', {}),
    ];
    const answer = await poolsSeen(manager(items), {});
    expect(answer).toEqual({
      answered: true,
      value: [
        { name: 'kloudspot-a', node: 'a', state: 'ONLINE', online: true, usedPercent: 78, readOnlyPercent: 85 },
        { name: 'kloudspot-b', node: 'b', state: 'read-only', online: false },
        { name: 'kloudspot-c', node: 'c', state: 'unknown', online: false },
      ],
    });
  });

  it('is each copy of a volume, by volume and pool', async () => {
    const labels = { 'cstorpoolinstance.openebs.io/name': 'kloudspot-a', 'cstorvolume.openebs.io/name': 'pvc-1' };
    const items = ['Healthy', 'Degraded'].map((phase) => ({
      metadata: { name: `pvc-1-${phase}`, labels },
      status: { phase },
    }));
    const answer = await copiesSeen(manager(items), {});
    const copy = { volume: 'pvc-1', pool: 'kloudspot-a' };
    expect(answer).toEqual({
      answered: true,
      value: [
        { name: 'pvc-1-Healthy', ...copy, healthy: true },
        { name: 'pvc-1-Degraded', ...copy, healthy: false },
      ],
    });
  });

  it('is not taken for empty where the API refuses', async () => {
    expect(await copiesSeen(manager(undefined), {})).toEqual({
      answered: false,
      said: 'the server is currently unable to handle the request',
    });
  });
});
