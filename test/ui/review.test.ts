import { expect, it } from 'vitest';
import { planLines } from '../../source/cli/text/plan-text.ts';
import type { Plan } from '../../source/plan/document/document.ts';
import { reviewOf } from '../../source/ui/model/review.ts';
import { planOf, product, siteOf, step, wholeDraft } from './sample.ts';

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

it('counts commands, and what cannot be undone, as the plan does in lines', () => {
  const site = siteOf(wholeDraft);
  const plan = planOf(site);
  const review = reviewOf({ site, product, plan, findings: [], documents: [], estimateMs: undefined });
  const [head = ''] = planLines(plan, { brief: true });
  const [commands = ''] = /\d+(?= commands)/.exec(head) ?? [];
  expect(review.lines.find(({ subject }) => subject === 'Commands')?.text).toMatch(new RegExp(`^${commands}\\b`));
  expect(head).toContain(`${review.steps} steps`);
});

it('names the nodes that get another address, from which to which', () => {
  const site = siteOf(wholeDraft);
  const plan = planOf(site);
  const steps = [...plan.steps, { ...step('network@ks-2'), kind: 'network' }];
  const input = { site, product, findings: [], documents: [], estimateMs: undefined };
  const network = (of: Plan) => reviewOf({ ...input, plan: of }).lines.find(({ subject }) => subject === 'Network');
  expect(network(plan)?.text).toBe('addresses stay · virtual address 10.0.4.30');
  expect(network({ ...plan, steps })?.text).toBe('1 node gets a static address · virtual address 10.0.4.30');
  expect(network({ ...plan, steps })?.detail).toContain('ks-2  10.0.4.22 → 10.0.4.22/24');
});
