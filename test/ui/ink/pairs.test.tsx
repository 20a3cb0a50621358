import { expect, it } from 'vitest';
import type { PairAnswer } from '../../../source/facts/pairs-probe.ts';
import { judgeDraft } from '../../../source/site/load.ts';
import { wholeDraft } from '../sample.ts';
import { checked } from './states.tsx';

const judged = judgeDraft(wholeDraft);
const site = 'site' in judged ? judged.site : expect.fail('the sample is not a site');
const heard = (from: string, to: string, change: Partial<PairAnswer> = {}) => ({
  type: 'pairs' as const,
  pairs: new Map([
    [
      from,
      { busy: [], peers: [{ to, ports: { 'tcp 16443': 'open' as const }, latencyMs: 0.2, resolves: [], ...change }] },
    ],
  ]),
});

it('x shows the matrix of the pairs; Enter checks one again, and the others stay as they were', () => {
  const walk = checked('pass').tell({ type: 'judged', open: [], site });
  walk.keys('x');
  expect(walk.effects.at(-1)).toEqual({ do: 'ask-pairs' });
  walk.tell(heard('ks-1', 'ks-2'), heard('ks-1', 'ks-3', { ports: { 'tcp 16443': 'silent' } }));
  expect(walk.shown()).toMatch(/ks-1 .*\[✓ 0\.2 ms\] *✗ tcp 16443/);
  expect(walk.shown()).toMatch(/↑↓ from {2}←→ to/);
  walk.keys('<right>');
  expect(walk.shown()).toContain('ks-1 to ks-3: 0.2 ms, tcp 16443 silent');
  walk.keys('<enter>');
  expect(walk.effects.at(-1)).toEqual({ do: 'ask-pairs', nodes: ['ks-1', 'ks-3'] });
  expect(walk.shown()).toContain('asking');
  walk.tell(heard('ks-1', 'ks-3'));
  expect(walk.shown()).toMatch(/ks-1 .*✓ 0\.2 ms *\[✓ 0\.2 ms\]/);
  walk.keys('<escape>');
  expect(walk.state.overlay).toBeUndefined();
});

it('a matrix of more nodes than the screen has room for says which of them are shown', () => {
  const [node] = site.nodes;
  const nodes = node ? Array.from({ length: 30 }, (_, index) => ({ ...node, name: `ks-${index + 1}` })) : [];
  const walk = checked('pass').tell({ type: 'judged', open: [], site: { ...site, nodes } });
  expect(walk.keys('x').shown()).toMatch(/From \(row\) to \(column\), rows 1-\d+, columns 1-\d+ of 30/);
  const whole = checked('pass').tell({ type: 'judged', open: [], site });
  expect(whole.keys('x').shown()).not.toMatch(/rows/);
});
