import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { connect } from '../../source/app/connect.ts';
import { settingsFrom } from '../../source/app/settings.ts';
import { openSite } from '../../source/app/site.ts';
import { writeBundle } from '../../source/app/support/bundle.ts';
import { collect } from '../../source/app/support/collect.ts';
import type { Host, HostPool, HostTarget } from '../../source/host/host.ts';
import { HostFault } from '../../source/host/host-fault.ts';
import { targetOf } from '../../source/network/targets.ts';

it('a node that dies once it was looked at keeps its facts, and is named in each file that it leaves out', async () => {
  const root = await mkdtemp(join(tmpdir(), 'ks-support-'));
  const settings = settingsFrom({ root, rehearse: 'healthy', speed: '1000000' });
  const opened = await openSite(settings);
  try {
    const targets = opened.site.nodes.map(targetOf);
    const seen = await connect(targets, { ...opened, prompts: { trust: async () => true } });
    const pool = opened.world.hosts;
    const hosts: HostPool = {
      get: async (target) => {
        if (target.node !== 'ks-2') return pool.get(target);
        throw new HostFault('unreachable', 'ks-2', { what: 'ks-2 does not answer any more.', next: ['Look at it.'] });
      },
      forget: (node) => pool.forget(node),
      close: () => pool.close(),
    };
    const world = { ...opened.world, hosts };
    const pieces = await collect({ opened: { ...opened, world }, seen, files: settings.files, hours: 1 });
    const of = (node: string) => pieces.filter(({ path }) => path.startsWith(`nodes/${node}/`));
    expect(of('ks-2').map(({ path }) => path.slice('nodes/ks-2/'.length))).toEqual(
      of('ks-1').map(({ path }) => path.slice('nodes/ks-1/'.length)),
    );
    const lost = of('ks-2').filter(({ path }) => !path.endsWith('facts.json'));
    expect(of('ks-2').find(({ path }) => path.endsWith('facts.json'))?.missing).toBeUndefined();
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

it('the cluster is that of most nodes: a manager that never joined answers too, for one of its own', async () => {
  const root = await mkdtemp(join(tmpdir(), 'ks-support-'));
  const settings = settingsFrom({ root, rehearse: 'healthy', speed: '1000000' });
  const opened = await openSite(settings);
  try {
    const seen = await connect(opened.site.nodes.map(targetOf), { ...opened, prompts: { trust: async () => true } });
    const knows = new Map([
      ['ks-1', ['ks-1']],
      ['ks-2', ['ks-2', 'ks-3']],
    ]);
    const pool = opened.world.hosts;
    const get = async (target: HostTarget): Promise<Host> => {
      const host = await pool.get(target);
      const items = (knows.get(target.node) ?? []).map((name) => ({ metadata: { name }, status: {} }));
      const said = JSON.stringify({ items, through: target.node });
      return {
        name: host.name,
        access: () => host.access(),
        run: async (command, options) => {
          const asked = !('text' in command) && command.includes('get') && knows.has(target.node);
          const result = await host.run(command, options);
          return asked ? { ...result, code: 0, stdout: said, stderr: '' } : result;
        },
        readFile: (file) => host.readFile(file),
        writeFile: (file) => host.writeFile(file),
        close: () => host.close(),
      };
    };
    const hosts: HostPool = { get, forget: (node) => pool.forget(node), close: () => pool.close() };
    const world = { ...opened.world, hosts };
    const pieces = await collect({ opened: { ...opened, world }, seen, files: settings.files, hours: 1 });
    const nodes = pieces.find(({ path }) => path === 'cluster/nodes.json');
    expect(nodes?.text).toContain('"through":"ks-2"');
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
