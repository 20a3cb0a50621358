import { chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, it } from 'vitest';
import { selfSigned } from '../../source/tls/self-signed.ts';
import { home, launcher, Rehearsal } from './program.ts';

describe('a wrong site file gives every problem with its place, and is left as it was', () => {
  it.each([
    ['a tab', (text: string) => text.replace('\nnodes:', '\n\tnodes:'), [/tab/i, /line \d+, column \d+/]],
    [
      'an unknown key',
      (text: string) => text.replace('virtualAddress:', 'virtualAdress:'),
      [/virtualAdress/, /virtualAddress/, /line \d+, column \d+/],
    ],
    [
      'a host name with a capital letter',
      (text: string) => text.replace('name: ks-2', 'name: KS-2'),
      [/KS-2/, /lower-case/, /nodes/],
    ],
    ['a host name with an underscore', (text: string) => text.replace('name: ks-2', 'name: ks_2'), [/ks_2/, /hyphens/]],
    ['a duplicate name', (text: string) => text.replace('name: ks-2', 'name: ks-1'), [/ks-1/, /twice|already|same/]],
    [
      'an address without prefix',
      (text: string) => text.replace(/address: (\d+\.\d+\.\d+\.\d+)\/\d+/, 'address: $1'),
      [/prefix/, /line \d+, column \d+/],
    ],
    [
      "a virtual address that is a node's",
      (text: string) => text.replace(/virtualAddress: .*/, 'virtualAddress: 10.0.4.21'),
      [/10\.0\.4\.21/, /ks-1/],
    ],
    [
      'two problems at once',
      (text: string) => text.replace('name: ks-2', 'name: KS-2').replace('version: 1', 'version: 7'),
      [/KS-2/, /version/],
    ],
  ])('%s', async (_, change, words) => {
    const rehearsal = await Rehearsal.begin();
    const site = await rehearsal.siteFile(change);
    const before = await readFile(site, 'utf8');
    const { code, stdout, stderr } = await rehearsal.run('init', '--yes', '--site', site);
    expect([2, 3]).toContain(code);
    for (const word of words) expect(stdout + stderr).toMatch(word);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(await readFile(site, 'utf8')).toBe(before);
    expect(await rehearsal.runs()).toEqual([]);
  });

  it.each([
    ['0', /kafka is 0, expected at least 1 GB/],
    ['1e9', /kafka is 1000000000, expected at most 1000000 GB/],
    ['"10GB"', /kafka is "10GB", expected a number/],
    ['-1', /kafka is -1, expected at least 1 GB/],
    ['text', /kafka is "text", expected a number/],
    ['1.5', /kafka is 1\.5, expected a whole number of GB/],
  ])('a volume of %s', async (size, says) => {
    const rehearsal = await Rehearsal.begin();
    const site = await rehearsal.siteFile((text) => text.replace('  volumes: {}', `  volumes: { kafka: ${size} }`));
    const { code, stderr } = await rehearsal.run('storage estimate', '--yes', '--site', site);
    expect([code, stderr]).toEqual([2, expect.stringMatching(says)]);
    expect(stderr).toMatch(/line \d+, column \d+/);
  });

  it('a file that cannot be read, or is a folder', async () => {
    const rehearsal = await Rehearsal.begin();
    const folder = join(rehearsal.root, 'folder.yaml');
    await mkdir(folder);
    const { code, stderr } = await rehearsal.run('plan', '--site', folder);
    expect(code).toBe(2);
    expect(stderr).toContain('folder.yaml');
    const missing = await rehearsal.run('plan', '--site', join(rehearsal.root, 'nowhere.yaml'));
    expect(missing.code).toBe(2);
    expect(missing.stderr).toContain('nowhere.yaml');
  });

  it('a password file that others may read', async () => {
    const rehearsal = await Rehearsal.begin();
    const path = join(rehearsal.root, 'passwords.yaml');
    await writeFile(path, 'login: x\n');
    await chmod(path, 0o644);
    const { code, stderr } = await rehearsal.run('init', '--yes', '--password-file', path);
    expect(code).toBe(2);
    expect(stderr).toMatch(/0600/);
  });
});

describe('a certificate that will not do', () => {
  async function siteWith(rehearsal: Rehearsal, key: string, certificate: string): Promise<string> {
    return rehearsal.siteFile((text) =>
      text.replace(/tls:\n {2}mode: self-signed/, `tls:\n  mode: files\n  key: ${key}\n  certificate: ${certificate}`),
    );
  }

  it('a key that does not fit its certificate', async () => {
    const rehearsal = await Rehearsal.begin();
    const [one, other] = await Promise.all([
      selfSigned('spot.berlin.example.org', Date.now(), '10.0.4.30'),
      selfSigned('spot.berlin.example.org', Date.now(), '10.0.4.30'),
    ]);
    const key = join(rehearsal.root, 'server.key');
    const certificate = join(rehearsal.root, 'server.cert');
    await writeFile(key, one.key, { mode: 0o600 });
    await writeFile(certificate, other.certificate);
    const site = await siteWith(rehearsal, key, certificate);
    const { code, stdout, stderr } = await rehearsal.run('init', '--yes', '--site', site);
    expect(code).toBe(3);
    expect(stdout + stderr).toMatch(/does not (fit|match|belong)|not .* pair/i);
    expect(await rehearsal.runs()).toEqual([]);
  });

  it('a file that is not there', async () => {
    const rehearsal = await Rehearsal.begin();
    const site = await siteWith(rehearsal, '/nowhere/server.key', '/nowhere/server.cert');
    const { code, stdout, stderr } = await rehearsal.run('init', '--yes', '--site', site);
    expect([2, 3]).toContain(code);
    expect(stdout + stderr).toContain('/nowhere/server.key');
  });
});

describe('words on the command line', () => {
  it.each([
    [['--sitee', 'x'], /--sitee/, /--site\b/],
    [['extra'], /extra/, /--help/],
    [['--speed', 'fast'], /fast/, /number/],
  ])('plan %s', async (flags, what, next) => {
    const rehearsal = await Rehearsal.begin();
    const { code, stderr } = await rehearsal.run('plan', ...flags);
    expect(code).toBe(2);
    expect(stderr).toMatch(what);
    expect(stderr).toMatch(next);
  });

  it('an unknown verb, and a verb that needs one more word', async () => {
    const rehearsal = await Rehearsal.begin();
    expect(await rehearsal.run('statsu')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('kloudspot status'),
    });
    expect(await rehearsal.run('storage')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('kloudspot storage list'),
    });
  });

  it.each([
    [['storage estmate'], 'Did you mean kloudspot storage estimate?'],
    [['storag list'], 'Did you mean kloudspot storage list?'],
    [['plan', '--json', '--sve', 'x'], 'Did you mean --save FILE?'],
    [['storage estimate', '--feature', 'kloudmange'], 'Did you mean kloudManage?'],
    [['storage estimate', '--engine', 'cstro'], 'Did you mean cstor?'],
    [['init', '--product', 'kloudpot', '--plain'], 'Did you mean kloudspot?'],
    [['help nope'], 'kloudspot node replace'],
    [['--rehers'], 'Unknown flag --rehers.\n  next:  Did you mean --rehearse?'],
    [['--json', '--plain'], 'A verb is missing.'],
    [['init', '--yes', '--product', 'nope'], 'with --yes the site file names the product'],
  ])('%s has a suggestion', async ([verb = '', ...flags], says) => {
    const rehearsal = await Rehearsal.begin();
    const { code, stdout, stderr } = await rehearsal.run(verb, ...flags);
    expect(code).toBe(2);
    expect(stdout + stderr).toContain(says);
  });

  it('init --yes that is refused leaves a rehearsal as it was', async () => {
    const rehearsal = await Rehearsal.begin();
    expect((await rehearsal.run('plan', '--brief')).code).toBe(0);
    const careful = (...words: readonly string[]) =>
      execa(launcher, [...words, '--rehearse', '--root', join(rehearsal.root, 'root')], { reject: false });
    const refused = await careful('init', '--yes');
    expect(refused).toMatchObject({ exitCode: 6, stderr: expect.stringContaining('--accept-new-host-keys') });
    // The keys that were pinned before are pinned still.
    expect(await careful('plan', '--brief')).toMatchObject({ exitCode: 0 });
  });

  it('init --yes that preflight refuses says that nothing was changed, and leaves a rehearsal as it was', async () => {
    const rehearsal = await Rehearsal.built();
    const refused = await rehearsal.run('init', '--yes', '--rehearse=no-avx');
    expect(refused).toMatchObject({ code: 3, stdout: expect.stringMatching(/\nNothing was changed\.$/) });
    expect((await rehearsal.run('status', '--exit-code')).code).toBe(0);
  });

  it('a site file that cannot be read is not passed over for that of the rehearsal', async () => {
    const rehearsal = await Rehearsal.begin();
    const site = rehearsal.path('etc/kloudspot/site.yaml');
    await mkdir(dirname(site), { recursive: true });
    await symlink(site, site);
    const { code, stderr } = await rehearsal.run('plan');
    expect([code, stderr]).toEqual([2, expect.stringContaining('Symbolic links form a loop.')]);
  });

  it('a product to size is a name or a file, and only where there is no site', async () => {
    const rehearsal = await Rehearsal.begin();
    const twice = await rehearsal.run('storage estimate', '--product', 'kloudspot');
    expect(twice).toMatchObject({ code: 2, stderr: expect.stringContaining('names the product already') });
    const file = join(rehearsal.root, 'other.yaml');
    const alone = ['storage', 'estimate', '--yes', '--root', join(rehearsal.root, 'new'), '--product', file];
    const missing = await execa(launcher, alone, { reject: false });
    expect(missing).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining(`The product file ${file} does not exist`),
    });
    const product = await readFile(join(home, 'templates/products/kloudspot.yaml'), 'utf8');
    await writeFile(file, product.replace(/^version: 1$/m, 'version: 9'));
    const wrong = await execa(launcher, alone, { reject: false });
    expect(wrong).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(/other\.yaml.*version/s) });
  });

  it('no terminal means no prompt but a clear message', async () => {
    const rehearsal = await Rehearsal.begin();
    const { code, stderr } = await rehearsal.run('init');
    expect(code).toBe(6);
    expect(stderr).toMatch(/--site FILE --yes/);
  });

  it('an unknown scenario names those that exist', async () => {
    const rehearsal = await Rehearsal.begin('nonsense');
    const { code, stderr } = await rehearsal.run('plan');
    expect(code).toBe(2);
    expect(stderr).toMatch(/healthy/);
  });

  it('every verb has a help that names itself', async () => {
    const rehearsal = await Rehearsal.begin();
    const verbs = [
      'init',
      'preflight',
      'plan',
      'apply',
      'resume',
      'undo',
      'attach',
      'storage estimate',
      'storage list',
      'start',
      'update',
      'stop',
      'status',
    ];
    const helps = await Promise.all(verbs.map(async (verb) => ({ verb, ...(await rehearsal.run(verb, '--help')) })));
    for (const { verb, code, stdout } of helps) {
      expect(code).toBe(0);
      expect(stdout).toContain(`kloudspot ${verb}`);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: none may be there.
      expect(stdout).not.toMatch(/\u001b/);
    }
  });
});
