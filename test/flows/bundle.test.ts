import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { killAt, killWhen, Rehearsal } from './program.ts';

/** A rehearsal whose nodes reach no internet, and the bundle of its site. */
async function withBundle(): Promise<{ rehearsal: Rehearsal; bundle: string }> {
  const rehearsal = await Rehearsal.begin('no-internet');
  const bundle = join(rehearsal.root, 'site.bundle');
  const made = await rehearsal.run('bundle create', '--output', bundle, '--ubuntu', '22.04');
  expect([made.code, made.stderr]).toEqual([0, '']);
  return { rehearsal, bundle };
}

const changed = (journal: Awaited<ReturnType<Rehearsal['journal']>>) =>
  journal.filter(({ type, outcome }) => type === 'step-done' && outcome === 'changed').map(({ step }) => step);

describe('a site without internet', () => {
  it('is refused without a bundle, and built to the end from one; a second run finds nothing to do', async () => {
    const { rehearsal, bundle } = await withBundle();
    const refused = await rehearsal.run('init', '--yes');
    expect(refused.code).toBe(3);
    expect(refused.stdout).toMatch(/✗ Snap store[\s\S]*bundle create/);

    const built = await rehearsal.run('init', '--yes', '--bundle', bundle);
    expect([built.code, built.stdout.slice(-800)]).toEqual([0, expect.anything()]);
    const status = await rehearsal.run('status', '--json');
    expect(JSON.parse(status.stdout)).toMatchObject({ verdict: 'ok' });
    const journal = await rehearsal.journal();
    const commands = journal.flatMap(({ type, command }) => (type === 'command' ? JSON.stringify(command) : []));
    expect(commands.filter((words) => words.includes('receive-part')).length).toBeGreaterThan(60);
    expect(
      commands.filter((words) => /https?:|oci:|apt-get.*update|"--repo"|--channel=.*microk8s.*--classic/.test(words)),
    ).toEqual([]);

    expect((await rehearsal.run('apply', '--yes')).code).toBe(0);
    expect(changed(await rehearsal.journal())).toEqual([]);
  });

  it('killed while files are copied and again while an image is imported, goes on and copies none twice; undo removes them', async () => {
    const { rehearsal, bundle } = await withBundle();
    let copies = 0;
    const copying = ({ type, command }: { type: string; [key: string]: unknown }) =>
      type === 'command' && JSON.stringify(command).includes('receive-part') && ++copies > 9;
    await killAt(rehearsal, copying, '--bundle', bundle);
    const importing = ({ type, command }: { type: string; [key: string]: unknown }) =>
      type === 'command' && JSON.stringify(command).includes('"import"');
    await killWhen(rehearsal, rehearsal.start('resume', '--yes', '--take-over'), importing);
    const resumed = await rehearsal.run('resume', '--yes', '--take-over');
    expect([resumed.code, resumed.stdout.slice(-800)]).toEqual([0, expect.anything()]);
    const ended = (await rehearsal.journal()).filter(({ type }) => type === 'command');
    const sent = ended
      .map(({ node, command }) => `${node} ${JSON.stringify(command)}`)
      .filter((words) => words.includes('receive-part'));
    // One a node may have been under way when the process was killed.
    expect(sent.length - new Set(sent).size).toBeLessThanOrEqual(3);
    const undone = await rehearsal.undo();
    expect(undone.code).toBe(0);
    const state = await readFile(rehearsal.path('var/lib/kloudspot/rehearsal/state.json'), 'utf8');
    expect(state).not.toContain('/var/lib/kloudspot/bundle/');
  });

  it('a damaged part, another release and another channel are found before anything is changed', async () => {
    const { rehearsal, bundle } = await withBundle();
    const site = await rehearsal.siteFile((text) => `${text.replace('1.34/stable', '1.33/stable')}bundle: ${bundle}\n`);
    const other = await rehearsal.run('preflight', '--site', site);
    expect([other.code, other.stdout]).toEqual([3, expect.stringContaining('It holds MicroK8s 1.34/stable')]);
    const file = await open(bundle, 'r+');
    const text = await readFile(bundle, 'latin1');
    await file.write('X', text.indexOf('image: docker.io/coredns'));
    await file.close();
    const verified = await rehearsal.run('bundle verify', bundle);
    expect([verified.code, verified.stderr]).toEqual([
      3,
      expect.stringContaining('docker.io_coredns_coredns_1.12.3.tar'),
    ]);
    const refused = await rehearsal.run('init', '--yes', '--bundle', bundle);
    expect([refused.code, refused.stdout]).toEqual([3, expect.stringContaining('Damaged: images/')]);
    expect(await rehearsal.runs()).toEqual([]);
  });
});
