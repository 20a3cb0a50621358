import { expect, test } from 'vitest';
import type { NodeFacts } from '../../source/facts/facts.ts';
import { identitiesToGive } from '../../source/network/identities.ts';
import { healthyFacts, healthySite } from '../facts-fixtures.ts';

const site = healthySite();
const shared = { machineId: 'a'.repeat(32), initiatorName: 'iqn.2004-10.com.ubuntu:01:aaaa', hostKey: 'SHA256:same' };
const clone = (node: string, more: Partial<NodeFacts> = {}): [string, NodeFacts] => {
  const own = healthyFacts(node);
  const identity = own.identity && { ...own.identity, ...shared };
  return [node, { ...own, ...(identity ? { identity } : {}), ...more }];
};
const joined = { installed: true, running: true, joined: true, worker: false };

test('of clones the first keeps what they share; the others get what is unlike any other, and the same each time', () => {
  const facts = new Map([clone('ks-1'), clone('ks-2'), clone('ks-3')]);
  const given = identitiesToGive(site, facts);
  expect([...given.keys()]).toEqual(['ks-2', 'ks-3']);
  const [two, three] = [given.get('ks-2'), given.get('ks-3')];
  expect(two?.machineId).toMatch(/^[0-9a-f]{12}4[0-9a-f]{3}a[0-9a-f]{15}$/);
  expect(two?.initiatorName).toMatch(/^iqn\.2004-10\.com\.ubuntu:01:[0-9a-f]{12}$/);
  expect(two?.sharedHostKey).toBe('SHA256:same');
  expect(new Set([two?.machineId, three?.machineId, shared.machineId]).size).toBe(3);
  expect(new Set([two?.initiatorName, three?.initiatorName]).size).toBe(2);
  expect(identitiesToGive(site, facts)).toEqual(given);
});

test('a member of a cluster keeps its own, wherever it stands; two members are both left alone', () => {
  const one = new Map([clone('ks-1'), clone('ks-2', { microk8s: joined })]);
  expect([...identitiesToGive(site, one).keys()]).toEqual(['ks-1']);
  const two = new Map([clone('ks-1', { microk8s: joined }), clone('ks-2', { microk8s: joined })]);
  expect(identitiesToGive(site, two).size).toBe(0);
});

test('machines that share nothing get nothing', () => {
  expect(identitiesToGive(site, new Map(site.nodes.map(({ name }) => [name, healthyFacts(name)]))).size).toBe(0);
});
