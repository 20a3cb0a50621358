// npm run dist: a .deb, a tarball and a single executable with runtime, checksums, and a signature where a key is given.
// Two builds of one commit are equal byte for byte. docs/packages.md says how to use it and how to check a package.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import * as z from 'zod';
import { sourceDate } from './build/options.ts';
import { buildInto } from './build/split.ts';
import { bundle } from './dist/bundle.ts';
import { emptied, makeDeb, makeExecutable, makeSums, makeTarball } from './dist/make.ts';
import { strippedRuntime } from './dist/runtime.ts';

const home = resolve(import.meta.dirname, '..');
const makers = { deb: makeDeb, tarball: makeTarball, executable: makeExecutable } as const;

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: join(home, 'packages') },
    only: { type: 'string', default: Object.keys(makers).join(',') },
    arch: { type: 'string', default: 'x64' },
    runtime: { type: 'string' },
    key: { type: 'string' },
  },
});
const only = z.array(z.enum(['deb', 'tarball', 'executable'])).parse(values.only.split(','));
const arch = z.enum(['x64', 'arm64']).parse(values.arch);

const work = mkdtempSync(join(tmpdir(), 'kloudspot-dist-'));
try {
  const dist = join(work, 'dist');
  await buildInto(dist);
  const out = emptied(resolve(values.out));
  const given = resolve(values.runtime ?? join(home, 'node_modules', `node-linux-${arch}`));
  const runtime = await strippedRuntime(given, work);
  const job = { out, work, dist, arch, runtime, seconds: sourceDate(), ...(await bundle()) };
  const packages: string[] = [];
  for (const kind of only) packages.push(...(await makers[kind](job)));
  await makeSums(out, packages, values.key);
  console.log([...packages, join(out, 'SHA256SUMS')].join('\n'));
} finally {
  rmSync(work, { recursive: true, force: true });
}
