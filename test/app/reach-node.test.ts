// How often a node is shaken hands with: connections are counted in front of a real sshd.
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type ReachOptions, reachNode } from '../../source/app/reach-node.ts';
import { openWorld, type World } from '../../source/app/world.ts';
import type { HostTarget } from '../../source/host/host.ts';
import { Passwords } from '../../source/host/secrets.ts';
import { filesUnder } from '../../source/site/files.ts';
import { defined } from '../../source/text/defined.ts';
import { hasUsers, makeSshd, type Sshd } from '../host/sshd.ts';

const required = process.env.KLOUDSPOT_REQUIRE === 'all';

describe.skipIf(!hasUsers && !required)('reaching a node', () => {
  const root = mkdtempSync(join(tmpdir(), 'ks-reach-'));
  let sshd: Sshd;
  let gate: Server;
  let target: HostTarget;
  let connections = 0;
  let open = 0;
  const worlds: World[] = [];

  beforeAll(async () => {
    sshd = await makeSshd();
    gate = createServer((from) => {
      connections += 1;
      open += 1;
      const to = connect(sshd.port, '127.0.0.1');
      from.pipe(to).pipe(from);
      from.on('error', () => undefined);
      to.on('error', () => undefined);
      to.on('close', () => from.destroy());
      from.on('close', () => {
        open -= 1;
        to.destroy();
      });
    });
    await new Promise<void>((listening) => gate.listen(0, '127.0.0.1', listening));
    const at = gate.address();
    if (at === null || typeof at === 'string') throw new Error('no port');
    target = { ...sshd.target, port: at.port };
  });
  afterAll(async () => {
    for (const world of worlds) await world.close();
    gate.close();
    sshd.remove();
    rmSync(root, { recursive: true, force: true });
  });

  /** From cold, as each call of the program does. */
  async function reach(accepted?: ReadonlySet<string>, onNewKeys?: ReachOptions['onNewKeys']) {
    const world = await openWorld({ files: filesUnder(root), passwords: new Passwords(), rehearsal: undefined });
    worlds.push(world);
    connections = 0;
    return reachNode(target, world, defined({ accepted, onNewKeys }));
  }

  test('one whose key is pinned takes one connection; a new key and one that has changed are shown', async () => {
    const first = await reach();
    if (first.state !== 'host-key-unknown') throw new Error(JSON.stringify(first));
    const [offer] = first.offers;
    expect([connections, offer?.changedFrom]).toEqual([1, undefined]);
    expect((await reach(new Set([offer?.fingerprint ?? '']))).state).toBe('ready');

    expect((await reach()).state).toBe('ready');
    expect(connections).toBe(1);

    sshd.kill();
    sshd.newHostKey();
    await sshd.start();
    const changed = await reach(new Set([offer?.fingerprint ?? '']));
    if (changed.state !== 'host-key-unknown') throw new Error(JSON.stringify(changed));
    expect(changed.offers[0]?.changedFrom).toBe(offer?.fingerprint);
    expect(changed.offers[0]?.fingerprint).not.toBe(offer?.fingerprint);
    const told = vi.fn<NonNullable<ReachOptions['onNewKeys']>>();
    expect((await reach(undefined, told)).state).toBe('host-key-unknown');
    expect(told).not.toHaveBeenCalled();
  });

  test('a connection ends with the program that is done with it, which does not wait for that', async () => {
    const before = await reach();
    const fingerprints = before.state === 'host-key-unknown' ? before.offers.map((offer) => offer.fingerprint) : [];
    rmSync(filesUnder(root).knownHosts, { force: true });
    const told = vi.fn<NonNullable<ReachOptions['onNewKeys']>>();
    expect((await reach(undefined, told)).state).toBe('ready');
    expect(told.mock.calls.flat(2).map(({ fingerprint }) => fingerprint)).toEqual(fingerprints);
    rmSync(filesUnder(root).knownHosts, { force: true });
    expect((await reach(new Set(fingerprints))).state).toBe('ready');
    expect(open).toBeGreaterThan(0);
    for (const world of worlds.splice(0)) await world.close();
    await vi.waitFor(() => expect(open).toBe(0), { timeout: 180_000, interval: 20 });
  });
});
