import { describe, expect, it } from 'vitest';
import type { StorageFacts } from '../../../source/facts/facts.ts';
import { judgeDraft } from '../../../source/site/load.ts';
import type { DraftValue } from '../../../source/site/schema.ts';
import { device, GiB } from '../../facts-fixtures.ts';
import { keyOf } from '../page-places.ts';
import { facts, wholeDraft } from '../sample.ts';
import { Walk } from './walk.tsx';

const disks = [
  device('sdb', 'disk', 500 * GiB, { model: 'INTEL SSDSC2KB480G8', serial: 'PHYF1234567', transport: 'sata' }),
  device('sdc', 'disk', 500 * GiB, { fsType: 'ext4' }),
  ...[...'defghijkl'].map((letter) => device(`sd${letter}`, 'disk', 4 * GiB)),
];

/** What differs from a site that is right. */
interface Changed {
  readonly features?: DraftValue;
  readonly change?: (storage: StorageFacts) => Partial<StorageFacts>;
}

/** The storage page with so many nodes, each with two blank disks and more. */
function page(
  count: number,
  size = { columns: 80, rows: 24 },
  { features = wholeDraft['features'], change }: Changed = {},
): Walk {
  const nodes = Array.from({ length: count }, (_, index) => ({
    name: `ks-${index + 1}`,
    reach: `10.0.4.${21 + index}`,
    role: 'manager',
    network: { mode: 'static', address: `10.0.4.${21 + index}/24`, interface: 'eno1' },
  }));
  const walk = new Walk(size).tell({
    type: 'draft',
    draft: { ...wholeDraft, nodes, ...(features === undefined ? {} : { features }) },
    savedAt: new Date(0),
    now: 0,
  });
  for (const { name, reach } of nodes) {
    const seen = facts(name, reach);
    const storage = seen.storage && { ...seen.storage, disks, ...change?.(seen.storage) };
    walk.tell({
      type: 'access',
      reach,
      now: 0,
      state: { state: 'ready', facts: { ...seen, ...(storage && { storage }) } },
    });
  }
  return walk.keys(keyOf('Storage'));
}

const lines = (walk: Walk): string[] => walk.shown().split('\n');
const fits = (walk: Walk, { columns, rows }: { columns: number; rows: number }): void => {
  expect(lines(walk).length).toBeLessThanOrEqual(rows);
  expect(Math.max(...lines(walk).map((line) => [...line].length))).toBeLessThanOrEqual(columns);
  expect(walk.shown()).not.toContain('undefined');
};

describe.each([3, 9])('the storage page with %i nodes', (count) => {
  it.each([
    { columns: 80, rows: 24 },
    { columns: 60, rows: 20 },
    { columns: 40, rows: 12 },
  ])('fits $columns×$rows, also with the list of devices open', (size) => {
    const walk = page(count, size);
    fits(walk, size);
    fits(walk.keys('<end>'), size);
    expect(walk.shown()).toContain(`ks-${count}`);
    fits(walk.keys('<enter><down>'), size);
    expect(walk.shown()).toContain('/dev/sdb');
  });

  it('shows of each device what it is, or why it cannot be taken', () => {
    const shown = page(count).keys('<end><enter>').shown().replaceAll(/ +/g, ' ');
    expect(shown).toContain('ubuntu-vg 802.5G free space');
    expect(shown).toContain('/dev/sdb 500G disk, INTEL SSDSC2KB480G8 PHYF1234567 sata, blank');
    expect(shown).toContain('/dev/sdc no: holds ext4');
    expect(shown).toMatch(/\d+ more below/);
  });

  const small = { columns: 80, rows: 24 };

  it.each([
    ['0', /0 GB is too small: at least 1 GB/],
    ['1e9', /1e9 is not a number of GB/],
    ['1000000000', /too large: at most 1000000 GB/],
    ['-1', /-1 is below zero/],
    ['ten', /ten is not a number of GB/],
    ['10TB', /10TB carries a unit/],
  ])('a size of %s is refused in words, and no site is made of it', (typed, says) => {
    const walk = page(count).keys(`<home><enter>${'<backspace>'.repeat(6)}${typed}<enter>`);
    fits(walk, small);
    expect(walk.shown().replaceAll(/\s+/g, ' ')).toMatch(says);
    expect(judgeDraft(walk.state.draft)).toMatchObject({
      findings: [{ field: ['storage', 'volumes', 'streamElasticsearch'] }],
    });
  });

  it('a size of 10GB is taken: GB is meant', () => {
    const walk = page(count).keys(`<home><enter>${'<backspace>'.repeat(6)}12GB<enter>`);
    fits(walk, small);
    expect(walk.state.draft['storage']).toMatchObject({ volumes: { streamElasticsearch: 12 } });
  });

  it('with nothing to store asks for no size, and says so', () => {
    const walk = page(count, small, { features: [] });
    fits(walk, small);
    expect(walk.shown()).not.toMatch(/Kafka|elasticsearch/);
    expect(walk.shown()).toMatch(/nothing|no volume/i);
  });

  it.each([
    [
      'no LVM',
      { volumeGroups: [], physicalVolumes: [], logicalVolumes: [] },
      /No LVM volume group|volume group \S+ does not exist/,
    ],
    ['no free space', undefined, /short|too small|does not fit/i],
  ])('with %s says what is wrong, on the page', (_, none, says) => {
    const full = (storage: StorageFacts): Partial<StorageFacts> =>
      none ?? { volumeGroups: storage.volumeGroups.map((group) => ({ ...group, freeBytes: 0 })) };
    const walk = page(count, small, { change: full });
    fits(walk, small);
    expect(walk.shown().replaceAll(/\s+/g, ' ')).toMatch(says);
    // What it says at length is one key away, with what to do; nodes that lack the same are told once.
    fits(walk.keys('m'), small);
    const whole = walk.shown().replaceAll(/\s+/g, ' ');
    expect(whole).toMatch(none ? /vgcreate ubuntu-vg \/dev\/sdb \(500 GB\)/ : /vgextend ubuntu-vg \/dev\/sdb/);
    expect(whole).toContain(count === 3 ? 'ks-1, ks-2, ks-3: ' : 'ks-1, ks-2, ks-3 and 6 more: ');
    expect(whole).not.toMatch(/4 GB\)/);
  });

  it('takes a blank disk, and nothing that carries data', () => {
    const taken = page(count).keys('<end><enter><down><enter>');
    expect(taken.state.editor).toBeUndefined();
    expect(taken.state.draft['nodes']).toMatchObject({ [count - 1]: { storage: { shared: { device: '/dev/sdb' } } } });
    const refused = page(count).keys('<end><enter><down><down><enter>');
    expect(refused.state.editor).toMatchObject({ kind: 'choice' });
    expect(JSON.stringify(refused.state.draft)).not.toContain('/dev/sd');
    // Nor by going through the choices one after the other.
    const cycled = page(count).keys('<end>').keys(' '.repeat(3));
    expect(JSON.stringify(cycled.state.draft)).not.toContain('/dev/sdc');
  });
});

describe('sizes from the workload', () => {
  it('w asks for it in the place of GB, and back', () => {
    const on = page(3).keys('w');
    expect(on.state.draft['storage']).toMatchObject({ workload: {} });
    expect(on.keys('<home>').shown()).toMatch(/Kafka.*computed/);
    fits(on, { columns: 80, rows: 24 });
    const help = on.keys('<home>?').shown().replaceAll(/\s+/g, ' ');
    expect(help).toMatch(/Computed: eventsPerSecond .* Source: Elasticsearch, .* With eventsPerSecond = \d+ \(/);
    expect(JSON.stringify(page(3).keys('ww').state.draft)).not.toContain('workload');
  });
});

it('on a small screen has room for fields and for what the volumes need', () => {
  const shown = page(3, { columns: 40, rows: 12 }).shown();
  expect(shown).toMatch(/GB/);
  expect(shown).toMatch(/It fits/);
  expect(shown).toMatch(/more below/);
});
