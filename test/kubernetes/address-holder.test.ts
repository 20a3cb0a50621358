import { expect, test } from 'vitest';
import { holderOf } from '../../source/kubernetes/address-holder.ts';
import { eventObject, layer2StatusObject, serviceObject } from '../../source/kubernetes/objects.ts';

const service = (name: string, ip: string) =>
  serviceObject.parse({ metadata: { name }, status: { loadBalancer: { ingress: [{ ip }] } } });
const said = (name: string, node: string, lastTimestamp: string) =>
  eventObject.parse({
    metadata: { name: `${name}.${node}` },
    reason: 'nodeAssigned',
    message: `announcing from node "${node}" with protocol "layer2"`,
    involvedObject: { kind: 'Service', name },
    lastTimestamp,
  });
const services = [service('other', '10.0.4.31'), service('ingress', '10.0.4.30')];
const events = [
  said('ingress', 'ks-1', '2026-11-21T08:00:00Z'),
  said('ingress', 'ks-2', '2026-11-21T09:00:00Z'),
  said('other', 'ks-3', '2026-11-21T10:00:00Z'),
];

const object = (serviceName: string, node: string, creationTimestamp: string) =>
  layer2StatusObject.parse({ metadata: { creationTimestamp }, status: { node, serviceName } });
const records = { services, layer2: [], events, lost: new Set<string>() };

test('an older MetalLB tells it in its events: the newest of that service counts', () => {
  expect(holderOf('10.0.4.30', records)).toEqual({ node: 'ks-2', since: '2026-11-21T09:00:00Z' });
});

test('an object that is newer than the events counts; an event of another node says nothing about since when', () => {
  const layer2 = [object('other', 'ks-3', '2026-11-21T11:00:00Z'), object('ingress', 'ks-1', '2026-11-21T10:00:00Z')];
  expect(holderOf('10.0.4.30', { ...records, layer2 })).toEqual({ node: 'ks-1', since: undefined });
});

test('the object of a node that died stays: the newer one of its successor counts', () => {
  const layer2 = [object('ingress', 'ks-1', '2026-11-21T08:00:00Z'), object('ingress', 'ks-2', '2026-11-21T09:00:00Z')];
  expect(holderOf('10.0.4.30', { ...records, layer2 })).toEqual({ node: 'ks-2', since: '2026-11-21T09:00:00Z' });
});

test('the successor could not write its object: its event counts, also while the lost node still counts as ready', () => {
  const layer2 = [object('ingress', 'ks-1', '2026-11-21T08:00:00Z')];
  for (const lost of [new Set<string>(), new Set(['ks-1'])])
    expect(holderOf('10.0.4.30', { ...records, layer2, lost })).toMatchObject({ node: 'ks-2' });
});

test('a node that is back announces again, with the object that it always had', () => {
  const layer2 = [object('ingress', 'ks-1', '2026-11-21T08:00:00Z')];
  const back = [...events, said('ingress', 'ks-1', '2026-11-21T09:30:00Z')];
  expect(holderOf('10.0.4.30', { ...records, layer2, events: back })).toMatchObject({ node: 'ks-1' });
});

test('with the object of a lost node alone no one knows who answers', () => {
  const layer2 = [object('ingress', 'ks-1', '2026-11-21T08:00:00Z')];
  expect(holderOf('10.0.4.30', { ...records, layer2, events: [], lost: new Set(['ks-1']) })).toBeUndefined();
});

test('no one holds an address that is not given', () => {
  expect(holderOf('10.0.4.30', { ...records, services: [] })).toBeUndefined();
});
