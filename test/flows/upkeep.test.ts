import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { setPower } from './power.ts';
import { Rehearsal } from './program.ts';

test('history tells who did what, certificates what ends when, report and support write it down in one file each', async () => {
  const bare = await Rehearsal.begin();
  expect((await bare.run('history')).stdout).toContain('No runs yet.');
  expect((await bare.run('certificates')).code).toBe(4);
  const rehearsal = await Rehearsal.built();

  const { runs } = JSON.parse((await rehearsal.run('history', '--json')).stdout);
  expect(runs).toMatchObject([{ purpose: 'init', site: 'berlin', result: 'done', failed: [] }]);
  expect(runs[0].by[0].owner).not.toBe('');
  expect(runs[0].steps.done).toBe(runs[0].steps.all);
  expect((await rehearsal.run('history')).stdout).toMatch(/init +berlin +\d+ of \d+, \d+ changed +done/);
  expect(await rehearsal.intoClosedPipe('history')).toMatchObject({ stderr: expect.not.stringContaining('✗') });

  const { certificates, unseen } = JSON.parse((await rehearsal.run('certificates', '--json')).stdout);
  expect(unseen).toEqual([]);
  expect(new Set(certificates.map(({ name }: { name: string }) => name))).toEqual(
    new Set(['server', 'front-proxy-client', 'kubelet', 'ingress', 'ca', 'front-proxy-ca']),
  );
  expect((await rehearsal.run('certificates')).stdout).toMatch(/^ca +ks-1 +36\d\d .*leave and join again$/m);

  const document = join(rehearsal.root, 'as-built.html');
  expect((await rehearsal.run('report', '--output', document)).stdout).toContain(`Written: ${document}`);
  expect((await stat(document)).mode & 0o777).toBe(0o600);
  expect(await readFile(document, 'utf8')).toMatch(/class="ok">ok<[\s\S]*class="name">ks-3<[\s\S]*<td>init<\/td>/);

  const file = join(rehearsal.root, 'bundle.tar.gz');
  const asked = await rehearsal.run('support', '--output', file);
  expect(asked.code).toBe(6);
  // What goes in, and how much is hidden in it, is read before anything is written.
  expect(asked.stdout).toMatch(/will hold:[\s\S]*Secrets hidden[\s\S]*nodes\/ks-3\/microk8s\.log/);
  await expect(stat(file)).rejects.toThrow();
  const { code, stdout } = await rehearsal.run('support', '--yes', '--output', file);
  expect(code).toBe(0);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const packed = (await execa('tar', ['-tzf', file])).stdout;
  for (const path of ['status.json', 'findings.json', 'site.yaml', 'nodes/ks-3/microk8s.log', 'cluster/events.json']) {
    expect(stdout).toContain(path);
    expect(packed).toContain(path);
  }
  expect(packed).toMatch(/runs\/[^/]+\/journal\.jsonl/);
});

test('support with a dead node holds the others, and says which node is left out and why', async () => {
  const rehearsal = await Rehearsal.built();
  await setPower(rehearsal, 'ks-3', false);
  const file = join(rehearsal.root, 'bundle.tar.gz');
  const asked = await rehearsal.run('support', '--output', file);
  expect(asked.code).toBe(6);
  expect(asked.stdout).toMatch(/Not in it: facts and logs of ks-3\n {2}ks-3 does not answer on 10\.0\.4\.23\./);
  const written = await rehearsal.run('support', '--yes', '--json', '--output', file);
  expect(written.code).toBe(0);
  expect(JSON.parse(written.stdout).unreached).toEqual({ 'ks-3': expect.stringContaining('does not answer') });
  const packed = (await execa('tar', ['-tzf', file])).stdout;
  for (const path of ['nodes/ks-1/microk8s.log', 'nodes/ks-2/facts.json', 'cluster/events.json'])
    expect(packed).toContain(path);
  expect(packed).not.toContain('nodes/ks-3/');
  const { stdout } = await execa('tar', ['-xOzf', file, '--wildcards', '*/unreached.json']);
  expect(JSON.parse(stdout)).toEqual(JSON.parse(written.stdout).unreached);
});
