import { chmod, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { exitCode, Fault } from '../../errors/fault.ts';
import { asFileFault } from '../../host/file-fault.ts';
import { localHost } from '../../host/local.ts';
import { makeFolder } from '../../host/make-folder.ts';
import { whyUnread } from '../../host/unread.ts';
import type { Piece } from './collect.ts';

/** Writes the pieces into one `.tar.gz` that only its owner may read, by the system's tar. `name`: the folder inside. */
export async function writeBundle(path: string, name: string, pieces: readonly Piece[]): Promise<void> {
  const folder = await folderBeside(path).catch((error: unknown) => {
    throw notWritten(path, whyUnread(asFileFault(error)));
  });
  const here = localHost('this machine', () => undefined);
  try {
    for (const piece of pieces) {
      const file = join(folder, name, piece.path);
      makeFolder(dirname(file), 0o700);
      await writeFile(file, piece.text, { mode: 0o600 });
    }
    const fresh = join(folder, 'bundle.tar.gz');
    const { code, stderr } = await here.run(['tar', '-czf', fresh, '-C', folder, name], { deadline: 120_000 });
    if (code !== 0) throw notWritten(path, stderr.trim() || 'tar failed.');
    await chmod(fresh, 0o600);
    await rename(fresh, path);
  } finally {
    await here.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The folder of the file is made, as for a report. */
async function folderBeside(path: string): Promise<string> {
  makeFolder(dirname(path));
  return mkdtemp(join(dirname(path), '.support-'));
}

const notWritten = (path: string, why: string): Fault =>
  new Fault({
    what: `${path} was not written.`,
    why,
    next: ['Give another place: --output FILE'],
    exitCode: exitCode.ourFault,
  });
