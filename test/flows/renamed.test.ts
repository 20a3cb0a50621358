import { readFile, writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { reportSchema } from '../../source/status/report.ts';
import { Rehearsal } from './program.ts';

/*
 * The names of a site that runs: they stand in the certificate of every manager's API server, which is made again. That restarts the
 * manager's kubelet, and the node is not ready for a while.
 */

test.each([
  ['DNS name', /^( *dnsName: ).*$/m, 'other.example.org'],
  ['virtual address', /^( *virtualAddress: ).*$/m, '10.0.4.40'],
])('apply gives a running site another %s', async (_, line, value) => {
  const rehearsal = await Rehearsal.built();
  const file = rehearsal.path('etc/kloudspot/site.yaml');
  const before = await readFile(file, 'utf8');
  expect(before).toMatch(line);
  await writeFile(file, before.replace(line, `$1${value}`));
  const { code, stdout } = await rehearsal.run('apply', '--yes');
  expect(code, stdout).toBe(0);
  const status = reportSchema.parse(JSON.parse((await rehearsal.run('status', '--json')).stdout));
  expect(status).toMatchObject({ verdict: 'ok', virtualAddress: { given: true } });
});

test('update says what of a change it leaves to apply, and status names the verb that does it', async () => {
  const rehearsal = await Rehearsal.built();
  const set = ['--set', 'network.virtualAddress=10.0.4.40', '--set', 'customer.reference=other'];
  const { code, stdout } = await rehearsal.run('update', '--yes', ...set);
  expect(code, stdout).toBe(0);
  expect(stdout).toMatch(/^! network\.virtualAddress: an update changes only the product\..*kloudspot apply /m);
  const status = reportSchema.parse(JSON.parse((await rehearsal.run('status', '--json')).stdout));
  expect(status.reasons).toEqual(['Nothing answers on the virtual address 10.0.4.40.']);
  expect((await rehearsal.asPrinted(status.next ?? '')).code).toBe(0);
  const after = reportSchema.parse(JSON.parse((await rehearsal.run('status', '--json')).stdout));
  expect(after).toMatchObject({ verdict: 'ok', virtualAddress: { address: '10.0.4.40', given: true } });
});

test('undo of such an apply takes no node out of the cluster that stood before', async () => {
  const rehearsal = await Rehearsal.built();
  const file = rehearsal.path('etc/kloudspot/site.yaml');
  const before = await readFile(file, 'utf8');
  await writeFile(file, before.replace(/^( *dnsName: ).*$/m, '$1other.example.org'));
  expect((await rehearsal.run('apply', '--yes')).code).toBe(0);
  const asked = await rehearsal.run('undo', '--yes', '--confirm-data-loss', await rehearsal.siteName());
  expect(asked.stdout).toMatch(/^None of this can be undone\.\n[\s\S]*ks-3 +Join ks-3 as a manager/);
  expect(asked.stdout).not.toContain('ALL DATA');
  expect(asked.code).toBe(2);
  const status = reportSchema.parse(JSON.parse((await rehearsal.run('status', '--json')).stdout));
  expect(status).toMatchObject({ verdict: 'ok', datastore: { voters: 3 } });
});

test('undo of an added node says that this node goes, and nothing of the cluster', async () => {
  const rehearsal = await Rehearsal.built('spare-machines');
  const added = await rehearsal.run('node add', 'ks-4', '--reach', '10.0.4.24', '--yes');
  expect(added.code, added.stdout).toBe(0);
  const asked = await rehearsal.run('undo', '--yes');
  expect(asked.code).toBe(6);
  expect(asked.stdout).toMatch(/^Removed from the cluster, with ALL DATA in their volumes: ks-4$/m);
  expect(asked.stdout).not.toContain('the cluster, the product and ALL DATA');
  const other = await rehearsal.run('undo', '--yes', '--confirm-data-loss', 'munich');
  expect(other).toMatchObject({ code: 6, stderr: expect.stringContaining('not munich') });
});
