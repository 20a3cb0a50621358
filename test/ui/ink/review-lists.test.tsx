import { describe, expect, it } from 'vitest';
import { plan, reviewed, reviewOfPlan } from './states.tsx';

const size = { columns: 120, rows: 40 };
const filesIn = (text: string): string[] => text.split('\n').flatMap((line) => /\S+:\/\S+/.exec(line)?.[0] ?? []);

const other = { node: 'ks-2', path: '/etc/other', content: 'another file\n', mode: 0o644 };
const twoFiles = {
  ...plan,
  steps: plan.steps.map((step, at) => (at === 0 ? { ...step, files: [...step.files, other] } : step)),
};

describe('what lies behind the review', () => {
  it('is a list of files, and each opens with its own difference alone', () => {
    const walk = reviewed(size)
      .tell({ type: 'planned', plan: twoFiles, review: reviewOfPlan(twoFiles) })
      .keys('<up>d');
    const list = walk.shown();
    expect(list).toContain('Files: all, or one by one');
    const files = filesIn(list);
    expect(files.length).toBeGreaterThan(1);
    const one = walk.keys('<down><enter>').shown();
    expect(files.filter((file) => one.includes(file.replace(/^[^/]+:/, '')))).toEqual(files.slice(0, 1));
  });

  it('is the commands of all nodes, or of one', () => {
    const walk = reviewed(size).keys('<up>c');
    expect(walk.shown()).toMatch(/All nodes +\d+/);
    const one = walk.keys('<down><enter>').shown();
    expect(one).toContain('Commands on ks-1, in order');
    expect(one).toContain('ks-1: sudo');
    expect(one).not.toContain('ks-2: ');
  });
});
