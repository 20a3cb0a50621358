import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, it } from 'vitest';

const home = resolve(import.meta.dirname, '../..');
const work = await mkdtemp(join(tmpdir(), 'kloudspot-launcher-'));
afterAll(() => rm(work, { recursive: true }));

/** The launcher beside a program that only shows a variable of its environment: where its compile cache is, or the one named. */
beforeAll(async () => {
  await mkdir(join(work, 'dist'));
  await mkdir(join(work, 'bin'));
  await cp(join(home, 'bin/kloudspot'), join(work, 'bin/kloudspot'));
  await writeFile(join(work, 'dist/cli.cjs'), "console.log(process.env[process.env.SHOW ?? 'NODE_COMPILE_CACHE'])");
});

it.each([
  [work, 'bin/kloudspot'],
  [work, './bin/kloudspot'],
  [join(work, 'bin'), './kloudspot'],
  [dirname(work), `${work.slice(dirname(work).length + 1)}/bin/kloudspot`],
  ['/', join(work, 'bin/kloudspot')],
])(
  'in %s, called %s, the compile cache is beside the program, for processes with another working folder too',
  async (cwd, called) => {
    const path = `${dirname(process.execPath)}:/usr/bin:/bin`;
    const options = { cwd, env: { PATH: path, HOME: work }, extendEnv: false } as const;
    const { stdout } = await execa('sh', ['-c', called], options);
    expect(resolve('/', stdout)).toBe(join(work, 'dist/.compile-cache'));
    expect(stdout.startsWith('/')).toBe(true);
  },
);

it.each([
  ['a folder of the system that takes none', '/proc/self'],
  ['one below it', '/proc/nowhere/cache'],
  ['the end of a link that leads nowhere', join(work, 'dead')],
])('without a compile cache where it would be in %s', async (_, folder) => {
  await rm(join(work, 'dead'), { force: true });
  await symlink(join(work, 'missing', 'folder'), join(work, 'dead'));
  const env = { PATH: `${dirname(process.execPath)}:/usr/bin:/bin`, HOME: work, NODE_COMPILE_CACHE: folder };
  const { stdout } = await execa(join(work, 'bin/kloudspot'), { env, extendEnv: false });
  expect(stdout).toBe('undefined');
});

it.each([
  ['one, so that a screen takes less memory', {}, '1'],
  ['those that the environment asks for', { MALLOC_ARENA_MAX: '4' }, '4'],
])('areas of malloc are %s', async (_, given, wanted) => {
  const path = `${dirname(process.execPath)}:/usr/bin:/bin`;
  const env = { PATH: path, HOME: work, SHOW: 'MALLOC_ARENA_MAX', ...given };
  const { stdout } = await execa(join(work, 'bin/kloudspot'), { env, extendEnv: false });
  expect(stdout).toBe(wanted);
});
