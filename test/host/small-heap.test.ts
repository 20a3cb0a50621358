import { expect, test } from 'vitest';
import { collectWhole } from '../../source/host/small-heap.ts';

test('what is not held any longer leaves the heap at once', () => {
  const held = { objects: Array.from({ length: 300_000 }, (_, number) => ({ number, name: `node-${number}` })) };
  const full = process.memoryUsage().heapUsed;
  held.objects = [];
  collectWhole();
  expect(full - process.memoryUsage().heapUsed).toBeGreaterThan(10_000_000);
});
