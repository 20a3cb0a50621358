import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { $ as plain } from 'zx';

/**
 * The Node.js of the packages, without the symbols that only a debugger of Node.js itself reads: a fifth of its size. `strip` of
 * another processor than this one's may not know the file: it is then packed as it is, which is said.
 */
export async function strippedRuntime(runtime: string, work: string): Promise<string> {
  const copy = join(work, 'runtime');
  mkdirSync(join(copy, 'bin'), { recursive: true });
  for (const file of ['bin/node', 'LICENSE']) copyFileSync(join(runtime, file), join(copy, file));
  const { exitCode, stderr } = await plain({ quiet: true, nothrow: true })`strip ${join(copy, 'bin/node')}`;
  if (exitCode === 0) return copy;
  console.error(`Node.js is packed with its symbols, 33 MB more (sudo apt-get install binutils): ${stderr.trim()}`);
  return runtime;
}
