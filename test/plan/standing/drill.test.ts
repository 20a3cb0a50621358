import { expect, test } from 'vitest';
import { Fault } from '../../../source/errors/fault.ts';
import { refuseDrill } from '../../../source/plan/standing/drill-refusals.ts';
import { siteOf } from '../sample.ts';
import { standingOf } from './a-cluster.ts';

const three = { managers: 3 };

test.each([
  ['one of three', 'ks-2', siteOf(three), standingOf(three), 'not refused'],
  ['a node that is not there', 'ks-9', siteOf(three), standingOf(three), 'The cluster has no node ks-9.'],
  [
    'the machine that kloudspot runs on',
    'ks-1',
    siteOf({ ...three, local: 'ks-1' }),
    standingOf(three),
    'kloudspot runs on ks-1',
  ],
  ['one is lost already', 'ks-2', siteOf(three), standingOf({ ...three, lost: ['ks-3'] }), 'ks-3 is lost already.'],
  [
    'the only manager',
    'ks-1',
    siteOf({ managers: 1 }),
    standingOf({ managers: 1 }),
    'Without ks-1 the datastore would lose its quorum. It has 1 voting member',
  ],
  [
    'the only instance of a database',
    'ks-2',
    siteOf(three),
    standingOf({ ...three, locals: { 'data-mongo-0': 'ks-2' } }),
    'ks-2 holds the only copy of data-mongo-0 that can be used.',
  ],
  [
    'the only healthy copy',
    'ks-2',
    siteOf(three),
    standingOf({ ...three, copies: { 'ks-1': false, 'ks-2': true } }),
    'The pool of ks-2 holds the only healthy copy of shared volume pvc-1.',
  ],
] as const)('%s', (_, node, site, standing, text) => {
  let said = 'not refused';
  try {
    refuseDrill(node, site, standing);
  } catch (error) {
    said = error instanceof Fault ? `${error.message} ${error.why ?? ''}` : String(error);
  }
  expect(said).toContain(text);
});

test('no claim is to be deleted for a node that comes back', () => {
  const standing = standingOf({ ...three, locals: { 'data-mongo-0': 'ks-2' } });
  expect(() => refuseDrill('ks-2', siteOf(three), standing)).toThrow(
    expect.objectContaining({ next: [expect.stringMatching(/^Bring the other instances back first/)] }),
  );
});
