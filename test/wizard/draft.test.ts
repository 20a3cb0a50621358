import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { thisMachine } from '../../source/host/this-machine.ts';
import type { SiteDraft } from '../../source/site/schema.ts';
import { answerOf, editText, getAt, removeAt, setAt, takeText } from '../../source/wizard/draft/draft.ts';
import { pageOf } from '../../source/wizard/pages.ts';
import { product, wholeDraft, wholeFacts } from '../ui/sample.ts';

const paths = fc
  .array(fc.oneof(fc.constantFrom('a', 'b', 'nodes'), fc.nat({ max: 2 })), { minLength: 1, maxLength: 4 })
  .map((path) => ['top', ...path]);

describe('a draft', () => {
  it('returns what was set, and never changes what it was given', () => {
    fc.assert(
      fc.property(paths, fc.string({ minLength: 1 }), (path, text) => {
        const before: SiteDraft = { top: { a: 'kept' }, other: [1, 2] };
        const copy = structuredClone(before);
        const after = setAt(before, path, text);
        expect(getAt(after, path)).toBe(text);
        expect(before).toEqual(copy);
        expect(after.other).toBe(before.other);
      }),
    );
  });

  it('forgets what was removed, and the empty records around it', () => {
    expect(removeAt({ a: { b: { c: 1 } }, d: 2 }, ['a', 'b', 'c'])).toEqual({ d: 2 });
    expect(removeAt({ nodes: [{ name: 'one' }, { name: 'two' }] }, ['nodes', 0])).toEqual({ nodes: [{ name: 'two' }] });
    expect(removeAt({ nodes: [{ zone: 'a' }] }, ['nodes', 0, 'zone'])).toEqual({ nodes: [{}] });
    expect(removeAt({ a: 1 }, ['x', 'y'])).toEqual({ a: 1 });
  });

  it('does not reach into what every object has', () => {
    expect(getAt({}, ['constructor', 'name'])).toBeUndefined();
  });
});

describe('answers', () => {
  const view = { draft: wholeDraft, product, facts: wholeFacts, machine: thisMachine };
  const field = (id: string) => {
    const found = pageOf('network')
      .fields(view)
      .find((one) => one.id === id);
    if (!found) throw new Error(id);
    return found;
  };

  it('keeps a wrong text, so that nothing typed is lost', () => {
    const taken = takeText(wholeDraft, field('network.virtualAddress'), '10.0.4');
    expect(taken.problem).toMatch(/not an IPv4/);
    expect(getAt(taken.draft, ['network', 'virtualAddress'])).toBe('10.0.4');
  });

  it('takes an answer back by an empty text, so that what was seen stands again', () => {
    const taken = takeText(wholeDraft, field('network.gateway'), '');
    expect(answerOf(field('network.gateway'), { ...view, draft: taken.draft })).toEqual({
      value: '10.0.4.1',
      from: 'seen',
    });
  });

  it('reads back what it shows', () => {
    for (const one of pageOf('network').fields(view)) {
      const answer = answerOf(one, view);
      if (answer)
        expect(one.parse(editText(answer.value))).toSatisfy(
          (parsed: object) => 'value' in parsed || editText(answer.value) === '',
        );
    }
  });
});
