import { describe, expect, it } from 'vitest';
import type { BlockDeviceFacts, NodeFacts } from '../../source/facts/facts.ts';
import { thisMachine } from '../../source/host/this-machine.ts';
import type { SiteDraft } from '../../source/site/schema.ts';
import { answerOf, getAt, problemOf, setAt, takeText, withAnswer } from '../../source/wizard/draft/draft.ts';
import type { Field } from '../../source/wizard/page.ts';
import { pageOf, settle } from '../../source/wizard/pages.ts';
import { device, GiB } from '../facts-fixtures.ts';
import { facts, product, wholeDraft } from '../ui/sample.ts';

const sdb = device('sdb', 'disk', 500 * GiB, { model: 'INTEL SSD', serial: 'S1', wwn: '0x5001', transport: 'sata' });
const nvme = device('nvme0n1', 'disk', 900 * GiB, { wwn: 'eui.0025', transport: 'nvme' });
const data = device('sdc', 'disk', 500 * GiB, { fsType: 'ext4' });
const part = device('sdd', 'disk', 500 * GiB, { children: [device('mpatha', 'mpath', 500 * GiB)] });

/** Facts of the three nodes: these disks beside the group of `ks-2`. */
function seen(disks: readonly BlockDeviceFacts[], change: (seen: NodeFacts) => NodeFacts = (same) => same) {
  return new Map(
    [21, 22, 23].map((last, index) => {
      const name = `ks-${index + 1}`;
      const own = facts(name, `10.0.4.${last}`);
      const { storage } = own;
      if (index !== 1 || !storage) return [name, own];
      return [name, change({ ...own, storage: { ...storage, disks } })];
    }),
  );
}

const viewOf = (draft: SiteDraft, all = seen([sdb, nvme, data, part])) => ({
  draft,
  product,
  facts: all,
  machine: thisMachine,
});
const pools = (draft: SiteDraft, all?: ReturnType<typeof seen>): readonly Field[] =>
  pageOf('storage')
    .fields(viewOf(draft, all))
    .filter(({ label }) => label === 'Shared pool');
const only = (draft: SiteDraft, all?: ReturnType<typeof seen>): Field => {
  const [field, ...more] = pools(draft, all);
  if (!field || more.length > 0) throw new Error(`${more.length} more`);
  return field;
};
const place = ['nodes', 1, 'storage', 'shared'];

describe('what carries the pool', () => {
  it('is asked of a node with more than one way, and of no other', () => {
    expect(only(wholeDraft).question).toBe('What holds the shared pool on ks-2?');
    expect(pools(wholeDraft, seen([]))).toEqual([]);
    expect(pools(setAt(wholeDraft, ['storage', 'shared', 'engine'], 'existing'))).toEqual([]);
    expect(pools(setAt(wholeDraft, ['nodes', 1, 'role'], 'worker'))).toEqual([]);
  });

  it('lists what is there, with size, model, serial and transport, and why not', () => {
    const rows = only(wholeDraft).choices?.map(({ value, hint, unusable }) => [value, hint, unusable ?? false]);
    expect(rows).toEqual([
      ['ubuntu-vg', '802.5G free space, a new logical volume, beside the reserve', false],
      ['/dev/sdb', '500G disk, INTEL SSD S1 sata, blank', false],
      ['/dev/nvme0n1', '900G disk, nvme, blank', false],
      ['/dev/sdc', 'no: holds ext4 (500G disk)', true],
      ['/dev/sdd', 'no: part of a multipath device (500G disk)', true],
    ]);
  });

  it("has the site's group as default, which is not written down", () => {
    expect(answerOf(only(wholeDraft), viewOf(wholeDraft))).toEqual({ value: 'ubuntu-vg', from: 'seen' });
    expect(getAt(settle(viewOf(wholeDraft)), ['nodes', 1, 'storage'])).toBeUndefined();
  });

  it('has no default where several disks would do and the group would not', () => {
    const full = seen([sdb, nvme], (own) => {
      const [group] = own.storage?.volumeGroups ?? [];
      if (!own.storage || !group) throw new Error('no group');
      return { ...own, storage: { ...own.storage, volumeGroups: [{ ...group, freeBytes: GiB }] } };
    });
    const field = only(wholeDraft, full);
    expect(field.fallback).toBeUndefined();
    expect(problemOf(field, viewOf(wholeDraft, full))).toMatch(/needed/);
  });

  it.each([
    ['/dev/sdb', { device: '/dev/disk/by-id/wwn-0x5001' }],
    ['/dev/nvme0n1', { device: '/dev/disk/by-id/nvme-eui.0025' }],
    ['ubuntu-vg', undefined],
  ])('%s is written by a name that lasts, and read back', (name, written) => {
    const draft = withAnswer(wholeDraft, only(wholeDraft), name);
    expect(getAt(draft, place)).toEqual(written);
    expect(answerOf(only(draft), viewOf(draft))?.value).toBe(name);
    expect(problemOf(only(draft), viewOf(draft))).toBeUndefined();
  });

  it('a size of the node stays, and the group again takes the device away', () => {
    const sized = setAt(wholeDraft, place, { size: 80 });
    const chosen = withAnswer(sized, only(sized), '/dev/sdb');
    expect(getAt(chosen, place)).toEqual({ size: 80, device: '/dev/disk/by-id/wwn-0x5001' });
    expect(getAt(withAnswer(chosen, only(chosen), 'ubuntu-vg'), place)).toEqual({ size: 80 });
  });

  it.each([
    ['/dev/sdc', /cannot hold the pool: holds ext4/],
    ['/dev/sdd', /cannot hold the pool: part of a multipath device/],
    ['/dev/sdz', /ks-2 has no \/dev\/sdz/],
    ['rubbish', /ks-2 has no rubbish/],
  ])('%s is refused, also where it is typed', (text, said) => {
    const taken = takeText(wholeDraft, only(wholeDraft), text);
    expect(taken.problem).toMatch(said);
    expect(getAt(taken.draft, place)).toBeUndefined();
  });

  it('a disk with data is erased only by its name, typed; another choice takes that back', () => {
    const field = (draft: SiteDraft) =>
      pageOf('storage')
        .fields(viewOf(draft))
        .find(({ id }) => id === 'nodes.1.storage.shared.erase') ?? expect.fail('no field');
    expect(field(wholeDraft)).toMatchObject({ kind: 'text', required: false });
    expect(field(wholeDraft).choices).toBeUndefined();
    for (const [text, said] of [
      ['sdz', /ks-2 has no sdz/],
      ['/dev/sdc', /type the name/],
      ['sdb', /is blank: choose it above/],
      ['sdd', /cannot be erased: part of a multipath device/],
    ] as const)
      expect(takeText(wholeDraft, field(wholeDraft), text).problem).toMatch(said);
    const draft = takeText(wholeDraft, field(wholeDraft), 'sdc').draft;
    expect(getAt(draft, place)).toEqual({ device: '/dev/sdc', erase: 'sdc' });
    const chosen = only(draft);
    expect(problemOf(chosen, viewOf(draft))).toBeUndefined();
    expect(chosen.choices?.find(({ value }) => value === '/dev/sdc')?.hint).toMatch(/erased: ext4/);
    expect(getAt(withAnswer(draft, chosen, 'ubuntu-vg'), place)).toBeUndefined();
  });

  it('a disk that went away is said', () => {
    const draft = setAt(wholeDraft, place, { device: '/dev/disk/by-id/wwn-0x9999' });
    expect(problemOf(only(draft), viewOf(draft))).toMatch(/ks-2 has no .*9999/);
  });
});
