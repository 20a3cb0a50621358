import { describe, expect, it } from 'vitest';
import { device, GiB } from '../../facts-fixtures.ts';
import { facts, wholeDraft } from '../sample.ts';
import { Walk } from './walk.tsx';

const disks = [
  device('sdb', 'disk', 500 * GiB, { model: 'INTEL SSDSC2KB480G8', serial: 'PHYF1234567', transport: 'sata' }),
  device('sdc', 'disk', 500 * GiB, { fsType: 'ext4' }),
  ...[...'defghijkl'].map((letter) => device(`sd${letter}`, 'disk', 4 * GiB)),
];

/** The storage page with so many nodes, each with two blank disks and more. */
function page(count: number, size = { columns: 80, rows: 24 }): Walk {
  const nodes = Array.from({ length: count }, (_, index) => ({
    name: `ks-${index + 1}`,
    reach: `10.0.4.${21 + index}`,
    role: 'manager',
    network: { mode: 'static', address: `10.0.4.${21 + index}/24`, interface: 'eno1' },
  }));
  const walk = new Walk(size).tell({ type: 'draft', draft: { ...wholeDraft, nodes }, savedAt: new Date(0), now: 0 });
  for (const { name, reach } of nodes) {
    const seen = facts(name, reach);
    const storage = seen.storage && { ...seen.storage, disks };
    walk.tell({
      type: 'access',
      reach,
      now: 0,
      state: { state: 'ready', facts: { ...seen, ...(storage && { storage }) } },
    });
  }
  return walk.keys('4');
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
    expect(JSON.stringify(page(3).keys('ww').state.draft)).not.toContain('workload');
  });
});
