import { describe, expect, it } from 'vitest';
import { thisMachine } from '../../source/host/this-machine.ts';
import { judgeDraft, parseDraft } from '../../source/site/load.ts';
import { keyLines } from '../../source/site/reading/key-lines.ts';
import { siteText } from '../../source/site/save.ts';
import type { SiteDraft } from '../../source/site/schema.ts';
import { removeAt, setAt, takeText } from '../../source/wizard/draft/draft.ts';
import type { WizardView } from '../../source/wizard/page.ts';
import { type PageId, pageNotes, pageOf, pages, settle } from '../../source/wizard/pages.ts';
import { product, wholeDraft, wholeFacts } from '../ui/sample.ts';

const text = `version: 1
name: berlin
nodes:
  - name: ks-1
    reach: 10.0.4.21
    role: manager
    network: { mode: static, address: 10.0.4.21/24, gateway: 10.0.4.1 }
    volumes:
      - { name: logs, volumeGroup: ubuntu-vg, size: 20, mount: /var/log/kloudspot }
      - { name: dumps, device: /dev/sdc, erase: sdc }
    storage: { reserve: 30 }
network: { virtualAddress: 10.0.4.30 }
cluster: { channel: 1.34/stable, services: [observability] }
features: [kloudmanage]
storage:
  volumes: { kafka: 12 }
customer: { dnsName: spot.acme.eu, reference: acme }
chart: { reference: oci://registry.example.org/kloudspot, version: 2.4.1 }
namespace: spot
registry:
  host: registry.example.org
  user: robot
  mirrors: { docker.io: proxy/docker-hub, quay.io: proxy/quay }
values:
  replicas: 2
  logging: { level: debug }
`;
const draft = parseDraft(text);
const viewOf = (at: SiteDraft): WizardView => ({
  draft: at,
  product,
  facts: wholeFacts,
  machine: thisMachine,
  source: keyLines(text, '/etc/kloudspot/site.yaml'),
});
const said = (page: PageId, at = draft) =>
  pageNotes(pageOf(page), viewOf(at)).filter(({ text: words }) => words.startsWith('Also in'));
const lineOf = (part: string) => text.split('\n').findIndex((line) => line.includes(part)) + 1;

describe('settings that only the file says', () => {
  it('stand on the page of their subject, with their line', () => {
    expect(said('features')).toEqual([
      {
        grade: 'plain',
        text: `Also in site.yaml, and kept: chart, 2 entries (line ${lineOf('chart:')}); registry.mirrors, 2 entries (line ${lineOf('mirrors:')}); values, 2 entries (line ${lineOf('values:')}).`,
      },
    ]);
    const [storage] = said('storage');
    expect(storage?.text).toContain(`ks-1 volumes, 2 entries (line ${lineOf('volumes:')})`);
    expect(storage?.text).toContain(`ks-1 storage.reserve 30 (line ${lineOf('reserve: 30')})`);
    expect(said('network')[0]?.text).toContain('ks-1 network.gateway 10.0.4.1');
  });

  it('say nothing of what a field shows', () => {
    for (const page of pages) expect(said(page.id, wholeDraft)).toEqual([]);
  });

  it('are all there after the pages, and in the file that is written', () => {
    const settled = settle(viewOf(draft));
    expect(settled).toMatchObject(draft);
    expect(parseDraft(siteText(settled, text))).toMatchObject(draft);
    expect(judgeDraft(settled)).toHaveProperty('site');
  });
});

describe('the registry', () => {
  const field = (id: string, at: SiteDraft) => {
    const found = pageOf('features')
      .fields(viewOf(at))
      .find((one) => one.id === id);
    if (!found) throw new Error(`${id} is not asked`);
    return found;
  };
  const ids = (at: SiteDraft) =>
    pageOf('features')
      .fields(viewOf(at))
      .map(({ id }) => id)
      .filter((id) => id.startsWith('registry.'));

  it('is asked for its user once it has a host, and for a secret once it has a user', () => {
    expect(ids(wholeDraft)).toEqual(['registry.host']);
    const hosted = takeText(wholeDraft, field('registry.host', wholeDraft), 'registry.example.org').draft;
    expect(ids(hosted)).toEqual(['registry.host', 'registry.user']);
    const logged = takeText(hosted, field('registry.user', hosted), 'robot').draft;
    expect(ids(logged)).toEqual(['registry.host', 'registry.user', 'registry.secretFile']);
    expect(takeText(logged, field('registry.host', logged), 'https://x y').problem).toMatch(/expected/);
    const gone = takeText(logged, field('registry.host', logged), '').draft;
    expect(gone).toEqual(removeAt(wholeDraft, ['registry']));
  });

  it('keeps mirrors that the file names', () => {
    const gone = takeText(draft, field('registry.host', draft), '').draft;
    expect(gone['registry']).toEqual({ mirrors: { 'docker.io': 'proxy/docker-hub', 'quay.io': 'proxy/quay' } });
  });
});

it('a namespace and what stays free in groups are fields', () => {
  const of = (page: PageId) =>
    pageOf(page)
      .fields(viewOf(wholeDraft))
      .map(({ id }) => id);
  expect(of('features')).toContain('namespace');
  expect(of('storage')).toContain('storage.reserve');
  const kept = setAt(wholeDraft, ['storage', 'reserve'], 25);
  expect(settle(viewOf(kept))).toMatchObject({ storage: { reserve: 25 } });
});
