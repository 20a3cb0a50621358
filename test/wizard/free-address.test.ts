import { expect, it } from 'vitest';
import { thisMachine } from '../../source/host/this-machine.ts';
import type { SiteDraft } from '../../source/site/schema.ts';
import { getAt, removeAt, setAt } from '../../source/wizard/draft/draft.ts';
import type { WizardView } from '../../source/wizard/page.ts';
import { virtualAddressCandidates } from '../../source/wizard/pages/free-address.ts';
import { pageNotes, pageOf, settle } from '../../source/wizard/pages.ts';
import { product, wholeDraft, wholeFacts } from '../ui/sample.ts';

const draft = removeAt(wholeDraft, ['network', 'virtualAddress']);
const viewOf = (at: SiteDraft, free: readonly string[] = []): WizardView => ({
  draft: at,
  product,
  facts: wholeFacts,
  machine: thisMachine,
  free: new Set(free),
});

it('addresses behind those of the nodes are asked for', () => {
  expect(virtualAddressCandidates(viewOf(draft))).toEqual([24, 25, 26, 27, 28, 29].map((last) => `10.0.4.${last}`));
  const gateway = setAt(draft, ['network', 'gateway'], '10.0.4.25');
  expect(virtualAddressCandidates(viewOf(gateway))).not.toContain('10.0.4.25');
  const atEnd = setAt(draft, ['nodes', 2, 'network', 'address'], '10.0.4.252/24');
  expect(virtualAddressCandidates(viewOf(atEnd))).toEqual(['10.0.4.253', '10.0.4.254']);
});

it('nothing is asked for where an answer is there, or no node was seen', () => {
  expect(virtualAddressCandidates(viewOf(wholeDraft))).toEqual([]);
  const unseen = { ...viewOf({ nodes: [{ reach: 'one' }, { reach: 'two' }] }), facts: new Map() };
  expect(virtualAddressCandidates(unseen)).toEqual([]);
});

it('the first that no machine answered for is offered and taken over', () => {
  const view = viewOf(draft, ['10.0.4.26', '10.0.4.25']);
  const field = pageOf('network')
    .fields(view)
    .find(({ id }) => id === 'network.virtualAddress');
  expect(field?.fallback).toEqual({ value: '10.0.4.25', from: 'seen' });
  expect(pageNotes(pageOf('network'), view).map(({ text }) => text)).toContain(
    '10.0.4.25 is suggested as virtual address: no machine answered for it. Make sure that no DHCP server assigns it.',
  );
  expect(getAt(settle(view), ['network', 'virtualAddress'])).toBe('10.0.4.25');
});
