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

test('an older MetalLB tells it in its events: the newest of that service counts', () => {
  expect(holderOf('10.0.4.30', services, [], events)).toEqual({ node: 'ks-2', since: '2026-11-21T09:00:00Z' });
});

test('a newer one keeps it; an event of another node says nothing about since when', () => {
  const layer2 = [
    layer2StatusObject.parse({ status: { node: 'ks-3', serviceName: 'other' } }),
    layer2StatusObject.parse({ status: { node: 'ks-1', serviceName: 'ingress' } }),
  ];
  expect(holderOf('10.0.4.30', services, layer2, events)).toEqual({ node: 'ks-1', since: undefined });
});

test('the object of a node that died stays: the newer one of its successor counts', () => {
  const kept = (node: string, creationTimestamp: string) =>
    layer2StatusObject.parse({ metadata: { creationTimestamp }, status: { node, serviceName: 'ingress' } });
  const layer2 = [kept('ks-1', '2026-11-21T08:00:00Z'), kept('ks-2', '2026-11-21T09:00:00Z')];
  expect(holderOf('10.0.4.30', services, layer2, events)).toEqual({ node: 'ks-2', since: '2026-11-21T09:00:00Z' });
});

test('nobody holds an address that is not given', () => {
  expect(holderOf('10.0.4.30', [], [], events)).toBeUndefined();
});
