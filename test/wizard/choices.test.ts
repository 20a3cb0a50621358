import { expect, test } from 'vitest';
import { defaultChannel } from '../../source/microk8s/tracks.ts';
import { loadProduct } from '../../source/product/load.ts';
import type { SiteDraft } from '../../source/site/schema.ts';
import { takeText } from '../../source/wizard/draft/draft.ts';
import { proxyFields } from '../../source/wizard/pages/proxy.ts';
import { serviceFields } from '../../source/wizard/pages/services.ts';

const product = await loadProduct('kloudspot');
const machine = { now: () => 0, file: () => ({ problem: 'there is none' }) };
const viewOf = (draft: SiteDraft) => ({ draft, product, facts: new Map(), machine });

test('a service is switched on and off, and a list that says nothing new is left out', () => {
  const labels = (draft: SiteDraft) => serviceFields(viewOf(draft)).map(({ label }) => label);
  expect(labels({ cluster: { channel: defaultChannel } })).toContain('Kubernetes dashboard');
  expect(labels({ cluster: { channel: '1.36/stable' } })).not.toContain('Kubernetes dashboard');
  const [metrics] = serviceFields(viewOf({}));
  if (metrics === undefined) throw new Error('no field');
  const { draft } = takeText({}, metrics, 'yes');
  expect(draft).toEqual({ cluster: { services: ['metrics-server'] } });
  expect(takeText(draft, metrics, 'no').draft).toEqual({});
});

test('what belongs to a proxy is asked once there is one, and a login in it is refused', () => {
  const [http] = proxyFields(viewOf({}));
  if (http === undefined) throw new Error('no field');
  expect(proxyFields(viewOf({}))).toHaveLength(1);
  const { draft } = takeText({}, http, 'http://proxy:3128');
  const all = proxyFields(viewOf(draft));
  expect(all.map(({ label }) => label)).toEqual(['Proxy', 'Proxy for HTTPS', 'Reached directly']);
  const direct = all.at(-1);
  expect(direct && takeText(draft, direct, '.acme.eu 10.8.0.0/16').draft).toEqual({
    network: { proxy: { http: 'http://proxy:3128', noProxy: ['.acme.eu', '10.8.0.0/16'] } },
  });
  expect(takeText({}, http, 'http://me:secret@proxy:3128').problem).toContain('without user and password');
});
