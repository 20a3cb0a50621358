import { describe, expect, it } from 'vitest';
import { refuseBuilt, relocatedSite, relocationOf } from '../../source/app/relocate.ts';
import { memberAddress } from '../../source/check/subjects/member-address.ts';
import type { MicroK8sFacts } from '../../source/facts/facts.ts';
import { factsOf, product, siteOf } from '../plan/sample.ts';
import { standingOf } from '../plan/standing/a-cluster.ts';

const shape = { managers: 3 };
const site = siteOf(shape);
const facts = factsOf(shape);

function withMicroK8s(microk8s: Partial<MicroK8sFacts>) {
  const base = { installed: true, running: true, worker: false, joined: false };
  return new Map([...facts].map(([name, seen]) => [name, { ...seen, microk8s: { ...base, ...microk8s } }]));
}

describe('a change of all addresses', () => {
  it('takes them by name, and other keys with them', async () => {
    const set = ['network.gateway=10.8.0.1', 'network.virtualAddress=10.8.0.30'];
    const addresses = site.nodes.map(({ name }, index) => `${name}=10.8.0.2${index + 1}/24`);
    const changed = await relocatedSite(site, '/nowhere/site.yaml', relocationOf(site, { addresses, set }));
    expect(changed?.site.nodes.map(({ network }) => `${network?.mode} ${network?.address}`)).toEqual([
      'static 10.8.0.21/24',
      'static 10.8.0.22/24',
      'static 10.8.0.23/24',
    ]);
    expect(changed?.site.network).toMatchObject({ gateway: '10.8.0.1', virtualAddress: '10.8.0.30' });
    expect(await relocatedSite(site, '/nowhere/site.yaml', [])).toBeUndefined();
  });

  it.each([
    ['ks-9=10.8.0.29/24', /has no node ks-9/],
    ['10.8.0.29/24', /is not NAME=ADDRESS\/PREFIX/],
    ['ks-1=', /is not NAME=ADDRESS\/PREFIX/],
  ])('%s is refused', (text, words) => {
    expect(() => relocationOf(site, { addresses: [text], set: [] })).toThrow(words);
  });

  it('is refused where MicroK8s is installed, with the reason and the way', () => {
    const base = { standing: undefined, cluster: undefined };
    expect(() => refuseBuilt({ ...base, facts })).not.toThrow();
    const refusal = expect.objectContaining({
      why: expect.stringContaining('datastore'),
      next: expect.arrayContaining([
        expect.stringContaining('backup'),
        expect.stringContaining('apply'),
        expect.stringContaining('restore'),
      ]),
      exitCode: 6,
    });
    const refused = (living: Parameters<typeof refuseBuilt>[0]) => {
      try {
        return refuseBuilt(living);
      } catch (error) {
        return error;
      }
    };
    expect(refused({ ...base, facts: withMicroK8s({ running: false }) })).toEqual(refusal);
    expect(refused({ ...base, facts, cluster: standingOf(shape) })).toEqual(refusal);
  });
});

describe("a member's address", () => {
  const elsewhere = {
    ...site,
    nodes: site.nodes.map((node, index) => ({
      ...node,
      network: { mode: 'static' as const, address: `10.0.4.${140 + index}/24` },
    })),
  };
  const grades = (of: typeof site, seen: typeof facts) =>
    memberAddress.judge({ site: of, product, facts: seen }).map(({ grade }) => grade);

  it('does not change by apply; that of a machine that is in no cluster does', () => {
    expect(grades(elsewhere, facts)).toEqual(['pass', 'pass', 'pass']);
    expect(grades(elsewhere, withMicroK8s({ joined: true }))).toEqual(['fail', 'fail', 'fail']);
  });

  it('is the one by which the cluster knows it', () => {
    const joined = withMicroK8s({ joined: true });
    const nodes = elsewhere.nodes.map(({ name, role, network }) => ({
      name,
      role,
      address: network.address.replace('/24', ''),
    }));
    const evidence = { atMs: 0, cluster: { nodes, givenAddresses: [] } };
    const found = memberAddress.judge({ site: elsewhere, product, facts: joined, evidence });
    expect(found.map(({ grade }) => grade)).toEqual(['pass', 'pass', 'pass']);
  });
});
