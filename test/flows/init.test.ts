import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { home, Rehearsal } from './program.ts';

const secret = 'planted-Pa55word-7Q';

/** The commands of this rehearsal that lines name: up to two blanks or the end of the line. */
const commandsIn = (text: string): readonly string[] =>
  text.match(/kloudspot (?:(?! {2}|\n).)+ --rehearse(?:(?! {2}|\n).)+/g) ?? [];

/** A scenario of its own: the healthy one, changed. */
async function scenarioWith(change: (text: string) => string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kloudspot-scenario-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'own.yaml');
  await writeFile(file, change(await readFile(join(home, 'templates/rehearsal/healthy.yaml'), 'utf8')));
  return file;
}

describe('init, unattended, in rehearsal', () => {
  it('goes from bare nodes to a rolled-out product, and a second time finds nothing to do', async () => {
    const rehearsal = await Rehearsal.begin();
    const first = await rehearsal.run('init', '--yes');
    expect(first.stderr).toMatch(/^New host keys, now pinned:\n(.*SHA256:.*\n?){3}$/);
    expect(first.code).toBe(0);
    const journal = await rehearsal.journal();
    expect(journal.at(-1)).toMatchObject({ type: 'run-ended', outcome: 'done' });
    const done = journal.filter(({ type }) => type === 'step-done');
    expect(done.filter(({ outcome }) => outcome === 'changed').length).toBeGreaterThan(20);

    const status = await rehearsal.run('status', '--json');
    expect(status.code).toBe(0);
    expect(JSON.parse(status.stdout)).toMatchObject({ verdict: 'ok' });

    const printed = commandsIn(first.stdout);
    expect(printed.map((command) => command.split(' ')[1])).toEqual(['status', 'update', 'backup', 'drill']);
    for (const command of printed) {
      const { code, stderr } = await rehearsal.asPrinted(command);
      expect([command, code, code === 0 ? '' : stderr]).toEqual([command, 0, '']);
    }

    const second = await rehearsal.run('apply', '--yes');
    expect(second.code).toBe(0);
    const outcomes = new Set(
      (await rehearsal.journal()).filter(({ type }) => type === 'step-done').map(({ outcome }) => outcome),
    );
    expect(outcomes).toEqual(new Set(['already']));
  });

  it('a failed check stops it, unless its failure is accepted by name; plan and journal say so', async () => {
    const rehearsal = await Rehearsal.begin(
      await scenarioWith((text) => text.replace('ks-1:\n', 'ks-1:\n    cores: 4\n')),
    );
    expect((await rehearsal.run('init', '--yes')).code).toBe(3);
    expect((await rehearsal.run('init', '--yes', '--accept-failure', 'memory')).code).toBe(3);
    const strict = await rehearsal.run('init', '--yes', '--accept-failure', 'storage');
    expect([strict.code, strict.stderr]).toEqual([2, expect.stringContaining('storage cannot be accepted')]);
    const begun = await rehearsal.run('init', '--yes', '--accept-failure', 'cpu-cores');
    expect(begun.code).toBe(0);
    expect(begun.stdout).toContain('Failed, but accepted:');
    const [start] = (await rehearsal.journal()).filter(({ type }) => type === 'run-started');
    expect(start).toMatchObject({ accepted: ['cpu-cores'] });
  });

  it('a clone gets identities of its own, is reached with its new host key, and undo puts the former ones back', async () => {
    const rehearsal = await Rehearsal.begin('clone');
    const site = async () => JSON.parse((await rehearsal.run('preflight', '--json')).stdout);
    const alike = (found: { findings: { check: string; grade: string; nodes: string[] }[] }) =>
      found.findings
        .filter(({ check, grade }) => /unique-(machine-id|host-key|initiator-name)/.test(check) && grade !== 'pass')
        .map(({ check, grade, nodes }) => [check, grade, ...nodes]);
    const shared = [
      ['unique-machine-id', 'warn', 'ks-2', 'ks-3'],
      ['unique-host-key', 'warn', 'ks-2', 'ks-3'],
      ['unique-initiator-name', 'warn', 'ks-2', 'ks-3'],
    ];
    expect(alike(await site())).toEqual(shared);
    const blank = async () =>
      (await site()).findings.filter(({ reason }: { reason: string }) => reason.includes('ubuntu-vg/shared)'));
    expect(await blank()).toMatchObject([{ check: 'unique-lvm', grade: 'warn', nodes: ['ks-2', 'ks-3'] }]);
    const built = await rehearsal.run('init', '--yes');
    expect([built.code, built.stderr]).toEqual([0, expect.anything()]);
    expect(alike(await site())).toEqual([]);
    expect(await blank()).toEqual([]);
    const again = await rehearsal.run('apply', '--yes');
    expect(again.code).toBe(0);
    expect((await rehearsal.journal()).some(({ outcome }) => outcome === 'changed')).toBe(false);
  });

  it('writes exactly the chosen features and sizes to values.yaml', async () => {
    const rehearsal = await Rehearsal.built();
    const site = parse(await readFile(rehearsal.path('etc/kloudspot/site.yaml'), 'utf8'));
    const values = parse(await readFile(rehearsal.path('etc/kloudspot/values.yaml'), 'utf8'), { version: '1.1' });
    const on = Object.entries(values.features)
      .filter(([, value]) => value)
      .map(([name]) => name);
    expect(on.toSorted()).toEqual(site.features.toSorted());
    expect(values.global.dnsName).toBe(site.customer.dnsName);
  });

  it('runs only the commands that the plan showed', async () => {
    const planned = await (await Rehearsal.begin()).run('plan', '--json');
    expect(planned.code).toBe(0);
    const { steps } = JSON.parse(planned.stdout);
    const shown = new Set<string>(
      steps.flatMap((step: { commands: { command: string[] | { name: string; arguments?: string[] } }[] }) =>
        step.commands.map(({ command }) => wordsOf(command)),
      ),
    );
    const ran = (await (await Rehearsal.built()).journal())
      .filter(({ type }) => type === 'command')
      .map(({ command }) => wordsOf(command as string[]));
    const surprises = ran.filter((words) => ![...shown].some((pattern) => matches(pattern, words)));
    expect(surprises).toEqual([]);
  });

  it('carries out a plan that was stored, and refuses one that was edited', async () => {
    const rehearsal = await Rehearsal.begin();
    const file = join(rehearsal.root, 'plan.json');
    expect((await rehearsal.run('plan', '--save', file)).code).toBe(0);
    const text = await readFile(file, 'utf8');
    const edited = join(rehearsal.root, 'edited.json');
    await writeFile(edited, text.replaceAll('ubuntu-vg', 'other-vg'));
    expect((await rehearsal.run('apply', '--yes', '--plan', edited)).code).toBe(2);
    expect(await rehearsal.runs()).toEqual([]);
    const applied = await rehearsal.run('apply', '--yes', '--plan', file);
    expect(applied.code, applied.stderr).toBe(0);
  });

  it('refuses a stored plan once a file that it was made from says something else, and names what', async () => {
    const rehearsal = await Rehearsal.begin();
    const site = await rehearsal.siteFile();
    const file = join(rehearsal.root, 'plan.json');
    expect((await rehearsal.run('plan', '--site', site, '--save', file)).code).toBe(0);
    const text = await readFile(site, 'utf8');
    await writeFile(site, text.replace('10.0.4.30', '10.0.4.31').replace('name: berlin', 'name: potsdam'));
    const { code, stderr } = await rehearsal.run('apply', '--yes', '--plan', file);
    expect(code).toBe(6);
    expect(stderr).toContain('The plan is stale: site.yaml changed after it was made.');
    expect(stderr).toContain('name was "berlin", is "potsdam"');
    expect(stderr).toContain('network.virtualAddress was "10.0.4.30", is "10.0.4.31"');
    expect(stderr).toContain(`--site ${site} --save ${file}`);
    expect(await rehearsal.runs()).toEqual([]);
    // A comment is no change.
    await writeFile(site, `# ours\n${text}`);
    expect((await rehearsal.run('apply', '--yes', '--plan', file)).code).toBe(0);
    // A plan may be carried out on another machine.
    await rm(site);
    const elsewhere = await rehearsal.run('apply', '--yes', '--plan', file);
    expect(elsewhere.stderr).toContain(`${site} is not on this machine`);
  });

  it('says before undo that cluster, product and data go with MicroK8s', async () => {
    const rehearsal = await Rehearsal.built();
    const asked = await rehearsal.run('undo');
    expect(asked.code).toBe(6);
    expect(asked.stdout).toMatch(/ALL DATA[\s\S]*Install release kloudspot[\s\S]*Stays as it is now:/);
    for (const flags of [['--yes'], ['--yes', '--confirm-data-loss', 'another']]) {
      const refused = await rehearsal.run('undo', ...flags);
      expect(refused.code).toBe(6);
      expect(refused.stderr).toContain(`--yes --confirm-data-loss ${await rehearsal.siteName()}`);
    }
    expect(await rehearsal.runs()).toHaveLength(1);
    const undone = await rehearsal.undo();
    expect(undone.code, undone.stdout).toBe(0);
    const status = await rehearsal.run('status');
    expect(status.stdout).toMatch(/REHEARSAL healthy[\s\S]*MicroK8s is not installed[\s\S]*kloudspot apply --rehearse/);
  });

  it('leaves no planted secret anywhere, and nothing outside its root', async () => {
    const rehearsal = await Rehearsal.begin();
    const passwords = join(rehearsal.root, 'passwords.yaml');
    await writeFile(passwords, `login: ${secret}\nsudo: ${secret}2\n`, { mode: 0o600 });
    expect((await rehearsal.run('init', '--yes', '--password-file', passwords)).code).toBe(0);
    const holding = [...(await rehearsal.everything())]
      .filter(([path, text]) => path !== passwords && text.includes(secret))
      .map(([path]) => path);
    expect(holding).toEqual([]);
    await expect(access(join(rehearsal.root, 'home'))).rejects.toThrow();
  });

  it('builds the cluster only when the product is to come later, and start deploys it', async () => {
    const rehearsal = await Rehearsal.begin();
    const site = await rehearsal.siteFile((text) => text.replace(/^deploy: now$/m, 'deploy: later'));
    const built = await rehearsal.run('init', '--yes', '--site', site);
    expect(built.code, built.stdout + built.stderr).toBe(0);
    expect((await rehearsal.journal()).some(({ step }) => step?.startsWith('helm-install'))).toBe(false);
    const started = await rehearsal.run('start', '--yes', '--site', site);
    expect(started.code, started.stdout + started.stderr).toBe(0);
    expect((await rehearsal.journal()).some(({ step }) => step?.startsWith('helm-install'))).toBe(true);
    const stopped = await rehearsal.run('stop', '--yes', '--site', site);
    expect(stopped.code, stopped.stdout + stopped.stderr).toBe(0);
    expect(stopped.stdout).toMatch(/stays|remain/i);
  });
});

/** A script stands in the journal by its name and its arguments. */
function wordsOf(
  command: readonly string[] | { readonly name: string; readonly arguments?: readonly string[] },
): string {
  return ('name' in command ? [command.name, ...(command.arguments ?? [])] : command).join(' ');
}

/** What is known only at run time stands in angle brackets in the plan. */
function matches(pattern: string, words: string): boolean {
  const escaped = pattern.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/<[^>]+>/g, '.+');
  return new RegExp(`^${escaped}$`, 's').test(words);
}
