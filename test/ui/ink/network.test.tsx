import { describe, expect, it } from 'vitest';
import { Controller } from '../../../source/ui/ink/app/controller.ts';
import { setAt } from '../../../source/wizard/draft/draft.ts';
import { FakeSession } from '../fake-session.ts';
import { keyOf } from '../page-places.ts';
import { facts, wholeDraft } from '../sample.ts';
import { Walk } from './walk.tsx';

const reaches = ['10.0.4.21', '10.0.4.22', '10.0.4.23'];
const moved = setAt(wholeDraft, ['nodes', 0, 'network'], { mode: 'static', address: '10.0.4.51/24' });

function onNetwork(draft = moved, size = { columns: 120, rows: 30 }) {
  const walk = new Walk(size).tell({ type: 'draft', draft, savedAt: new Date(0), at: 'nodes', now: 0 });
  for (const [index, reach] of reaches.entries())
    walk.tell({ type: 'access', reach, now: 0, state: { state: 'ready', facts: facts(`ks-${index + 1}`, reach) } });
  return walk.keys(keyOf('Network'));
}
const heard = (address: string, answer: { state: 'free' } | { state: 'taken'; mac: string }) => ({
  type: 'heard' as const,
  addresses: new Map([[address, new Map([['ks-2', answer]])]]),
});

describe('the page Network', () => {
  it('shows gateway and MTU of every node', () => {
    const shown = onNetwork().shown();
    expect(shown).toMatch(/Node .*Now .*In use .*Gateway .*MTU/);
    expect(shown).toMatch(/ks-1 .*10\.0\.4\.1 +1500/);
  });

  it('says beside the address whether it is free, or who has it', () => {
    const walk = onNetwork();
    expect(walk.tell(heard('10.0.4.51', { state: 'free' })).shown()).toMatch(/ks-1 .*✓ free/);
    const taken = walk.tell(heard('10.0.4.51', { state: 'taken', mac: '02:00:5e:00:00:07' })).shown();
    expect(taken).toMatch(/ks-1 .*✗ taken by MAC 02:00/);
    expect(taken).toContain('ks-1: 10.0.4.51 is taken by MAC 02:00:5e:00:00:07.');
  });

  it('says it of the virtual address under the form', () => {
    const walk = onNetwork().tell(heard('10.0.4.30', { state: 'taken', mac: '02:00:5e:00:00:07' }));
    expect(walk.shown()).toContain('10.0.4.30 is taken by MAC 02:00:5e:00:00:07.');
    expect(walk.tell(heard('10.0.4.30', { state: 'free' })).shown()).toContain('10.0.4.30 is free');
  });

  it('says what DNS answers for the name of the site, and for a node where it leads astray', () => {
    const named = (name: string, ...addresses: readonly string[]) => ({
      type: 'named' as const,
      names: new Map([[name, new Map([['ks-1', addresses]])]]),
    });
    const walk = onNetwork();
    const name = 'spot.acme.eu';
    expect(walk.tell(named(name)).shown()).toContain(`DNS on ks-1: ${name} does not resolve.`);
    expect(walk.tell(named(name, '10.0.9.9')).shown()).toContain(
      `! DNS on ks-1: ${name} resolves to 10.0.9.9, not to 10.0.4.30.`,
    );
    expect(walk.tell(named(name, '10.0.4.30')).shown()).toContain(
      `✓ DNS on ks-1: ${name} resolves to 10.0.4.30, the virtual address.`,
    );
    expect(walk.keys(keyOf('Site')).shown()).toContain(
      `✓ DNS on ks-1: ${name} resolves to 10.0.4.30, the virtual address.`,
    );
    walk.keys(keyOf('Network'));
    expect(walk.tell(named('ks-2', '10.0.4.22')).shown()).not.toContain('ks-2 resolves');
    expect(walk.tell(named('ks-2', '10.0.9.8')).shown()).toContain('DNS on ks-1: ks-2 resolves to 10.0.9.8.');
  });

  it('nine nodes stand there without scrolling in 80×24, each address whole, with gateway, MTU and what was heard', () => {
    const nodes = Array.from({ length: 9 }, (_, index) => ({
      name: `ks-${index + 1}`,
      reach: `10.0.4.${21 + index}`,
      role: 'manager',
      network: { mode: 'static', address: `10.0.4.${151 + index}/24` },
    }));
    const walk = new Walk({ columns: 80, rows: 24 });
    walk.tell({ type: 'draft', draft: { ...wholeDraft, nodes }, savedAt: new Date(0), at: 'nodes', now: 0 });
    for (const { name, reach } of nodes)
      walk.tell({ type: 'access', reach, now: 0, state: { state: 'ready', facts: facts(name, reach) } });
    for (const { network } of nodes) walk.tell(heard(network.address.replace('/24', ''), { state: 'free' }));
    const lines = walk.keys(keyOf('Network')).shown().split('\n');
    for (const { name, network } of nodes)
      expect(lines.filter((line) => line.includes(`${name} `) && line.includes(network.address))).toHaveLength(1);
    expect(lines.filter((line) => /✓ free +10\.0\.4\.1 +1500/.test(line))).toHaveLength(9);
    expect(lines.every((line) => line.length <= 80)).toBe(true);
    expect(lines.length).toBeLessThanOrEqual(24);
  });

  it('v shows the netplan files of each node with what becomes of them', () => {
    const shown = onNetwork().keys('v').shown();
    expect(shown).toMatch(/ks-1 .*→ \/etc\/netplan\/60-kloudspot\.yaml/);
    expect(shown).toMatch(/\+ .*10\.0\.4\.51\/24/);
    expect(shown).toMatch(/rolls itself back after 90 s/);
  });
});

it('typed addresses are asked for once, when nodes have answered', async () => {
  const session = new FakeSession({ draft: { draft: moved, savedAt: new Date(0) } });
  session.taken.set('10.0.4.51', '02:00:5e:00:00:07');
  const { files, rehearsal } = session;
  const size = { columns: 120, rows: 30 };
  const start = await session.startFacts();
  const begin = { size, files, rehearsal, start, canRehearse: false, open: async () => session };
  const controller = new Controller(begin, () => undefined);
  await controller.opened;
  controller.store.dispatch({ type: 'draft', draft: moved, savedAt: new Date(0), at: 'network', now: 0 });
  await expect.poll(() => controller.store.state.heard.size).toBeGreaterThan(0);
  expect(controller.store.state.heard.get('10.0.4.51')?.get('ks-1')).toMatchObject({ state: 'taken' });
  expect(session.addressesAsked).toEqual([expect.stringContaining('10.0.4.51')]);
  expect(session.namesAsked).toEqual(['spot.acme.eu ks-1 ks-2 ks-3']);
  await controller.close();
});
