import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openInitSession } from '../../source/app/init-session.ts';
import type { AccessState } from '../../source/app/session.ts';
import { settingsFrom } from '../../source/app/settings.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'kloudspot-new-keys-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** How the pages see each node of a rehearsal, with or without the flag. */
async function seen(accept: boolean, twice = false): Promise<Map<string, AccessState>> {
  const settings = settingsFrom({ rehearse: '', speed: '1000000', root, 'accept-new-host-keys': accept });
  const session = await openInitSession(settings, undefined);
  const states = new Map<string, AccessState>();
  const look = async () =>
    session.gather(await session.newDraft(), (node, state) => states.set(node, state), new AbortController().signal);
  await look();
  if (twice) await look();
  await session.close();
  return states;
}

describe('the pages of init', () => {
  it('ask for new host keys', async () => {
    expect([...(await seen(false)).values()].map(({ state }) => state)).toEqual(Array(3).fill('host-key-unknown'));
  });

  it('take them with --accept-new-host-keys, and know at every later look how they came to be pinned', async () => {
    for (const [node, { state, pinned }] of await seen(true, true))
      expect([node, state, pinned]).toMatchObject([
        node,
        'ready',
        [{ node, fingerprint: expect.stringMatching('SHA256:') }],
      ]);
  });
});
