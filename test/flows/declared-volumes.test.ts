import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { home, Rehearsal } from './program.ts';

it('volumes that a site declares are made before MicroK8s, found again, given to the cluster, and undone', async () => {
  const rehearsal = await Rehearsal.begin();
  const scenario = join(rehearsal.root, 'declared.yaml');
  const healthy = parse(await readFile(join(home, 'templates/rehearsal/healthy.yaml'), 'utf8'));
  healthy.nodes['ks-1'].disks = [
    {},
    { name: 'sdb', sizeGiB: 400, use: 'blank' },
    { name: 'sdc', sizeGiB: 300, partitions: [{ sizeGiB: 299, fsType: 'ext4' }] },
  ];
  const [first] = healthy.draft.nodes;
  first.volumes = [
    { name: 'containers', volumeGroup: 'ubuntu-vg', size: 100, mount: '/var/snap/microk8s/common' },
    { name: 'archive', device: '/dev/sdb', fsType: 'xfs', storageClass: 'archive' },
    { name: 'old', device: '/dev/sdc', erase: 'sdc' },
    { name: 'secret', volumeGroup: 'ubuntu-vg', size: 10, encrypt: true },
  ];
  await writeFile(scenario, stringify(healthy));
  const flags = ['--yes', `--rehearse=${scenario}`];

  const built = await rehearsal.run('init', ...flags);
  expect(built.code, built.stderr + built.stdout).toBe(0);
  for (const title of [
    /Volume containers of 100 GB in ubuntu-vg, mounted on \/var\/snap\/microk8s\/common: done/,
    /Volume archive on \/dev\/sdb, mounted on .*: done/,
    /Volume old on the erased \/dev\/sdc, mounted on .*: done/,
    /Volume secret of 10 GB in ubuntu-vg, encrypted by \/etc\/kloudspot\/luks\/secret.key, mounted on .*: done/,
    /Add 1 declared volume to the cluster as class archive: done/,
  ])
    expect(built.stdout).toMatch(title);
  const listed = await rehearsal.run('storage list', ...flags);
  expect(listed.stdout).toMatch(/sdb +400G .*mounted as \/var\/lib\/kloudspot\/volumes\/archive/);

  const again = await rehearsal.run('apply', ...flags);
  expect(again.code, again.stderr + again.stdout).toBe(0);
  expect(again.stdout).toMatch(/Volume containers .*: was already right/);

  const [build = ''] = await rehearsal.runs();
  const undone = await rehearsal.run('undo', build, ...flags, '--confirm-data-loss', await rehearsal.siteName());
  expect(undone.code, undone.stderr + undone.stdout).toBe(0);
  const left = await rehearsal.run('storage list', ...flags);
  expect(left.stdout).not.toMatch(/containers|secret/);
  expect(left.stdout).toMatch(/sdb +400G .*no: holds xfs/);
});
