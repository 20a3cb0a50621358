import { describe, expect, it } from 'vitest';
import { type AsBuilt, asBuiltDocument } from '../../source/report/as-built.ts';
import { topologyPicture } from '../../source/report/topology.ts';
import type { StatusReport } from '../../source/status/report.ts';
import { siteOf } from '../plan/sample.ts';
import { facts, product } from '../ui/sample.ts';

const site = siteOf({ managers: 3, workers: 1 });
const status: StatusReport = {
  site: site.name,
  at: '2026-01-02T03:04:05.000Z',
  verdict: 'degraded',
  reasons: ['ks-3 is lost.'],
  nodes: site.nodes.map(({ name, role }, index) => ({
    name,
    role,
    inSite: true,
    state: index === 2 ? 'lost' : 'ready',
    answers: true,
    holdsVirtualAddress: index === 0,
    schedulable: true,
  })),
  components: [],
  claims: [],
  pools: [],
  certificates: [{ name: 'server', node: 'ks-1', until: '2027-01-01T00:00:00Z', daysLeft: 364 }],
};
const built: AsBuilt = {
  site,
  product,
  status,
  facts: new Map([['ks-1', facts('ks-1', '10.0.4.21')]]),
  findings: [
    { check: 'memory', grade: 'pass', nodes: ['ks-1'], seen: '64 GB', reason: 'Enough memory.' },
    { check: 'zones', grade: 'warn', nodes: [], seen: '', reason: 'Zones are not stated.', advice: 'State them.' },
  ],
  runs: [{ run: '7f3a', at: '2026-01-01T00:00:00Z', who: 'anna', asked: 'init', result: 'done' }],
  program: 'kloudspot 0.1.0',
};
const page = asBuiltDocument(built);
const workload = { range: '10.20.0.0/24', interface: 'eno2', addresses: { syslog: '10.20.0.50' } };
const served = asBuiltDocument({ ...built, site: { ...site, network: { ...site.network, workload } } });

/** Elements that HTML never closes. */
const alone = new Set(['meta', '!doctype']);

/** What is wrong with how the elements of a page are nested. */
function misnested(html: string): readonly string[] {
  const open: string[] = [];
  const wrong: string[] = [];
  for (const [, slash, name = '', rest = ''] of html.matchAll(/<(\/?)([!a-z0-9]+)([^>]*)>/gi)) {
    const tag = name.toLowerCase();
    if (alone.has(tag) || rest.endsWith('/')) continue;
    if (slash === '') open.push(tag);
    else if (open.pop() !== tag) wrong.push(tag);
  }
  return [...wrong, ...open];
}

describe('the as-built document', () => {
  it('is well nested', () => {
    expect(misnested(page)).toEqual([]);
    expect(misnested('<p><b></p>')).not.toEqual([]);
  });

  it('links only to its own sections, and loads nothing', () => {
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => `#${id}`);
    const links = [...page.matchAll(/ href="([^"]+)"/g)].map(([, href]) => href);
    expect(links.toSorted()).toEqual(ids.toSorted());
    expect(page).not.toMatch(/ src=|url\(|@import|<script/);
  });

  it('shows a second network: its addresses, who is in it by which interface, in table and picture', () => {
    expect(misnested(served)).toEqual([]);
    expect(served).toContain('workload - 10.20.0.0/24 - syslog 10.20.0.50');
    expect(served).toContain('<td>10.20.0.0/24</td><td>syslog 10.20.0.50</td>');
    expect(served.match(/class="small">eno2</g)).toHaveLength(site.nodes.length);
    expect(page).not.toMatch(/workload/i);
  });

  it.each([
    ['every node of the site', ...site.nodes.map(({ name }) => `class="name">${name}<`)],
    ['the verdict and its reason', 'class="degraded">degraded<', 'ks-3 is lost.'],
    ['a node that was not reached', '<td>ks-2</td><td>manager</td>', '<td>not reached</td>'],
    ['what is open, with what to do', 'Zones are not stated.', 'State them.'],
    ['days left of certificates', '<td>364</td>'],
    ['runs', '<td>7f3a</td>', '<td>anna</td>'],
  ])('shows %s', (_what, ...texts) => {
    for (const text of texts) expect(page).toContain(text);
  });

  it('leaves out what passed', () => expect(page).not.toContain('Enough memory.'));

  it('text from outside is not markup', () => {
    const name = '<script>alert("1")</script>';
    const html = asBuiltDocument({ ...built, status: { ...status, reasons: [name] } });
    expect(html).toContain('&lt;script&gt;alert(&quot;1&quot;)');
    expect(html).not.toContain('<script');
  });

  it('says that a rehearsal is one', () => {
    expect(asBuiltDocument({ ...built, rehearsal: 'healthy' })).toContain('REHEARSAL healthy');
  });
});

it('a node is as wide in the picture as what is written in it', () => {
  const storage = ['ubuntu-vg 151 GB of 928.4 GB used', 'a-group-with-a-long-name 1.2 TB of 3.6 TB used'];
  const picture = (lines: readonly string[]) => {
    const [node] = site.nodes;
    if (node === undefined) throw new Error('no node');
    const drawn = topologyPicture(site, [{ node, address: '10.0.4.21/24', holdsVirtualAddress: true, storage: lines }]);
    return Number(/<rect x="\d+" y="120" width="(\d+)"/.exec(drawn.text)?.[1]);
  };
  expect(picture(storage)).toBeGreaterThan((storage[1]?.length ?? 0) * 7);
  expect(picture(storage)).toBeGreaterThan(picture(storage.slice(0, 1)));
  expect(picture([])).toBe(220);
});
