import { expect, it } from 'vitest';
import { reviewOf } from '../../source/ui/model/review.ts';
import { planOf, product, siteOf, wholeDraft } from './sample.ts';

it('names a title that several steps without undo share once, with their nodes, and counts the steps', () => {
  const site = siteOf(wholeDraft);
  const plan = planOf(site);
  const [step] = plan.steps;
  if (step === undefined) throw new Error('no step');
  const lasting = (id: string, node: string, title: string) => ({
    ...step,
    id,
    node,
    title,
    undoable: false,
    files: [{ node, path: '/etc/x', content: 'x', mode: 0o644 }],
  });
  const steps = [
    lasting('a', 'ks-1', 'Update packages'),
    lasting('b', 'ks-2', 'Update packages'),
    lasting('c', 'ks-1', 'Set the name'),
  ];
  const review = reviewOf({
    site,
    product,
    plan: { ...plan, steps },
    findings: [],
    documents: [],
    estimateMs: undefined,
  });
  expect(review.final).toEqual(['Update packages (ks-1, ks-2)', 'Set the name']);
  expect(review.lines.find(({ subject }) => subject === 'Commands')?.text).toContain('3 steps cannot be undone');
});
