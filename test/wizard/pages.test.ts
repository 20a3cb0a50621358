import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { NodeFacts } from '../../source/facts/facts.ts';
import { thisMachine } from '../../source/host/this-machine.ts';
import { judgeDraft } from '../../source/site/load.ts';
import type { DraftValue, SiteDraft } from '../../source/site/schema.ts';
import { removeAt, setAt, takeText, withAnswer } from '../../source/wizard/draft/draft.ts';
import type { WizardView } from '../../source/wizard/page.ts';
import type { PageId } from '../../source/wizard/pages.ts';
import { fieldAt, pageFindings, pageOf, pages, settle } from '../../source/wizard/pages.ts';
import { facts, gib, product, wholeDraft, wholeFacts } from '../ui/sample.ts';

const folder = mkdtempSync(join(tmpdir(), 'kloudspot-wizard-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const view = (draft: SiteDraft = wholeDraft, seen: ReadonlyMap<string, NodeFacts> = wholeFacts): WizardView => ({
  draft,
  product,
  facts: seen,
  machine: thisMachine,
});
const ids = (page: PageId, at: WizardView) =>
  pageOf(page)
    .fields(at)
    .map((field) => field.id);
const field = (page: PageId, id: string, at: WizardView = view()) => {
  const found = pageOf(page)
    .fields(at)
    .find((one) => one.id === id);
  if (!found) throw new Error(`${id} is not among ${ids(page, at).join(' ')}`);
  return found;
};
const problem = (page: PageId, id: string, text: string, at: WizardView = view()) =>
  takeText(at.draft, field(page, id, at), text).problem;
const notes = (page: PageId, at: WizardView) =>
  (pageOf(page).notes?.(at) ?? []).map((note) => `${note.grade} ${note.text} ${note.remedy ?? ''}`);

describe('what a field refuses because of the others', () => {
  it.each<[string, PageId, string, string, RegExp]>([
    ['a name twice', 'nodes', 'nodes.1.name', 'ks-1', /node 1's name already/],
    ['an address twice', 'nodes', 'nodes.1.reach', '10.0.4.21', /ks-1's already/],
    ['a virtual address that is a node’s', 'network', 'network.virtualAddress', '10.0.4.22', /is the address of ks-2/],
    ['a wanted address of another', 'network', 'nodes.0.network.address', '10.0.4.22/24', /ks-2's address/],
    [
      'a wanted address that is the virtual one',
      'network',
      'nodes.0.network.address',
      '10.0.4.30/24',
      /virtual address/,
    ],
  ])('%s', (_, page, id, text, expected) => expect(problem(page, id, text)).toMatch(expected));
});

describe('the second network', () => {
  const range = 'network.workload.range';
  const on = setAt(wholeDraft, ['network', 'workload'], { range: '10.20.0.0/24', interface: 'eno2' });
  const served = field('network', 'network.workload.addresses', view(on));

  it('is asked where an answer is there, and goes as a whole', () => {
    expect(ids('network', view())).not.toContain(range);
    expect(ids('network', view(on))).toContain('network.workload.interface');
    const gone = takeText(on, field('network', range, view(on)), '').draft;
    expect(gone['network']).toEqual(wholeDraft['network']);
  });

  it('has services at addresses of its own', () => {
    const taken = takeText(on, served, 'syslog=10.20.0.50, web=10.20.0.51');
    expect(taken.problem).toBeUndefined();
    expect(taken.draft['network']).toMatchObject({
      workload: { addresses: { syslog: '10.20.0.50', web: '10.20.0.51' } },
    });
    expect(served.read?.(taken.draft)).toBe('syslog=10.20.0.50, web=10.20.0.51');
    expect(takeText(on, served, 'syslog=10.21.0.50').problem).toMatch(/outside 10\.20\.0\.0\/24/);
    expect(takeText(on, served, 'syslog').problem).toMatch(/NAME=ADDRESS/);
    expect(problem('network', range, '10.0.4.0/24', view(on))).toMatch(/overlaps 10\.0\.4\.0\/24/);
  });
});

describe('files', () => {
  const files = setAt(wholeDraft, ['tls', 'mode'], 'files');
  const empty = join(folder, 'empty.key');
  writeFileSync(empty, '');
  it.each([
    [join(folder, 'none.key'), /does not exist/],
    [folder, /it is a folder/],
    [empty, /is empty/],
    [join(empty, 'x'), /not a folder/],
  ])('%s', (path, expected) => expect(problem('site', 'tls.key', path, view(files))).toMatch(expected));
});

describe('what is asked depends on what was answered', () => {
  it.each<[string, PageId, readonly string[], DraftValue, string, boolean]>([
    ['files are asked for', 'site', ['tls', 'mode'], 'files', 'tls.key', true],
    ['no files when self-signed', 'site', ['tls', 'mode'], 'self-signed', 'tls.key', false],
    [
      'no address where dhcp is kept',
      'network',
      ['nodes', '0', 'network', 'mode'],
      'dhcp',
      'nodes.0.network.address',
      false,
    ],
    [
      'a class for storage that is there',
      'storage',
      ['storage', 'shared', 'engine'],
      'existing',
      'storage.shared.storageClass',
      true,
    ],
    [
      'no pool for storage that is there',
      'storage',
      ['storage', 'shared', 'engine'],
      'existing',
      'storage.shared.size',
      false,
    ],
  ])('%s', (_, page, path, value, id, shown) => {
    const place = path.map((key) => (/^\d+$/.test(key) ? Number(key) : key));
    expect(ids(page, view(setAt(wholeDraft, place, value))).includes(id)).toBe(shown);
  });

  it('the workstation has no login', () => {
    const draft = setAt(wholeDraft, ['nodes', 0, 'local'], true);
    expect(ids('nodes', view(draft))).not.toContain('nodes.0.access.user');
  });

  it('the volumes follow the features', () => {
    const toggle = (draft: SiteDraft, id: string, on: boolean) =>
      withAnswer(draft, field('features', `features.${id}`, view(draft)), on);
    const [first, second] = product.features.map((feature) => feature.id);
    const both = toggle(toggle(wholeDraft, second ?? '', true), first ?? '', true);
    expect(both.features).toEqual([first, second]);
    const volumes = (draft: SiteDraft) => ids('storage', view(draft)).filter((id) => id.startsWith('storage.volumes.'));
    expect(volumes(both)).not.toEqual(volumes(toggle(both, first ?? '', false)));
  });

  it('one node needs no virtual address', () => {
    const one = setAt(wholeDraft, ['nodes'], Array.isArray(wholeDraft.nodes) ? wholeDraft.nodes.slice(0, 1) : []);
    expect(field('network', 'network.virtualAddress', view(one)).required).toBe(false);
    expect(field('network', 'network.virtualAddress').required).toBe(true);
  });
});

describe('ranges of pods and services', () => {
  const ranges = (at: WizardView) => ids('network', at).filter((id) => id.endsWith('Range'));
  const nodeAt = (address: string) => setAt(wholeDraft, ['nodes', 1, 'network', 'address'], address);

  it('are not asked for where no node is in the usual ones', () => expect(ranges(view())).toEqual([]));

  it('are offered where a network of the nodes lies in a usual one, free of all of them, and written down', () => {
    const inPods = view(nodeAt('10.1.4.22/24'));
    expect(ranges(inPods)).toEqual(['cluster.podRange']);
    const settled = settle(inPods);
    expect(settled['cluster']).toMatchObject({ podRange: '10.244.0.0/16' });
    const taken = view(setAt(nodeAt('10.1.4.22/24'), ['nodes', 0, 'network', 'address'], '10.244.7.1/24'));
    expect(field('network', 'cluster.podRange', taken).fallback?.value).toBe('172.30.0.0/16');
    expect(ranges(view(nodeAt('10.152.183.22/24')))).toEqual(['cluster.serviceRange']);
  });

  it('that are not networks are refused', () => {
    const at = view(nodeAt('10.1.4.22/24'));
    expect(problem('network', 'cluster.podRange', '10.244.0.1/16', at)).toMatch(/a network in prefix notation/);
    expect(problem('network', 'cluster.podRange', '10.244.0.0/30', at)).toMatch(/8 to \/24/);
    expect(problem('network', 'cluster.podRange', '10.245.0.0/16', at)).toBeUndefined();
  });
});

describe('what the facts answer', () => {
  const bare = removeAt(removeAt(wholeDraft, ['network']), ['nodes', 1, 'network']);
  it.each<[PageId, string, DraftValue]>([
    ['network', 'network.gateway', '10.0.4.1'],
    ['network', 'nodes.1.network.address', '10.0.4.22/24'],
    ['network', 'nodes.1.network.interface', 'eno1'],
    ['nodes', 'nodes.1.access.user', 'ubuntu'],
    ['storage', 'storage.unshared.volumeGroup', 'ubuntu-vg'],
  ])('%s %s', (page, id, value) => expect(field(page, id, view(bare)).fallback).toEqual({ value, from: 'seen' }));
});

describe('adding nodes', () => {
  const add = (text: string, draft: SiteDraft = { name: 'berlin' }) =>
    nodesOf(pageOf('nodes').rows?.add(view(draft, new Map()), text));
  const nodesOf = (made: { rows: readonly DraftValue[] } | { problem: string } | undefined) =>
    made && 'rows' in made ? made.rows : made?.problem;
  it('makes a row of an address, a name, a range', () => {
    expect(add('10.0.4.25-27 worker-9.acme.eu')).toEqual([
      { name: 'berlin-1', reach: '10.0.4.25', role: 'manager' },
      { name: 'berlin-2', reach: '10.0.4.26', role: 'manager' },
      { name: 'berlin-3', reach: '10.0.4.27', role: 'manager' },
      { name: 'worker-9', reach: 'worker-9.acme.eu', role: 'worker' },
    ]);
  });
  it('goes on where the names leave off', () => {
    expect(add('10.0.4.24', wholeDraft)).toEqual([{ name: 'ks-w1', reach: '10.0.4.24', role: 'worker' }]);
  });
  it.each([
    ['10.0.4.27-25', /backwards: write 10\.0\.4\.25-27/],
    ['10.0.4.250-260', /0 to 255/],
    ['10.0.4.1-200', /at most 50/],
    ['10.0.4.21', /already in the list/],
    ['10.0.4.40 10.0.4.40', /already in the list/],
    ['10.0.4.300', /not an IPv4/],
    ['', /Type an address/],
  ])('refuses %j', (text, expected) => expect(add(text, wholeDraft)).toMatch(expected));
});

describe('notes', () => {
  it.each(['network', 'storage'] as const)('%s leads to the page that says why a node was not seen', (page) => {
    const text = notes(page, view(wholeDraft, new Map())).join('\n');
    expect(text).toContain('3 of 3 nodes not seen yet: the page Nodes shows why.');
    expect(text).not.toContain('Type their addresses.');
  });
  it('network asks for an address only where one is missing', () => {
    const draft = setAt(wholeDraft, ['nodes', 0, 'network'], { mode: 'static' });
    expect(notes('network', view(draft, new Map())).join('\n')).toContain('Type their addresses.');
  });

  it('name a node without AVX as soon as it is seen', () => {
    const seen = new Map(wholeFacts).set(
      'ks-2',
      facts('ks-2', '10.0.4.22', { cpu: { model: 'old', cores: 16, flags: ['sse4_2'] } }),
    );
    expect(notes('nodes', view(wholeDraft, seen)).join('\n')).toMatch(/fail .*ks-2.*AVX/);
    expect(notes('nodes', view()).join('\n')).not.toMatch(/AVX/);
  });

  it('name what is below the floor and the recommendation', () => {
    const seen = new Map(wholeFacts).set(
      'ks-3',
      facts('ks-3', '10.0.4.23', {
        cpu: { model: 'small', cores: 4, flags: ['avx'] },
        memory: { totalBytes: 16 * gib, swapBytes: 0, swaps: [] },
      }),
    );
    const text = notes('nodes', view(wholeDraft, seen)).join('\n');
    expect(text).toMatch(/fail ks-3 has 4 of the 8 cores/);
    expect(text).toMatch(/fail ks-3 has 16 GB/);
  });

  it.each([
    [1, /plain One manager/],
    [2, /warn Two managers survive no loss/],
    [3, /pass Three managers survive the loss of one/],
  ])('%i managers', (count, expected) => {
    const nodes = Array.isArray(wholeDraft.nodes) ? wholeDraft.nodes.slice(0, count) : [];
    expect(notes('nodes', view(setAt(wholeDraft, ['nodes'], nodes))).join('\n')).toMatch(expected);
  });

  it('name a rack that two managers share', () => {
    const draft = setAt(setAt(wholeDraft, ['nodes', 1, 'zone'], 'rack-b'), ['nodes', 2, 'zone'], 'rack-b');
    expect(notes('nodes', view(draft)).join('\n')).toMatch(/warn ks-2 and ks-3 share rack-b: losing it loses 2 of 3/);
  });

  it('follow the sizes', () => {
    expect(notes('storage', view()).join('\n')).toMatch(
      /Using ubuntu-vg for unshared volumes\. Available: .*Required: Shared 20 GB, Unshared 14 GB/,
    );
    const id = pageOf('storage').fields(view())[0]?.path.at(-1) ?? '';
    const text = notes('storage', view(setAt(wholeDraft, ['storage', 'volumes', id], 900))).join('\n');
    expect(text).toMatch(/fail ks-1, ks-2, ks-3: .*short/);
    expect(text).toMatch(/Remedies for ks-1/);
  });
});

describe('the whole', () => {
  it.each([
    ['24.04', '1.34/stable'],
    ['26.04', '1.35/stable'],
  ])('on Ubuntu %s the channel that it can run is written down: %s', (versionId, channel) => {
    const seen = new Map(
      [...wholeFacts].map(([name, one]) => [name, one.system ? { ...one, system: { ...one.system, versionId } } : one]),
    );
    const { cluster: _, ...open } = wholeDraft;
    expect(settle(view(open, seen))).toMatchObject({ cluster: { channel } });
  });

  it('settles into a site', () => {
    const judged = judgeDraft(settle(view()));
    expect('site' in judged ? judged.site.features : judged.findings).toEqual(wholeDraft.features);
  });

  it('names every answer that is missing with its field', () => {
    const open = pages.flatMap((page) => pageFindings(page, view({ nodes: [{ reach: '10.0.4.21' }] }, new Map())));
    expect(open.map((finding) => finding.field?.join('.'))).toEqual(
      expect.arrayContaining(['nodes.0.name', 'nodes.0.network.address', 'customer.dnsName', 'customer.reference']),
    );
  });

  it('leaves nothing behind of what an answer hides', () => {
    const draft = setAt(setAt(wholeDraft, ['tls', 'mode'], 'self-signed'), ['tls', 'key'], '/k');
    expect(settle(view(draft)).tls).toEqual({ mode: 'self-signed' });
    expect(draft.tls).toEqual({ mode: 'self-signed', key: '/k' });
  });

  it.each([
    [['nodes', 1, 'role'], 'nodes.1.role'],
    [['customer', 'dnsName'], 'customer.dnsName'],
    [['features'], `features.${product.features[0]?.id}`],
  ])('finds the field of %j', (path, id) => expect(fieldAt(path, view())?.field?.id).toBe(id));

  it('has words for every field, and no id twice', () => {
    for (const page of pages) {
      const fields = page.fields(view());
      expect(new Set(fields.map((one) => one.id)).size).toBe(fields.length);
      for (const one of fields)
        expect(
          [one.label, one.question, one.help].every((text) => text.length > 2),
          one.id,
        ).toBe(true);
    }
  });
});

it('a node that keeps its DHCP address although it was set by hand is questioned', () => {
  const kept = setAt(wholeDraft, ['nodes', 0, 'network'], { mode: 'dhcp' });
  const byHand = new Map(
    [...wholeFacts].map(([name, seen]): [string, NodeFacts] => {
      const { network } = seen;
      if (network === undefined) return [name, seen];
      const interfaces = network.interfaces.map((face) => ({
        ...face,
        addresses: face.addresses.map((own) => ({ ...own, dynamic: false })),
      }));
      return [name, { ...seen, network: { ...network, interfaces } }];
    }),
  );
  expect(notes('network', view(kept, byHand)).join('\n')).toMatch(
    /warn ks-1 has 10\.0\.4\.21 set by hand: no DHCP server keeps it\. Choose static\./,
  );
  expect(notes('network', view(kept)).join('\n')).not.toContain('set by hand');
});
