import { expect, test } from 'vitest';
import { toSpread } from '../../source/cli/verbs/rebalance.ts';
import type { ComponentStatus } from '../../source/status/report.ts';

const part = (name: string, uneven: boolean, ready = 3): ComponentStatus => ({
  ...{ name, kind: 'Deployment', loss: 'stateless', state: 'complete', words: '', nodes: [] },
  ...{ uneven, ready, wanted: 3, complete: ready === 3 },
});

test('what is uneven is spread, what is even is left alone', () => {
  expect(toSpread([part('web', true), part('api', false)])).toEqual({ deployments: ['web'], leftOut: [] });
  expect(toSpread([part('api', false), part('db', false, 1)])).toEqual({ deployments: [], leftOut: [] });
});

test('a part that is not ready in full cannot spare an instance, and is not called even', () => {
  const { deployments, leftOut } = toSpread([part('web', true), part('api', true, 2)]);
  expect(deployments).toEqual(['web']);
  expect(leftOut).toEqual([expect.stringContaining('api: 2 of 3 are ready')]);
  expect(() => toSpread([part('web', true, 2), part('api', false)])).toThrow('What is uneven is not ready in full.');
});
