import { readFile, writeFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { setPower } from './power.ts';
import { Rehearsal } from './program.ts';

it('stop wants the name of the site where a chart takes volumes along, and --yes alone is refused', async () => {
  const rehearsal = await Rehearsal.built();
  const path = rehearsal.path('var/lib/kloudspot/rehearsal/state.json');
  const model = await readFile(path, 'utf8');
  const taken = model.replaceAll(/"helm\.sh\/resource-policy":"keep",?/g, '');
  expect(taken).not.toBe(model);
  await writeFile(path, taken);
  const runs = await rehearsal.runs();
  const refused = await rehearsal.run('stop', '--yes');
  expect(refused.stdout).toMatch(/volume \S+ AND ALL DATA in it/);
  expect(refused.stderr).toMatch(/removes data for good[\s\S]*stop .*--yes --confirm-data-loss berlin/);
  expect(refused.code).toBe(6);
  expect(await rehearsal.runs()).toEqual(runs);
  expect((await rehearsal.run('stop', '--yes', '--confirm-data-loss', 'munich')).code).toBe(6);
  const stopped = await rehearsal.run('stop', '--yes', '--confirm-data-loss', 'berlin');
  expect(stopped.code, stopped.stderr).toBe(0);
});

it('no verb of the product begins a run, writes a file or says what is installed where no manager answers', async () => {
  const rehearsal = await Rehearsal.built();
  for (const node of ['ks-2', 'ks-3']) await setPower(rehearsal, node, false);
  const [runs, site] = [await rehearsal.runs(), await readFile(rehearsal.path('etc/kloudspot/site.yaml'), 'utf8')];
  for (const words of [['stop'], ['start'], ['update'], ['update', '--set', 'customer.reference=x']]) {
    const [verb = '', ...flags] = words;
    const { code, stdout, stderr } = await rehearsal.run(verb, '--yes', ...flags);
    expect([words, code, stderr]).toEqual([words, 4, expect.stringContaining('No manager of the cluster answers.')]);
    expect(stdout).not.toContain('not installed');
  }
  expect(await rehearsal.runs()).toEqual(runs);
  expect(await readFile(rehearsal.path('etc/kloudspot/site.yaml'), 'utf8')).toBe(site);
  const { stdout } = await rehearsal.run('status');
  expect(stdout).toMatch(/DOWN[\s\S]*needs most of its members, and ks-2, ks-3[\s\S]*Next: Bring ks-2 or ks-3 back/);
});

it('stop asks for no name where every volume stays, but a wrong one is refused', async () => {
  const rehearsal = await Rehearsal.built();
  const wrong = await rehearsal.run('stop', '--yes', '--confirm-data-loss', 'munich');
  expect(wrong).toMatchObject({ code: 6, stderr: expect.stringContaining('The site is called berlin, not munich.') });
  const { code, stdout } = await rehearsal.run('stop', '--yes', '--confirm-data-loss', 'berlin');
  expect(stdout).toContain('--confirm-data-loss confirms nothing here: stop removes no volume that the chart keeps');
  expect(stdout).not.toContain('ALL DATA');
  expect(stdout).toMatch(/Backup before stop: done.*-before-stop: here and on ks-1, ks-2, ks-3/);
  expect(code).toBe(0);
  const again = await rehearsal.run('stop', '--yes');
  expect(again.stdout).toContain('nothing, it is not installed');
  expect(again.stdout).not.toContain('confirm-data-loss');
  expect(again.stdout).not.toContain('Backup');
});
