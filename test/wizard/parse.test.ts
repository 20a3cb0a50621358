import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as parse from '../../source/wizard/parse.ts';

const gb = parse.whole(1, 1_000_000, 'GB');
const yes: readonly (readonly [string, parse.Parse, string, unknown])[] = [
  ['address', parse.address, '10.0.4.21', '10.0.4.21'],
  ['prefix', parse.addressWithPrefix, '10.0.4.21/24', '10.0.4.21/24'],
  ['host name', parse.hostName, 'ks-1', 'ks-1'],
  ['DNS name', parse.dnsName, 'spot.acme.eu', 'spot.acme.eu'],
  ['reach by name', parse.reach, 'ks-1.acme.eu', 'ks-1.acme.eu'],
  ['size', gb, '180', 180],
  ['size with its unit', gb, '10GB', 10],
  ['list', parse.listOf(parse.address), '10.0.0.1, 10.0.0.2 10.0.0.1', ['10.0.0.1', '10.0.0.2']],
  ['yes', parse.yesNo, 'Y', true],
  ['no', parse.yesNo, 'no', false],
  [
    'choice by its beginning',
    parse.oneOf([
      { value: 'manager', label: 'manager' },
      { value: 'worker', label: 'worker' },
    ]),
    'w',
    'worker',
  ],
  ['volume group', parse.lvmName, 'ubuntu-vg', 'ubuntu-vg'],
  ['channel', parse.channel, '1.34/stable', '1.34/stable'],
];

const no: readonly (readonly [string, parse.Parse, string, RegExp])[] = [
  ['an address without prefix', parse.addressWithPrefix, '10.0.4.21', /has no prefix: write 10\.0\.4\.21\/24/],
  ['the address of the subnet', parse.addressWithPrefix, '10.0.4.0/24', /is the network address of/],
  ['the broadcast address', parse.addressWithPrefix, '10.0.4.255/24', /broadcast/],
  ['a prefix too long', parse.addressWithPrefix, '10.0.4.21/33', /not an address with prefix/],
  ['a prefix where none belongs', parse.address, '10.0.4.30/24', /write 10\.0\.4\.30/],
  ['an octet too large', parse.address, '10.0.4.300', /from 0 to 255/],
  ['a capital letter', parse.hostName, 'Ks-1', /capital letter: write ks-1/],
  ['an underscore', parse.hostName, 'ks_1', /underscore.*write ks-1/],
  ['a dot', parse.hostName, 'ks-1.acme.eu', /short name only, ks-1/],
  ['a name of every machine', parse.hostName, 'localhost', /every machine itself/],
  ['another script', parse.hostName, 'тест', /a name has only lower-case letters/],
  ['a hyphen at the end', parse.hostName, 'ks-', /hyphen/],
  ['a capital letter and a blank', parse.hostName, 'Berlin West!', /capital letter: write berlin-west$/],
  ['a dot behind capital letters', parse.hostName, 'KS_1.local', /capital letter: write ks-1$/],
  ['a dot behind other letters', parse.hostName, 'тест.рф', /only lower-case letters/],
  ['a dot at the beginning', parse.hostName, '.rf', /only lower-case letters/],
  ['a capital letter in a DNS name with blanks', parse.dnsName, 'Spot Acme.eu', /is not a DNS name/],
  ['64 characters', parse.hostName, 'a'.repeat(64), /64 characters: at most 63/],
  ['a URL', parse.dnsName, 'https://spot.acme.eu/x', /URL: give the name alone, such as spot\.acme\.eu/],
  ['an address as DNS name', parse.dnsName, '10.0.4.30', /is an address/],
  ['a user in the address', parse.reach, 'ubuntu@ks-1', /user goes into its own column/],
  ['a range with a leading zero', parse.reach, '10.0.4.01-3', /not a range of addresses/],
  ['a range backwards', parse.reach, '10.0.4.23-21', /not a range of addresses/],
  ['half an address', parse.reach, '10.0.4', /not an IPv4 address/],
  ['0 GB', gb, '0', /at least 1 GB/],
  ['below zero', gb, '-1', /below zero/],
  ['far too large', gb, '1000000000', /at most 1000000 GB/],
  ['1e9', gb, '1e9', /not a number/],
  ['text', gb, 'ten', /not a number/],
  ['a fraction', gb, '1.5', /not a whole number: write 2/],
  ['one wrong of several', parse.listOf(parse.address), '10.0.0.1, x', /^x is not an IPv4/],
  ['maybe', parse.yesNo, 'maybe', /yes or no/],
  ['a path as volume group', parse.lvmName, '/dev/vg0', /path/],
  ['a channel without risk', parse.channel, '1.34', /write 1\.34\/stable/],
];

describe('field parsers', () => {
  it.each(yes)('take %s', (_, parser, text, value) => expect(parser(text)).toEqual({ value }));

  it.each(no)('refuse %s', (_, parser, text, problem) => {
    const parsed = parser(text);
    expect('problem' in parsed && parsed.problem).toMatch(problem);
  });

  it('answer any text in one line and never throw', () => {
    const parsers = [...yes, ...no].map(([, parser]) => parser);
    fc.assert(
      fc.property(fc.constantFrom(...parsers), fc.string({ maxLength: 80 }), (parser, text) => {
        const parsed = parser(text);
        return 'value' in parsed || !parsed.problem.replace(text, '').includes('\n');
      }),
    );
  });
});
