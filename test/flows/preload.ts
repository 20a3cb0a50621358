import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';

/** Whether a library can be built and put before the program's own on this machine. */
export const canPreload =
  process.platform === 'linux' && (await execa('cc', ['--version'], { reject: false })).exitCode === 0;

/** Builds a library from C. Gives its path, and that of a file beside it which is not there yet. */
export async function library(source: string): Promise<{ readonly library: string; readonly flag: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'ks-preload-'));
  const [text, built] = [join(folder, 'source.c'), join(folder, 'library.so')];
  await writeFile(text, source);
  await execa('cc', ['-shared', '-fPIC', '-o', built, text, '-ldl']);
  return { library: built, flag: join(folder, 'flag') };
}
