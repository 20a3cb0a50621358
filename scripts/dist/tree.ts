import {
  chmodSync,
  cpSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { completion, shells } from '../../source/cli/text/completion.ts';
import { verbs as table } from '../../source/cli/verb-table.ts';
import { namedValues, shownVerbs } from '../../source/cli/verbs/completion.ts';
import { version } from '../build/options.ts';
import { manual } from './man.ts';

const home = resolve(import.meta.dirname, '../..');

/** Where each shell looks for completions that a package brings. */
const completionPath = {
  bash: 'usr/share/bash-completion/completions/kloudspot',
  zsh: 'usr/share/zsh/vendor-completions/_kloudspot',
  fish: 'usr/share/fish/vendor_completions.d/kloudspot.fish',
} as const;

/** What a folder of the program is put together from. */
export interface ProgramParts {
  /** The bundle. */
  readonly dist: string;
  /** The Node.js of the processor: a folder with `bin/node` and `LICENSE`. */
  readonly runtime: string;
  /** The licenses of the bundled libraries. */
  readonly thirdParty: string;
}

/** The program in one folder: launcher, bundle, templates, and Node.js with its license. */
export function programTree(into: string, { dist, runtime, thirdParty }: ProgramParts): void {
  for (const part of ['bin', 'templates']) cpSync(join(home, part), join(into, part), { recursive: true });
  cpSync(dist, join(into, 'dist'), { recursive: true });
  copy(join(runtime, 'bin/node'), join(into, 'runtime/node'));
  copy(join(runtime, 'LICENSE'), join(into, 'runtime/LICENSE'));
  write(join(into, 'THIRD-PARTY.txt'), thirdParty);
}

/** The files of a system's package beside the program: the name on the path, manual pages, completions, copyright. */
export async function systemTree(into: string, seconds: number): Promise<void> {
  const link = join(into, 'usr/bin/kloudspot');
  mkdirSync(dirname(link), { recursive: true });
  symlinkSync('../lib/kloudspot/bin/kloudspot', link);
  const shown = await shownVerbs({ verbs: table, version });
  for (const shell of shells) write(join(into, completionPath[shell]), completion(shell, shown, namedValues()));
  for (const { file, text } of await manualPages(seconds))
    write(join(into, 'usr/share/man/man1', `${file}.gz`), packed(text));
  const docs = join(into, 'usr/share/doc/kloudspot');
  write(join(docs, 'changelog.gz'), packed(readFileSync(join(home, 'CHANGELOG.md'), 'utf8')));
  write(join(docs, 'copyright'), copyright);
}

/** The manual, from the table of verbs. */
export async function manualPages(seconds: number): Promise<ReturnType<typeof manual>> {
  const shown = await shownVerbs({ verbs: table, version });
  const described = shown.map(async (verb) => ({
    ...verb,
    description: (await table[verb.name]?.load())?.default.about ?? '',
  }));
  return manual(await Promise.all(described), version, seconds);
}

const copyright = `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: kloudspot

Files: *
Copyright: the kloudspot developers
License: Apache-2.0
 On Debian systems: /usr/share/common-licenses/Apache-2.0

Files: usr/lib/kloudspot/runtime/*
Copyright: Node.js contributors and others
License: see usr/lib/kloudspot/runtime/LICENSE

Files: usr/lib/kloudspot/dist/*
Copyright: the kloudspot developers, and the authors of the bundled libraries
License: Apache-2.0, and those in usr/lib/kloudspot/THIRD-PARTY.txt
`;

const packed = (text: string): Buffer => gzipSync(text, { level: 9 });

/** Writes a file of a package, and the folders that it needs. */
export function write(path: string, content: string | Buffer): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to);
}

/** Gives every file the same date and a mode that depends on nothing but whether it can be executed. */
export function normalize(path: string, seconds: number): void {
  const stat = lstatSync(path);
  if (stat.isDirectory()) for (const name of readdirSync(path)) normalize(join(path, name), seconds);
  if (!stat.isSymbolicLink()) chmodSync(path, stat.isDirectory() || stat.mode & 0o100 ? 0o755 : 0o644);
  lutimesSync(path, seconds, seconds);
}
