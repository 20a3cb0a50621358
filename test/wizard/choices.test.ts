import { expect, test } from 'vitest';
import { defaultChannel } from '../../source/microk8s/tracks.ts';
import { loadProduct } from '../../source/product/load.ts';
import type { SiteDraft } from '../../source/site/schema.ts';
import { takeText } from '../../source/wizard/draft/draft.ts';
import type { Field } from '../../source/wizard/page.ts';
import { firewallFields } from '../../source/wizard/pages/firewall.ts';
import { nodeMemoryFields } from '../../source/wizard/pages/node-memory.ts';
import { proxyFields } from '../../source/wizard/pages/proxy.ts';
import { serviceFields } from '../../source/wizard/pages/services.ts';
import { userFields } from '../../source/wizard/pages/users.ts';
import { wholeFacts } from '../ui/sample.ts';

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

/** The answer to a field of this label, in a draft that shows it. */
function answered(
  fields: (view: ReturnType<typeof viewOf>) => readonly Field[],
  draft: SiteDraft,
  label: string,
  text: string,
) {
  const field = fields(viewOf(draft)).find((each) => each.label === label);
  if (field === undefined) throw new Error(`there is no field ${label}`);
  return takeText(draft, field, text);
}

test('the administrators of a packet filter are asked once there is one, and it stays without them', () => {
  const answer = (draft: SiteDraft, label: string, text: string) => answered(firewallFields, draft, label, text);
  expect(firewallFields(viewOf({})).map(({ label }) => label)).toEqual(['Packet filter']);
  const on = answer({}, 'Packet filter', 'yes').draft;
  expect(on).toEqual({ network: { firewall: {} } });
  const some = answer(on, 'Administrators', '10.0.9.0/24 192.168.1.7/32').draft;
  expect(some).toEqual({ network: { firewall: { administrators: ['10.0.9.0/24', '192.168.1.7/32'] } } });
  expect(answer(some, 'Packet filter', 'yes').draft).toEqual(some);
  expect(answer(some, 'Administrators', '').draft).toEqual(on);
  expect(answer(some, 'Packet filter', 'no').draft).toEqual({});
  expect(answer(on, 'Administrators', '10.0.9.1/24').problem).toContain('a network in prefix notation');
});

test('the memory that the product is sized for is asked where its values follow from it, and is the memory of a whole node', async () => {
  const answer = (draft: SiteDraft, text: string) => answered(nodeMemoryFields, draft, 'Memory per node', text);
  const sized = answer({}, '64').draft;
  expect(sized).toEqual({ cluster: { nodeMemoryGiB: 64 } });
  expect(answer(sized, '').draft).toEqual({});
  expect(answer({}, '64 GB').draft).toEqual(sized);
  expect(answer({}, '62.7').problem).toContain('not a whole number');
  expect(answer({}, '0').problem).toContain('too small');
  expect(answer({}, '70000').problem).toContain('too large');
  const [field] = nodeMemoryFields({ ...viewOf({}), facts: wholeFacts });
  expect(field?.help).toMatch(/The smallest node that was seen has \d[\d.]* GB\./);
  const foresight = await loadProduct('foresight');
  expect(nodeMemoryFields({ ...viewOf({}), product: foresight })).toEqual([]);
});

test('an issuer of logins is asked once rights are, and goes with them', () => {
  const answer = (draft: SiteDraft, label: string, text: string) => answered(userFields, draft, label, text);
  expect(userFields(viewOf({})).map(({ label }) => label)).toEqual(['RBAC']);
  const on = answer({}, 'RBAC', 'yes').draft;
  const issuer = answer(on, 'Login issuer', 'https://login.example.org').draft;
  const whole = answer(issuer, 'Client ID', 'cluster').draft;
  expect(whole).toEqual({
    cluster: { rbac: true, oidc: { issuer: 'https://login.example.org', clientId: 'cluster' } },
  });
  expect(answer(whole, 'Login issuer', '').draft).toEqual(on);
  expect(answer(whole, 'RBAC', 'no').draft).toEqual({});
  expect(answer(on, 'Login issuer', 'http://login.example.org').problem).toContain('https://');
});
