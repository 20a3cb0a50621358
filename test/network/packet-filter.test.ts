import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { packetFilterRules } from '../../source/host/node-state.ts';
import { filterText, type PacketFilter } from '../../source/network/packet-filter.ts';
import { lookAtFirewall } from '../../source/plan/steps/firewall-files.ts';
import { at } from '../lab/place.ts';

const id = process.pid % 10_000;
const [guarded, node, outsider] = [`kpfg${id}`, `kpfn${id}`, `kpfo${id}`] as const;
const filter: PacketFilter = {
  cluster: ['10.213.9.1', '10.213.9.2', '10.1.0.0/16'],
  tcp: [16443, 25000],
  udp: [4789],
  clients: [80, 443],
  administration: [22, 16443],
  administrators: ['10.213.9.2/32'],
};

/** nftables of this machine, or that of the lab's nodes. Undefined where there is neither, or no right to make a network. */
const nft = (() => {
  const made = spawnSync('ip', ['netns', 'add', guarded]).status === 0;
  if (!made) return undefined;
  const found = spawnSync('sh', ['-c', 'command -v nft']).stdout.toString().trim();
  const lab = at('root');
  if (found !== '') return found;
  if (existsSync(join(lab, 'usr/sbin/nft'))) return `chroot ${lab} /usr/sbin/nft`;
  spawnSync('ip', ['netns', 'del', guarded]);
  return undefined;
})();

const needs = '(needs root, and nftables or the built lab: node test/lab/lab.ts build)';

describe.skipIf(nft === undefined)(`the rules in the kernel ${needs}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'kloudspot-nft-'));
  const path = join(folder, 'rules.nft');
  const ip = (...words: string[]) => execFileSync('ip', words);
  /** As nodes have it: a program with files by their names. */
  const env = { ...process.env, PATH: `${folder}:${process.env['PATH']}` };
  const listeners: { kill(signal: 'SIGKILL'): boolean }[] = [];

  /** What happens to a new TCP connection: taken, refused by the machine, or nothing at all. */
  const asked = async (space: string, port: number) => {
    const words = ['netns', 'exec', space, 'timeout', '8', 'bash', '-c', `exec 3<>/dev/tcp/10.213.9.1/${port}`];
    const { exitCode, stderr } = await execa('ip', words, { reject: false });
    return exitCode === 0 ? 'open' : /refused/.test(stderr) ? 'refused' : 'dropped';
  };

  const state = () => {
    const text = lookAtFirewall.text.replaceAll(packetFilterRules, path);
    return String(spawnSync('ip', ['netns', 'exec', guarded, 'bash', '-c', text], { env }).stdout).trim();
  };

  beforeAll(() => {
    // In a changed root a file is read from standard input.
    const wrapper = `#!/bin/sh\nif [ "$1" = -f ]; then exec ${nft} -f - <"$2"; fi\nexec ${nft} "$@"\n`;
    writeFileSync(join(folder, 'nft'), wrapper, { mode: 0o755 });
    writeFileSync(path, filterText(filter));
    for (const name of [node, outsider]) ip('netns', 'add', name);
    ip('-n', guarded, 'link', 'add', 'br0', 'type', 'bridge');
    ip('-n', guarded, 'address', 'add', '10.213.9.1/24', 'dev', 'br0');
    ip('-n', guarded, 'link', 'set', 'br0', 'up');
    ip('-n', guarded, 'link', 'set', 'lo', 'up');
    for (const [index, name] of [node, outsider].entries()) {
      ip('-n', guarded, 'link', 'add', `v${index}`, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name);
      ip('-n', guarded, 'link', 'set', `v${index}`, 'master', 'br0', 'up');
      ip('-n', name, 'address', 'add', `10.213.9.${index + 2}/24`, 'dev', 'eth0');
      ip('-n', name, 'link', 'set', 'eth0', 'up');
    }
    const serve = `import socket,time
held=[]
for port in (22,443,9999):
    s=socket.socket(); s.setsockopt(socket.SOL_SOCKET,socket.SO_REUSEADDR,1); s.bind(('0.0.0.0',port)); s.listen(); held.append(s)
time.sleep(600)`;
    listeners.push(spawn('ip', ['netns', 'exec', guarded, 'python3', '-c', serve]));
  });
  afterAll(() => {
    for (const one of listeners) one.kill('SIGKILL');
    for (const name of [guarded, node, outsider]) spawnSync('ip', ['netns', 'del', name]);
    rmSync(folder, { recursive: true, force: true });
  });

  test('let in what the table of ports says, from where it says, and nothing else', async () => {
    await expect.poll(() => asked(outsider, 9999)).toBe('open');
    expect(state()).toBe('absent');
    const loaded = spawnSync('ip', ['netns', 'exec', guarded, join(folder, 'nft'), '-f', path], { env });
    expect(String(loaded.stderr)).toBe('');
    const seen = await Promise.all(
      [22, 443, 16443, 25000, 9999].map(async (port) => [
        port,
        await Promise.all([asked(node, port), asked(outsider, port)]),
      ]),
    );
    expect(Object.fromEntries(seen)).toEqual({
      22: ['open', 'dropped'],
      443: ['open', 'open'],
      // Nothing listens there: that it is refused shows that it was let in.
      16443: ['refused', 'dropped'],
      25000: ['refused', 'dropped'],
      9999: ['dropped', 'dropped'],
    });
  }, 120_000);

  test('are compared with the file as nftables itself writes both', () => {
    expect(state()).toBe('same');
    writeFileSync(path, filterText({ ...filter, tcp: [16443] }));
    expect(state()).toBe('other');
    writeFileSync(path, filterText(filter));
    const added = 'add rule inet kloudspot input tcp dport 9999 accept';
    spawnSync('ip', ['netns', 'exec', guarded, join(folder, 'nft'), added], { env });
    expect(state()).toBe('other');
    spawnSync('ip', ['netns', 'exec', guarded, join(folder, 'nft'), '-f', path], { env });
    expect(state()).toBe('same');
    spawnSync('ip', ['netns', 'exec', guarded, join(folder, 'nft'), 'delete table inet kloudspot'], { env });
    expect(state()).toBe('absent');
  });
});

test('without networks of administrators SSH is let in from anywhere', () => {
  const text = filterText({ ...filter, administrators: [] });
  expect(text).toContain('\n    tcp dport { 22, 16443 } accept');
  expect(filterText(filter)).toContain('\n    ip saddr { 10.213.9.2/32 } tcp dport { 22, 16443 } accept');
});
