import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import * as z from 'zod';
import { requireBanner, shared } from '../build/options.ts';

const home = resolve(import.meta.dirname, '../..');
const packageFile = z.object({ name: z.string(), version: z.string(), license: z.string().default('not stated') });

/** The whole program as one file, and the licenses of the libraries in it. */
export async function bundle(): Promise<{ readonly program: string; readonly thirdParty: string }> {
  const { outputFiles, metafile } = await build({
    ...shared,
    outfile: 'dist/kloudspot.mjs',
    banner: { js: requireBanner },
    metafile: true,
  });
  const inputs = Object.keys(metafile.inputs).flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? []);
  const folders = [...new Set(inputs)].toSorted();
  return { program: outputFiles[0]?.text ?? '', thirdParty: folders.map(licenseOf).join('\n') };
}

function licenseOf(folder: string): string {
  const about = packageFile.parse(JSON.parse(readFileSync(join(home, folder, 'package.json'), 'utf8')));
  const file = ['LICENSE', 'license', 'LICENSE.md', 'LICENSE.txt', 'LICENCE']
    .map((name) => join(home, folder, name))
    .find(existsSync);
  const text = file === undefined ? 'The package has no license file.' : readFileSync(file, 'utf8').trim();
  return `${about.name} ${about.version} (${about.license})\n\n${text}\n`;
}
