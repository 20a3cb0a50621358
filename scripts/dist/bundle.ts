import { readdirSync, readFileSync } from 'node:fs';
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

/** Licenses of packages that come without a file for it, each from the repository of its maker. */
const beside: Readonly<Record<string, string>> = { 'yoga-layout': 'licenses/yoga-layout.txt' };

/** License and notice of a package. One without a license is not shipped. */
function licenseOf(folder: string): string {
  const about = packageFile.parse(JSON.parse(readFileSync(join(home, folder, 'package.json'), 'utf8')));
  const names = readdirSync(join(home, folder)).filter((name) => /^(licen[cs]e|notice)(\.(md|txt))?$/i.test(name));
  const paths = names.toSorted().map((name) => join(folder, name));
  const own = beside[about.name];
  if (!names.some((name) => /^licen/i.test(name))) {
    if (own === undefined) throw new Error(`${about.name} ${about.version} has no license file`);
    paths.push(own);
  }
  const texts = paths.map((path) => readFileSync(join(home, path), 'utf8').trim());
  return `${about.name} ${about.version} (${about.license})\n\n${texts.join('\n\n')}\n`;
}
