import { describe, expect, it } from 'vitest';
import type { StorageFacts } from '../../source/facts/facts.ts';
import { thisMachine } from '../../source/host/this-machine.ts';
import type { DraftValue, SiteDraft } from '../../source/site/schema.ts';
import { answerOf, getAt, problemOf, setAt, takeText, withAnswer } from '../../source/wizard/draft/draft.ts';
import type { WizardView } from '../../source/wizard/page.ts';
import { groupTotals } from '../../source/wizard/pages/totals.ts';
import { pageOf, settle } from '../../source/wizard/pages.ts';
import { GiB, healthyStorage } from '../facts-fixtures.ts';
import { facts, product, wholeDraft } from '../ui/sample.ts';

const group = (name: string, freeGiB = 800, missingPhysicalVolumes = 0): StorageFacts['volumeGroups'][number] => {
  const [usual] = healthyStorage().volumeGroups;
  return usual
    ? { ...usual, name, uuid: name, freeBytes: freeGiB * GiB, missingPhysicalVolumes }
    : expect.fail('no group');
};

/** The page with these groups on the nodes, in their order. */
function viewOf(groups: readonly (readonly StorageFacts['volumeGroups'][number][])[], draft = wholeDraft): WizardView {
  const all = new Map(
    groups.map((volumeGroups, index) => {
      const name = `ks-${index + 1}`;
      const seen = facts(name, `10.0.4.${21 + index}`);
      const { storage } = seen;
      return [name, storage ? { ...seen, storage: { ...storage, volumeGroups, logicalVolumes: [] } } : seen];
    }),
  );
  return { draft, product, facts: all, machine: thisMachine };
}
const ours = (view: WizardView) =>
  pageOf('storage')
    .fields(view)
    .filter(({ label }) => label === 'Unshared');
const place = (index: number) => ['nodes', index, 'storage', 'unshared', 'volumeGroup'];
const unlike = [[group('ubuntu-vg')], [group('vg_data')], [group('data')]];
const usual = [group('ubuntu-vg')];
const named = (draft: SiteDraft, name: DraftValue) => setAt(draft, ['storage', 'unshared', 'volumeGroup'], name);

describe('the group for the volumes of one node', () => {
  it('is asked of a node that has not the group of the site, or more than one, and of no other', () => {
    expect(ours(viewOf([usual, usual, usual]))).toEqual([]);
    expect(
      ours(viewOf([usual, usual, [group('ubuntu-vg'), group('vg_data')]])).map(({ question }) => question),
    ).toEqual(['Which volume group holds the unshared volumes of ks-3?']);
    const own = setAt(wholeDraft, ['storage', 'unshared', 'storageClass'], 'topolvm');
    expect(ours(viewOf(unlike, own))).toEqual([]);
  });

  it('needs no answer where a node has one group: all fit, on the page and in the site that is written', () => {
    const view = viewOf(unlike);
    expect(ours(view).map((field) => answerOf(field, view)?.value)).toEqual(['vg_data', 'data']);
    expect(groupTotals(view).map(({ node, group: name, leftBytes }) => [node, name, leftBytes > 0])).toEqual([
      ['ks-1', 'ubuntu-vg', true],
      ['ks-2', 'vg_data', true],
      ['ks-3', 'data', true],
    ]);
    const draft = settle(view);
    expect([0, 1, 2].map((index) => getAt(draft, place(index)))).toEqual([undefined, 'vg_data', 'data']);
    expect(pageOf('storage').validate({ ...view, draft })).toEqual([]);
  });

  it('that the site file or an operator named is not replaced unasked where a node lacks it', () => {
    const view = viewOf(unlike, named(wholeDraft, 'ubuntu-vg'));
    expect(ours(view).map((field) => problemOf(field, view))).toEqual([
      expect.stringMatching(/needed/),
      expect.stringMatching(/needed/),
    ]);
  });

  it('is asked in earnest where two would do; the group of the site is not written down', () => {
    const two = [usual, usual, [group('one'), group('two')]];
    const view = viewOf(two);
    const [field, ...more] = ours(view);
    if (!field || more.length > 0) throw new Error(`${more.length} more`);
    expect(problemOf(field, view)).toMatch(/needed/);
    expect(getAt(withAnswer(view.draft, field, 'two'), place(2))).toBe('two');
    expect(takeText(view.draft, field, 'three').problem).toBe('ks-3 has no volume group three: choose one of the list');
    const again = ours(viewOf([usual, usual, [group('ubuntu-vg'), group('two')]])).at(0);
    expect(again && getAt(withAnswer(view.draft, again, 'ubuntu-vg'), ['nodes', 2, 'storage'])).toBeUndefined();
  });

  it('that misses a disk is shown with its reason, and never taken nor suggested for the site', () => {
    const view = viewOf([usual, usual, [group('ubuntu-vg', 800, 1), group('data')]]);
    const [field] = ours(view);
    expect(field && answerOf(field, view)?.value).toBe('data');
    expect(field?.choices?.map(({ hint, unusable }) => [hint, unusable ?? false])).toEqual([
      ['no: ubuntu-vg is missing 1 physical volume.', true],
      ['800 GB free', false],
    ]);
    expect(field && takeText(view.draft, field, 'ubuntu-vg').problem).toMatch(
      /cannot be used: no: ubuntu-vg is missing/,
    );
    const broken = [group('ubuntu-vg', 800, 1), group('data')];
    const all = viewOf([broken, broken, broken]);
    expect(groupTotals(all).map(({ group: name }) => name)).toEqual(['data', 'data', 'data']);
  });

  it('the pool lies where its volume was made before, as the guide has it', () => {
    const view = viewOf([0, 1, 2].map(() => [group('vg_data', 187), group('vg_share', 0)]));
    for (const seen of view.facts.values())
      if (seen.storage)
        Object.assign(seen.storage, {
          logicalVolumes: [
            {
              name: 'shared',
              volumeGroup: 'vg_share',
              uuid: seen.node,
              sizeBytes: 100 * GiB,
              path: '/dev/vg_share/shared',
              tags: [],
            },
          ],
        });
    const field = pageOf('storage')
      .fields(view)
      .find(({ id }) => id === 'storage.shared.volumeGroup');
    expect(field?.fallback?.value).toBe('vg_share');
    expect(pageOf('storage').validate(view)).toEqual([]);
  });
});
