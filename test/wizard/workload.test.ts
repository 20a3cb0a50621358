import { describe, expect, it } from 'vitest';
import { thisMachine } from '../../source/host/this-machine.ts';
import { judgeDraft } from '../../source/site/load.ts';
import type { SiteDraft } from '../../source/site/schema.ts';
import { volumesFor } from '../../source/storage/volumes.ts';
import { answerOf, getAt, setAt, takeText, withAnswer } from '../../source/wizard/draft/draft.ts';
import { pageOf, settle } from '../../source/wizard/pages.ts';
import { product, wholeDraft, wholeFacts } from '../ui/sample.ts';

const viewOf = (draft: SiteDraft) => ({ draft, product, facts: wholeFacts, machine: thisMachine });
const fields = (draft: SiteDraft) => pageOf('storage').fields(viewOf(draft));
const field = (draft: SiteDraft, id: string) => {
  const found = fields(draft).find((each) => each.id === id);
  if (!found) throw new Error(`no ${id}`);
  return found;
};
const inputs = (draft: SiteDraft) =>
  fields(draft)
    .map(({ id }) => id)
    .filter((id) => id.startsWith('storage.workload.'));
const on = withAnswer(wholeDraft, field(wholeDraft, 'storage.workload'), true);

describe('sizes from the workload', () => {
  it('are off until they are asked for; then the inputs that count are asked', () => {
    expect(inputs(wholeDraft)).toEqual([]);
    expect(getAt(settle(viewOf(wholeDraft)), ['storage', 'workload'])).toBeUndefined();
    expect(inputs(on)).toEqual([
      'storage.workload.devices',
      'storage.workload.eventsPerSecond',
      'storage.workload.retentionDays',
      'storage.workload.growthPercent',
    ]);
    expect(inputs(setAt(on, ['features'], []))).toEqual([]);
  });

  it('follow each input; a typed size stays', () => {
    const size = (draft: SiteDraft) => answerOf(field(draft, 'storage.volumes.kafka'), viewOf(draft));
    const few = setAt(on, ['storage', 'workload', 'eventsPerSecond'], 20);
    const many = setAt(on, ['storage', 'workload', 'eventsPerSecond'], 2000);
    expect(size(few)?.from).toBe('computed');
    expect(Number(size(many)?.value)).toBeGreaterThan(Number(size(few)?.value));
    expect(field(many, 'storage.volumes.kafka').help).toContain('Computed: ');
    expect(size(setAt(many, ['storage', 'volumes', 'kafka'], 7))).toEqual({ value: 7, from: 'typed' });
  });

  it('come into the site as inputs, never as sizes', () => {
    const judged = judgeDraft(settle(viewOf(on)));
    if ('findings' in judged) throw new Error(JSON.stringify(judged.findings));
    expect(judged.site.storage.volumes).toEqual({});
    expect(judged.site.storage.workload).toMatchObject({ devices: 2000 });
    expect(volumesFor(judged.site, product).every(({ from }) => from === 'workload')).toBe(true);
  });

  it('stay on when the last input is cleared, and go with the toggle', () => {
    const one = setAt(on, ['storage', 'workload', 'devices'], 9);
    const cleared = withAnswer(one, field(one, 'storage.workload.devices'), undefined);
    expect(getAt(cleared, ['storage', 'workload'])).toEqual({});
    const off = withAnswer(one, field(one, 'storage.workload'), false);
    expect(getAt(off, ['storage', 'workload'])).toBeUndefined();
  });

  it.each([
    ['-1', /below zero/],
    ['many', /not a number/],
    ['1e9', /not a number/],
    ['9999999999999', /too large/],
  ])('%s is refused', (text, said) =>
    expect(takeText(on, field(on, 'storage.workload.devices'), text).problem).toMatch(said),
  );
});
