import { describe, expect, test } from 'vitest';
import { planTuning } from '../../source/plan/steps/tuning.ts';
import { loadProduct } from '../../source/product/load.ts';
import { tuningSchema } from '../../source/product/tuning.ts';
import { siteOf } from '../plan/sample.ts';
import { type OnMachines, onMachines } from './steps.ts';

const product = await loadProduct('zenko');
const site = siteOf({ managers: 3 });
const why = 'A database needs it.';
const declared = tuningSchema.parse({
  sysctls: [
    { name: 'vm.max_map_count', value: 262144, why },
    { name: 'net.ipv4.tcp_rmem', value: '4096 131072 16777216', why },
  ],
  limits: [{ domain: '*', type: '-', item: 'nofile', value: 100_000, why }],
  modules: [{ name: 'br_netfilter', why }],
});
const planned = (tuning: Parameters<typeof planTuning>[1]) => {
  const step = planTuning('ks-1', tuning, []);
  if (!step) throw new Error('no step');
  return step;
};
const step = planned(declared);
const paths = step.files.map(({ path }) => path);
const value = async ({ world }: OnMachines, name: string) =>
  (await world.run('ks-1', ['sysctl', '-n', name])).stdout.trim();

describe('what a product declares for the operating system', () => {
  test('is set with its reasons in files of ours, holds after a restart, and undo puts back what was there', async () => {
    const machines = await onMachines(site, product);
    const { world } = machines;
    expect(await machines.state(step)).toMatchObject({ ok: false, observed: expect.stringContaining(paths[0] ?? '') });
    expect(await machines.act(step)).toEqual({ ok: true, observed: 'files and kernel are as declared' });
    expect(await (await world.host('ks-1')).readFile('/etc/sysctl.d/99-zz-kloudspot.conf')).toContain(
      `# ${why}\nvm.max_map_count = 262144\n`,
    );
    expect(await (await world.host('ks-1')).readFile('/etc/security/limits.d/99-kloudspot.conf')).toContain(
      '* - nofile 100000\n',
    );
    await world.run('ks-1', 'systemctl reboot');
    await world.pass(5_000);
    await world.hosts.forget('ks-1');
    await world.pass(60_000);
    expect(await machines.state(step)).toMatchObject({ ok: true });

    await machines.undo(step);
    expect(await value(machines, 'vm.max_map_count')).toBe('65530');
    expect(await value(machines, 'net.ipv4.tcp_rmem')).toBe('4096 131072 6291456');
    for (const path of paths) expect(await (await machines.world.host('ks-1')).readFile(path)).toBeUndefined();
  });

  test.each([
    ['a setting is another', ['sysctl', '-w', 'vm.max_map_count=65530'], 'vm.max_map_count is 65530, not 262144'],
    ['a module is gone', ['modprobe', '-r', 'br_netfilter'], 'the module br_netfilter is not loaded'],
    [
      'a file is gone',
      ['rm', '/etc/modules-load.d/kloudspot.conf'],
      '/etc/modules-load.d/kloudspot.conf does not contain it',
    ],
  ])('is not there where %s', async (_, command, observed) => {
    const machines = await onMachines(site, product);
    await machines.act(step);
    await machines.world.run('ks-1', command);
    expect(await machines.state(step)).toEqual({ ok: false, observed });
    expect(await machines.act(step)).toMatchObject({ ok: true });
  });

  test('is not there where others may write the file', async () => {
    const machines = await onMachines(site, product);
    await machines.act(step);
    const [file] = step.files;
    const host = await machines.world.host('ks-1');
    await host.writeFile({ path: file?.path ?? '', content: file?.content ?? '', mode: 0o666 });
    expect(await machines.state(step)).toMatchObject({
      ok: false,
      observed: expect.stringContaining('is 666 root:root'),
    });
  });

  test('that an earlier run has set goes back to what that run set', async () => {
    const machines = await onMachines(site, product);
    const earlier = planned(tuningSchema.parse({ sysctls: [{ name: 'vm.max_map_count', value: 128000, why }] }));
    await machines.act({ ...earlier, id: 'earlier' });
    await machines.act(step);
    await machines.undo(step);
    expect(await machines.state(earlier)).toMatchObject({ ok: true });
  });

  test('removes the files that the product declares nothing for any more, and undo restores them', async () => {
    const machines = await onMachines(site, product);
    await machines.act({ ...step, id: 'earlier' });
    const less = planned(tuningSchema.parse({ sysctls: declared.sysctls }));
    expect(await machines.state(less)).toEqual({
      ok: false,
      observed: '/etc/modules-load.d/kloudspot.conf is there, and the product declares nothing for it',
    });
    expect(await machines.act(less)).toMatchObject({ ok: true });
    const host = await machines.world.host('ks-1');
    expect(await host.readFile('/etc/security/limits.d/99-kloudspot.conf')).toBeUndefined();
    await machines.undo(less);
    expect(await machines.state(step)).toMatchObject({ ok: true });
  });

  test('is refused in the words of the kernel where it does not have it', async () => {
    const machines = await onMachines(site, product);
    const unknown = planned(tuningSchema.parse({ sysctls: [{ name: 'vm.no_such', value: 1, why }] }));
    await expect(machines.act(unknown)).rejects.toThrow(/cannot stat \/proc\/sys\/vm\/no_such/);
  });
});
