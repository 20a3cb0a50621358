import { describe, expect, it } from 'vitest';
import { carrierOf, clusterAddress, wantedAddress } from '../../source/network/addresses.ts';
import { shareAddresses } from '../../source/site/address-rules.ts';
import { face, facts, node } from './a-node.ts';

const plain = node({ network: undefined });

describe('the address of a node in the cluster', () => {
  it('is the static one wanted', () => {
    expect(wantedAddress(node())).toEqual({ address: '10.0.4.22', prefix: 24 });
    expect(clusterAddress(node(), facts('ks-2'))).toBe('10.0.4.22');
    expect(wantedAddress(node({ network: { mode: 'dhcp', address: '10.0.4.22/24' } }))).toBeUndefined();
  });

  const two = { interfaces: [face('ens18', '10.0.4.87/24'), face('ens19', '172.16.0.2/24', '172.16.0.9/24')] };
  it.each([
    ['the one that answered', plain, facts('ks-2', two, '172.16.0.9'), '172.16.0.9'],
    [
      'of the interface named',
      node({ network: { mode: 'dhcp', interface: 'ens19' } }),
      facts('ks-2', two),
      '172.16.0.2',
    ],
    ['where a name was reached', { ...plain, reach: 'ks-2.acme.eu' }, facts('ks-2', two), '10.0.4.87'],
    [
      'of the default route, on the workstation itself',
      { ...plain, reach: 'localhost' },
      facts('ks-2', two, '127.0.0.1'),
      '10.0.4.87',
    ],
    [
      'of the default route, behind a translated address',
      { ...plain, reach: '203.0.113.9' },
      facts('ks-2', two, '203.0.113.9'),
      '10.0.4.87',
    ],
    ['the reach, before anything was seen', plain, undefined, '10.0.4.87'],
  ])('is %s', (_name, one, seen, address) => {
    expect(clusterAddress(one, seen)).toBe(address);
  });

  it('cannot be told of a name alone', () => {
    expect(() => clusterAddress({ ...plain, reach: 'ks-2' })).toThrow('ks-2 has no IPv4 address');
  });

  it('is carried by no interface that is not there', () => {
    expect(carrierOf(node({ network: { mode: 'dhcp', interface: 'x' } }), facts('ks-2'))).toBeUndefined();
  });
});

describe('arithmetic', () => {
  it.each([
    ['10.1.0.0/16', '10.0.0.0/8', true],
    ['10.1.4.0/24', '10.1.0.0/16', true],
    ['10.2.0.0/16', '10.1.0.0/16', false],
    ['192.168.1.128/25', '192.168.1.0/25', false],
  ])('%s and %s overlap: %s, both ways', (a, b, answer) => {
    expect(shareAddresses(a, b)).toBe(answer);
    expect(shareAddresses(b, a)).toBe(answer);
  });
});
