import { describe, expect, test } from 'vitest';
import { readFacts } from '../../source/facts/parts.ts';
import { probeText, readSections } from '../../source/facts/probe.ts';
import { type Recording, said, ubuntu } from './recorded/ubuntu.ts';

const facts = (change: Recording) => readFacts(readSections(probeText({ ...ubuntu, ...change })), 0, 0);

describe('firewalls', () => {
  const nft = `table inet filter {
	chain input {
		type filter hook input priority filter; policy drop;
	}
	chain output {
		type filter hook output priority filter; policy drop;
	}
}
table ip filter {
	chain FORWARD {
		type filter hook forward priority filter; policy accept;
	}
}
`;
  test.each([
    ['nftables', nft, { ufw: false, dropping: [{ table: 'inet filter', chain: 'input', hook: 'input' }] }],
    [
      'iptables',
      '-P INPUT ACCEPT\n-P FORWARD DROP\n',
      { ufw: false, dropping: [{ table: 'ip filter', chain: 'FORWARD', hook: 'forward' }] },
    ],
    ['ufw', 'Status: active\n', { ufw: true, dropping: [] }],
    ['none', 'Status: inactive\n', { ufw: false, dropping: [] }],
  ])('%s', (_, text, expected) => {
    expect(facts({ firewall: said(text) }).services?.firewall).toEqual(expected);
  });
});

test('the password of a proxy is not kept', () => {
  const { services } = facts({
    proxies: said('HTTPS_PROXY="http://ann:secret@proxy:3128"\nexport no_proxy=localhost\n'),
  });
  expect(services?.proxies).toEqual(
    new Map([
      ['https_proxy', 'http://***@proxy:3128'],
      ['no_proxy', 'localhost'],
    ]),
  );
});

test('multipathd: the blacklist, not the defaults', () => {
  expect(facts({}).services?.multipathBlacklist).toMatch(/^blacklist \{\n\tdevnode "!\^\(sd/);
  expect(facts({ services: said('') }).services?.multipathBlacklist).toBeUndefined();
});

test.each([
  ['error: too early for operation, device not yet seeded or device model not acknowledged'],
  [
    'error: cannot list snaps: cannot communicate with server: Get "http://localhost/v2/snaps": dial unix /run/snapd.socket: connect: connection refused',
  ],
])('snapd does not work: %s', (words) => {
  const seen = facts({ 'snap-microk8s': said('', 1, words) });
  expect(seen.packages?.snapdProblem).toBe(words);
});

test('a broken snap is called so', () => {
  const seen = facts({
    'snap-microk8s': said(
      'Name      Version  Rev   Tracking     Publisher   Notes\nmicrok8s  -        8511  -            -           broken\n',
    ),
  });
  expect(seen.microk8s).toMatchObject({ installed: true, broken: true });
  expect(seen.packages?.snapdProblem).toBeUndefined();
});
