import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addressProbe, parseAddressAnswers } from '../../source/facts/address-probe.ts';
import { type PairAnswers, pairsProbe, parsePairAnswers } from '../../source/facts/pairs-probe.ts';
import { parseReachAnswer, reachProbe } from '../../source/facts/reach-probe.ts';

const id = process.pid % 10_000;
const names = ['a', 'b', 'c'].map((letter) => `kp${id}${letter}`);
const bridge = `kpb${id}`;
const ip = (...words: string[]) => execFileSync('ip', words, { stdio: 'pipe' });
const address = (name: string) => `10.213.7.${names.indexOf(name) + 1}`;
const ports = ['tcp 16443', 'tcp 25000', 'udp 4789'];

function canMakeNamespaces(): boolean {
  const made = spawnSync('ip', ['netns', 'add', `kpt${id}`]).status === 0;
  if (made) spawnSync('ip', ['netns', 'del', `kpt${id}`]);
  return made;
}
const possible = canMakeNamespaces();
const required = process.env['KLOUDSPOT_REQUIRE'] === 'all';

/** The probe on three nodes at once, each in a network of its own. */
function probeAll(): Promise<(PairAnswers | undefined)[]> {
  return Promise.all(
    names.map((name) => {
      const peers = names
        .filter((other) => other !== name)
        .map((other) => ({ name: other, address: address(other), ports }));
      const probe = pairsProbe({ token: 'a-token', name, address: address(name), mtu: 1500, listen: ports, peers });
      const child = spawn('ip', [
        'netns',
        'exec',
        name,
        'bash',
        '-c',
        probe.text,
        'all-pairs',
        ...(probe.arguments ?? []),
      ]);
      let printed = '';
      child.stdout.on('data', (chunk) => {
        printed += chunk;
      });
      return new Promise<PairAnswers | undefined>((resolve) => {
        child.on('close', () => resolve(parsePairAnswers(printed)));
      });
    }),
  );
}

const readFileOn = (name: string, path: string) =>
  execFileSync('ip', ['netns', 'exec', name, 'cat', path], { encoding: 'utf8' });

const closed = (answers: readonly (PairAnswers | undefined)[]) =>
  answers.flatMap((answer, index) =>
    (answer?.peers ?? []).flatMap(({ to, ports: seen }) =>
      Object.entries(seen).flatMap(([port, state]) =>
        state === 'open' ? [] : [`${names[index]} ${to} ${port} ${state}`],
      ),
    ),
  );

describe.skipIf(!possible && !required)('three nodes on one network (skipped without the right to make one)', () => {
  beforeAll(() => {
    ip('link', 'add', bridge, 'type', 'bridge');
    ip('link', 'set', bridge, 'up');
    for (const name of names) {
      ip('netns', 'add', name);
      // A name server that is away, as in a server room without internet: lookups outlast the probe.
      mkdirSync(`/etc/netns/${name}`, { recursive: true });
      writeFileSync(`/etc/netns/${name}/resolv.conf`, 'nameserver 10.213.7.99\noptions timeout:10 attempts:3\n');
      ip('link', 'add', `v${name}`, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name);
      ip('link', 'set', `v${name}`, 'master', bridge, 'up');
      ip('-n', name, 'address', 'add', `${address(name)}/24`, 'dev', 'eth0');
      for (const device of ['lo', 'eth0']) ip('-n', name, 'link', 'set', device, 'up');
    }
  });
  afterAll(() => {
    for (const name of names) {
      spawnSync('ip', ['netns', 'del', name]);
      rmSync(`/etc/netns/${name}`, { recursive: true, force: true });
    }
    spawnSync('ip', ['link', 'del', bridge]);
  });

  test('each reaches each, with latency and packet size, and no listener stays', async () => {
    const answers = await probeAll();
    expect(answers.map((answer) => answer?.peers.length)).toEqual([2, 2, 2]);
    expect(closed(answers)).toEqual([]);
    for (const peer of answers.flatMap((answer) => answer?.peers ?? [])) {
      expect(peer).toMatchObject({ mtu: 1500, latencyMs: expect.any(Number), clockMs: expect.any(Number) });
      expect(Math.abs(peer.clockMs ?? Number.NaN)).toBeLessThan(1000);
    }
    for (const name of names)
      expect(execFileSync('ip', ['netns', 'exec', name, 'ss', '-Hlntu'], { encoding: 'utf8' })).toBe('');
  });

  test('a filter between two nodes shows in that direction and on that port alone', async () => {
    const [from = '', to = ''] = names;
    const rule = ['to', address(to), 'ipproto', 'tcp', 'dport', '16443', 'blackhole'];
    ip('-n', from, 'rule', 'add', 'pref', '10', ...rule);
    try {
      expect(closed(await probeAll())).toEqual([`${from} ${to} tcp 16443 silent`]);
    } finally {
      ip('-n', from, 'rule', 'del', 'pref', '10');
    }
  });

  test('a link that takes smaller packets only is measured', async () => {
    const [small = ''] = names;
    ip('link', 'set', `v${small}`, 'mtu', '1400');
    try {
      const answers = await probeAll();
      expect(answers[1]?.peers.find(({ to }) => to === small)?.mtu).toBe(1400);
      expect(answers[1]?.peers.find(({ to }) => to === names[2])?.mtu).toBe(1500);
    } finally {
      ip('link', 'set', `v${small}`, 'mtu', '1500');
    }
  });

  test('who is asked by ARP: a neighbour, the node itself, an address that no one has, and one of another network', async () => {
    const [asker = '', neighbour = ''] = names;
    const mac = readFileOn(neighbour, '/sys/class/net/eth0/address').trim();
    const gateways = [address(neighbour), address(asker), '10.213.7.200', '10.9.9.9'];
    const { text, arguments: words = [] } = reachProbe({ names: [], search: [], gateways, urls: [] });
    const { stdout } = await execa('ip', ['netns', 'exec', asker, 'bash', '-c', text, 'reach', ...words]);
    const expected = [
      { state: 'taken', mac },
      { state: 'own', interface: 'eth0' },
      { state: 'free' },
      { state: 'unknown', why: 'no interface in its subnet' },
    ];
    expect(gateways.map((gateway) => parseReachAnswer(stdout)?.gateways[gateway])).toEqual(expected);
    const alone = addressProbe(gateways);
    const { stdout: lines } = await execa('ip', ['netns', 'exec', asker, 'bash', '-c', alone.text, 'arp', ...gateways]);
    expect([...parseAddressAnswers(lines, gateways).values()]).toEqual(expected);
  });
});
