import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blocksOf } from '../structure/doc-blocks.ts';
import { home } from './program.ts';

const work = await mkdtemp(join(tmpdir(), 'kloudspot-packages-'));
afterAll(() => rm(work, { recursive: true, force: true }));
const at = (...parts: string[]) => join(work, ...parts);
const dist = (...flags: string[]) => execa(process.execPath, [join(home, 'scripts/dist.ts'), ...flags], { cwd: work });
const digests = async (folder: string) =>
  Promise.all(
    (await readdir(at(folder))).toSorted().map(async (name) => {
      const hash = createHash('sha256').update(await readFile(at(folder, name)));
      return `${hash.digest('hex')} ${name}`;
    }),
  );
const debOf = async () => (await readdir(at('first'))).find((file) => file.endsWith('.deb'));
/** As on a machine without Node.js, from an empty home. */
const bare = {
  extendEnv: false,
  reject: false,
  stdin: 'ignore',
  env: { PATH: '/usr/bin:/bin', HOME: at('home') },
} as const;

/** The executable, as its file is called; and the folder in the tarball. */
let name = '';
let folder = '';
beforeAll(async () => {
  await execa('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', at('key')]);
  await dist('--out', at('first'), '--key', at('key'));
  name = (await readdir(at('first'))).find((file) => file.endsWith('.tar.gz'))?.slice(0, -'.tar.gz'.length) ?? '';
  folder = name.replace(/-linux-.*/, '');
});

describe('the packages of npm run dist', () => {
  it('are equal byte for byte when built twice', async () => {
    await dist('--out', at('second'), '--key', at('key'));
    expect(await digests('second')).toEqual(await digests('first'));
    expect(await digests('first')).toHaveLength(6);
  });

  it('have checksums, and a signature that a changed list does not pass', async () => {
    const key = (await readFile(at('key.pub'), 'utf8')).split(' ').slice(0, 2).join(' ');
    await writeFile(at('signers'), `kloudspot ${key}\n`);
    await writeFile(at('first/allowed_signers'), `kloudspot ${key}\n`);
    const page = blocksOf(await readFile(join(home, 'docs/packages.md'), 'utf8'));
    const commands = page.filter(({ language }) => language === 'sh').flatMap(({ lines }) => lines);
    expect(commands).toHaveLength(2);
    for (const command of commands) await execa('bash', ['-c', command], { cwd: at('first') });
    await rm(at('first/allowed_signers'));
    const verify = async (sums: string) => {
      const words = [
        '-Y',
        'verify',
        '-f',
        at('signers'),
        '-I',
        'kloudspot',
        '-n',
        'file',
        '-s',
        at('first/SHA256SUMS.sig'),
      ];
      return (await execa('ssh-keygen', words, { input: sums, reject: false })).exitCode;
    };
    const sums = await readFile(at('first/SHA256SUMS'), 'utf8');
    expect(await verify(sums)).toBe(0);
    expect(await verify(sums.replace(/^./, 'z'))).not.toBe(0);
  });

  it('hold manual pages that the formatter takes without a warning', async () => {
    await execa('dpkg-deb', ['-x', at('first', (await debOf()) ?? ''), at('deb')]);
    const pages = await readdir(at('deb/usr/share/man/man1'));
    expect(pages.length).toBeGreaterThan(10);
    for (const page of pages) {
      const path = at('deb/usr/share/man/man1', page);
      const { stdout, stderr } = await execa('man', ['--warnings', '-l', path], {
        env: { MANWIDTH: '80', LC_ALL: 'C.UTF-8', MANPAGER: 'cat' },
      });
      expect({ page, stderr }).toEqual({ page, stderr: '' });
      expect(stdout).toContain('EXIT STATUS');
    }
  });

  it('bring a license for everything in them', async () => {
    await execa('tar', ['-xzf', at('first', `${name}.tar.gz`), '-C', work]);
    const texts = await Promise.all(
      [at(folder, 'LICENSE'), at(folder, 'runtime/LICENSE'), at(folder, 'THIRD-PARTY.txt')].map((path) =>
        readFile(path, 'utf8'),
      ),
    );
    const beside = await readFile(at('first', `${name}.licenses.txt`), 'utf8');
    for (const text of texts) expect(beside).toContain(text.trim());
    expect(texts[0]).toContain('Apache License');
    for (const library of ['ink', 'react', 'yoga-layout', 'zod'])
      expect(texts[2]).toMatch(new RegExp(`^${library} \\d`, 'm'));
  });

  it('the tarball unpacks beside the executable, which stays', async () => {
    await execa('tar', ['-xzf', at('first', `${name}.tar.gz`), '-C', at('first')]);
    expect((await readdir(at('first'))).toSorted()).toEqual(expect.arrayContaining([folder, name]));
    expect((await stat(at('first', name))).isFile()).toBe(true);
    await rm(at('first', folder), { recursive: true });
  });

  it('hold Node.js without the symbols of its debugger', async () => {
    await execa('tar', ['-xzf', at('first', `${name}.tar.gz`), '-C', work]);
    const { stdout } = await execa('readelf', ['--section-headers', '--wide', at(folder, 'runtime/node')]);
    expect(stdout).toContain('.dynsym');
    expect(stdout).not.toContain('.symtab');
    expect((await execa('readelf', ['--section-headers', '--wide', at('first', name)])).stdout).not.toContain(
      '.symtab',
    );
  });

  it('the tarball and the package run without Node.js on the machine', async () => {
    await execa('tar', ['-xzf', at('first', `${name}.tar.gz`), '-C', work]);
    // A link of one's own, one to the package's link, and one beside the folder of another program of that name.
    await mkdir(at('other/bin'), { recursive: true });
    await mkdir(at('other/lib/kloudspot/bin'), { recursive: true });
    await writeFile(at('other/lib/kloudspot/bin/kloudspot'), '');
    await symlink(at(folder, 'bin/kloudspot'), at('own'));
    await symlink(at('deb/usr/bin/kloudspot'), at('twice'));
    await symlink(at(folder, 'bin/kloudspot'), at('other/bin/kloudspot'));
    const programs = [at(folder, 'bin/kloudspot'), at('deb/usr/bin/kloudspot')];
    for (const program of [...programs, at('own'), at('twice'), at('other/bin/kloudspot')]) {
      const { stdout, stderr, exitCode } = await execa(program, ['status', '--root', at('root')], bare);
      expect({ program, stderr, exitCode }).toEqual({ program, stderr: expect.stringContaining('site'), exitCode: 2 });
      expect(stdout).toBe('');
    }
  });

  it('the package fills its compile cache by real starts when it is installed, and removes it', async () => {
    const installed = at('deb/usr/lib/kloudspot');
    const control = at('control');
    await execa('dpkg-deb', ['-e', at('first', (await debOf()) ?? ''), control]);
    const scripts = await Promise.all(['postinst', 'prerm'].map((script) => readFile(join(control, script), 'utf8')));
    expect(scripts[0]).toContain('/usr/lib/kloudspot/runtime/node /usr/lib/kloudspot/dist/fill-cache.js');
    expect(scripts[1]).toContain('rm -rf /usr/lib/kloudspot/dist/.compile-cache');
    const cache = join(installed, 'dist/.compile-cache');
    await rm(cache, { recursive: true, force: true });
    await execa(join(installed, 'runtime/node'), [join(installed, 'dist/fill-cache.js')], bare);
    // The pages of the wizard and what status loads: the start of one help keeps a handful.
    expect((await readdir(cache, { recursive: true })).length).toBeGreaterThan(20);
  });

  it('the single executable builds a cluster in a rehearsal, as its own run process too', async () => {
    const flags = ['--rehearse', '--speed=1000000', '--yes', '--accept-new-host-keys', '--root', at('single')];
    const { stdout, stderr, exitCode } = await execa(at('first', name), ['init', ...flags], bare);
    expect({ stderr, exitCode }).toEqual({ stderr: expect.any(String), exitCode: 0 });
    expect(stdout).toMatch(/is running\.$/m);
    expect(await readdir(at('home/.cache/kloudspot'))).toEqual([expect.stringMatching(/^templates-[0-9a-f]{16}$/)]);
  });

  it('the single executable refuses templates that another user could have changed', async () => {
    const [folder = ''] = await readdir(at('home/.cache/kloudspot'));
    await execa('chmod', ['777', at('home/.cache/kloudspot', folder)]);
    const { stderr, exitCode } = await execa(
      at('first', name),
      ['storage', 'estimate', '--product', 'kloudspot', '--yes', '--root', at('none')],
      bare,
    );
    expect(exitCode).toBe(2);
    expect(stderr).toContain('templates of the program cannot be unpacked');
  });
});
