import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { connect } from '../../source/app/connect.ts';
import { settingsFrom } from '../../source/app/settings.ts';
import { openSite } from '../../source/app/site.ts';
import { writeBundle } from '../../source/app/support/bundle.ts';
import { collect } from '../../source/app/support/collect.ts';
import type { HostPool } from '../../source/host/host.ts';
import { HostFault } from '../../source/host/host-fault.ts';
import { targetOf } from '../../source/network/targets.ts';

it('a node that dies between its facts and its logs is named in each file that it leaves out', async () => {
  const root = await mkdtemp(join(tmpdir(), 'ks-support-'));
  const settings = settingsFrom({ root, rehearse: 'healthy', speed: '1000000' });
  const opened = await openSite(settings);
  try {
    const targets = opened.site.nodes.map(targetOf);
    await connect(targets, { ...opened, prompts: { trust: async () => true } });
    let visits = 0;
    const pool = opened.world.hosts;
    const hosts: HostPool = {
      get: async (target) => {
        if (target.node !== 'ks-2' || visits++ === 0) return pool.get(target);
        throw new HostFault('unreachable', 'ks-2', { what: 'ks-2 does not answer any more.', next: ['Look at it.'] });
      },
      forget: (node) => pool.forget(node),
      close: () => pool.close(),
    };
    const world = { ...opened.world, hosts };
    const { pieces, unreached } = await collect({ opened: { ...opened, world }, files: settings.files, hours: 1 });
    expect(unreached).toEqual(new Map());
    const of = (node: string) => pieces.filter(({ path }) => path.startsWith(`nodes/${node}/`));
    expect(of('ks-2').map(({ path }) => path.slice('nodes/ks-2/'.length))).toEqual(
      of('ks-1').map(({ path }) => path.slice('nodes/ks-1/'.length)),
    );
    const lost = of('ks-2').filter(({ path }) => !path.endsWith('facts.json'));
    expect(lost.length).toBeGreaterThan(3);
    for (const { text, missing } of lost)
      expect([text, missing]).toEqual([
        expect.stringMatching(/^Not collected: ks-2 does not answer any more/),
        expect.stringContaining('ks-2'),
      ]);
    // Nothing runs on these machines yet.
    expect(pieces.find(({ path }) => path === 'cluster')).toMatchObject({
      missing: 'No manager of the cluster answers.',
    });
  } finally {
    await opened.close();
    await rm(root, { recursive: true, force: true, maxRetries: 20 });
  }
});

it('the folder of the bundle is made; where that fails another file is asked for, not another root', async () => {
  const root = await mkdtemp(join(tmpdir(), 'ks-support-'));
  try {
    const path = join(root, 'new', 'bundle.tar.gz');
    await writeBundle(path, 'support', [{ path: 'about.json', text: '{}' }]);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await writeFile(join(root, 'file'), '');
    const below = join(root, 'file', 'bundle.tar.gz');
    await expect(writeBundle(below, 'support', [])).rejects.toMatchObject({
      message: `${below} was not written.`,
      next: ['Give another place: --output FILE'],
    });
  } finally {
    await rm(root, { recursive: true, force: true });
  }
});
