import { mkdir, mkdtemp, rm, rmdir, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { readFacts } from '../../source/facts/parts.ts';
import { factsProbe, probeText, readSections } from '../../source/facts/probe.ts';
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

describe("folders of MicroK8s' data", () => {
  test.each([
    ['folders', '', undefined],
    ['a link', '/var/snap/microk8s /data/micro k8s\n', { path: '/var/snap/microk8s', target: '/data/micro k8s' }],
  ])('%s', (_, text, expected) => {
    expect(facts({ 'data-links': said(text) }).storage?.snapLink).toEqual(expected);
  });

  test('the shell that asks finds a link, and none on a plain folder', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'snap-links-'));
    await mkdir(join(folder, 'data'));
    const ask = () => execa('bash', ['-c', factsProbe([]).text.replaceAll('/var/snap', `${folder}/snap`)]);
    const link = async () =>
      readFacts(readSections((await ask()).stdout.replaceAll(`${folder}/snap`, '/var/snap')), 0, 0).storage?.snapLink;
    await mkdir(join(folder, 'snap'));
    expect(await link()).toBeUndefined();
    await rmdir(join(folder, 'snap'));
    await symlink(join(folder, 'data'), join(folder, 'snap'));
    expect(await link()).toEqual({ path: '/var/snap', target: join(folder, 'data') });
    await rm(folder, { recursive: true });
  });
});

test("days of MicroK8s' own certificates", () => {
  const dates = 'ca notAfter=Nov 26 12:00:00 2036 GMT\nserver notAfter=Nov 26 12:00:00 2027 GMT\n';
  const installed = {
    'snap-microk8s': said(
      'Name      Version  Rev   Tracking     Publisher   Notes\nmicrok8s  v1.34.1  8000  1.34/stable  canonical✓  classic\n',
    ),
    'microk8s-certificates': said(dates),
  };
  expect(facts(installed).microk8s?.certificates).toEqual([
    { name: 'ca', until: '2036-11-26T12:00:00.000Z' },
    { name: 'server', until: '2027-11-26T12:00:00.000Z' },
  ]);
});
