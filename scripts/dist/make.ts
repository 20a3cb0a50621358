import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { build } from 'esbuild';
import { $ as plain } from 'zx';
import { runtimeFlags } from '../../source/host/program.ts';
import { shared, version } from '../build/options.ts';
import { normalize, type ProgramParts, programTree, systemTree, write } from './tree.ts';

const home = resolve(import.meta.dirname, '../..');

/** Processors, as Node.js and Debian call them. */
export const architectures = { x64: 'amd64', arm64: 'arm64' } as const;
export type Architecture = keyof typeof architectures;

export interface Job extends ProgramParts {
  /** Where the packages go. */
  readonly out: string;
  /** A folder of its own for what is put together. Removed by the caller. */
  readonly work: string;
  readonly arch: Architecture;
  /** Seconds since 1970 that every file has. */
  readonly seconds: number;
  /** The whole program as one file. */
  readonly program: string;
}

const quiet = plain({ quiet: true });

/** `kloudspot_VERSION_ARCH.deb`. Its size on disk and its dates follow from its content alone. */
export async function makeDeb(job: Job): Promise<readonly string[]> {
  const tree = join(job.work, 'deb');
  programTree(join(tree, 'usr/lib/kloudspot'), job);
  await systemTree(tree, job.seconds);
  write(join(tree, 'DEBIAN/control'), control(job.arch, kibibytes(tree)));
  write(join(tree, 'usr/lib/kloudspot/dist', fillCache), await filler());
  const scripts = Object.entries(maintainerScripts).map(([name, text]) => ({ path: join(tree, 'DEBIAN', name), text }));
  for (const { path, text } of scripts) write(path, text);
  normalize(tree, job.seconds);
  for (const { path } of scripts) await quiet`chmod 0755 ${path}`;
  const path = join(job.out, `kloudspot_${version}_${architectures[job.arch]}.deb`);
  const epoch = { ...process.env, SOURCE_DATE_EPOCH: String(job.seconds) };
  await quiet({ env: epoch })`dpkg-deb -Zzstd --threads-max=1 --root-owner-group --build ${tree} ${path}`;
  return [path];
}

const fillCache = 'fill-cache.js';

/** What dpkg runs. No compiled code is shipped, as it is of one processor: an install fills the cache by real starts. dpkg knows nothing of it. */
const maintainerScripts = {
  postinst: `#!/bin/sh
set -e
[ "$1" != configure ] || /usr/lib/kloudspot/runtime/node /usr/lib/kloudspot/dist/${fillCache} >/dev/null 2>&1 || true
`,
  prerm: '#!/bin/sh\nset -e\nrm -rf /usr/lib/kloudspot/dist/.compile-cache\n',
};

/** The script that fills the compile cache, as one file. */
async function filler(): Promise<string> {
  const own = { entryPoints: ['scripts/fill-cache.ts'], outfile: fillCache, plugins: [] };
  const { outputFiles } = await build({ ...shared, ...own });
  return outputFiles[0]?.text ?? '';
}

const control = (arch: Architecture, installedKibibytes: number): string => `Package: kloudspot
Version: ${version}
Architecture: ${architectures[arch]}
Maintainer: kloudspot developers <kloudspot@localhost>
Installed-Size: ${installedKibibytes}
Depends: libc6 (>= 2.28), libstdc++6, libatomic1, openssh-client
Section: admin
Priority: optional
Description: from bare Ubuntu machines to a highly available MicroK8s cluster
 A terminal program that checks the machines, says what it will do, does exactly
 that, and looks after cluster and product from then on. Brings its own Node.js.
`;

function kibibytes(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const sizes = files.map(({ parentPath, name }) => Math.ceil(readFileSync(join(parentPath, name)).length / 1024));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** `kloudspot-VERSION-linux-ARCH.tar.gz`: one folder that runs wherever it is unpacked. It is not called as the executable is. */
export async function makeTarball(job: Job): Promise<readonly string[]> {
  const name = `kloudspot-${version}`;
  const tree = join(job.work, name);
  programTree(tree, job);
  write(join(tree, 'LICENSE'), readFileSync(join(home, 'LICENSE')));
  normalize(tree, job.seconds);
  const path = join(job.out, `${name}-linux-${job.arch}.tar.gz`);
  const same = ['--sort=name', '--owner=0', '--group=0', '--numeric-owner', `--mtime=@${job.seconds}`, '--format=gnu'];
  await quiet`tar ${same} -C ${job.work} -cf - ${name} | gzip -n -6 > ${path}`;
  return [path];
}

/**
 * `kloudspot-VERSION-linux-ARCH`: one executable file, which starts itself again for the process of a run. The licenses of what
 * is in it are a file beside it.
 */
export async function makeExecutable(job: Job): Promise<readonly string[]> {
  const path = join(job.out, `kloudspot-${version}-linux-${job.arch}`);
  // Names only: the path of the program is kept in the executable, and a temporary folder would make each build another.
  const [main, templates] = ['kloudspot.mjs', 'templates.json'];
  const settings = join(job.work, 'executable.json');
  writeFileSync(join(job.work, main), job.program);
  writeFileSync(join(job.work, templates), JSON.stringify(templateFiles()));
  writeFileSync(
    settings,
    JSON.stringify({
      main,
      mainFormat: 'module',
      executable: join(job.runtime, 'bin/node'),
      output: path,
      disableExperimentalSEAWarning: true,
      execArgv: runtimeFlags,
      // Compiled code differs from build to build, and is of one processor.
      useCodeCache: false,
      useSnapshot: false,
      assets: { 'templates.json': templates },
    }),
  );
  await quiet({ cwd: job.work })`${process.execPath} --build-sea ${settings}`;
  await quiet`chmod 0755 ${path}`;
  const licenses = `${path}.licenses.txt`;
  const parts = [join(home, 'LICENSE'), join(job.runtime, 'LICENSE')].map((file) => readFileSync(file, 'utf8').trim());
  writeFileSync(licenses, `${['kloudspot', parts[0], 'Node.js', parts[1], job.thirdParty].join('\n\n')}`);
  return [path, licenses];
}

/** By path under templates/. */
function templateFiles(): Record<string, string> {
  const folder = join(home, 'templates');
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map(({ parentPath, name }) => join(parentPath, name)).toSorted();
  return Object.fromEntries(paths.map((path) => [relative(folder, path), readFileSync(path, 'utf8')]));
}

/** `SHA256SUMS` beside the packages, and its signature `SHA256SUMS.sig` where a key is given. */
export async function makeSums(out: string, packages: readonly string[], key: string | undefined): Promise<void> {
  const rows = packages.map(
    (path) => `${createHash('sha256').update(readFileSync(path)).digest('hex')}  ${basename(path)}\n`,
  );
  const path = join(out, 'SHA256SUMS');
  writeFileSync(path, rows.toSorted().join(''));
  rmSync(`${path}.sig`, { force: true });
  if (key !== undefined) await quiet`ssh-keygen -q -Y sign -f ${key} -n file ${path}`;
}

/** An empty folder for packages. */
export function emptied(folder: string): string {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return folder;
}
