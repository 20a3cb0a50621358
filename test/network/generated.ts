import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

/**
 * Every file that a netplan makes of one file in /etc/netplan, for networkd, NetworkManager, udev and the supplicant: path below
 * /run → lines. Undefined where netplan refuses the file.
 */
export type Generate = (name: string, text: string) => ReadonlyMap<string, readonly string[]> | undefined;

/** What `netplan generate` runs, without Python in front of it. */
const programs = ['usr/libexec/netplan/generate', 'usr/lib/netplan/generate'];

/** That of this machine; undefined where netplan is not installed. */
export function ownGenerator(): Generate | undefined {
  const program = programs.map((path) => `/${path}`).find((path) => existsSync(path));
  return program === undefined ? undefined : (name, text) => generated([program], name, text);
}

/** That of another system whose files lie in a folder, with the libraries of that one. Undefined where it has none. */
export function generatorOf(root: string): Generate | undefined {
  const program = programs.map((path) => join(root, path)).find((path) => existsSync(path));
  const loader = join(root, 'lib64/ld-linux-x86-64.so.2');
  if (program === undefined || !existsSync(loader)) return undefined;
  const libraries = join(root, 'usr/lib/x86_64-linux-gnu');
  return (name, text) => generated([loader, '--library-path', libraries, program], name, text);
}

/** netplan's own examples on the system whose files lie in a folder, by name. They are read here and kept nowhere. */
export function examplesBelow(root: string): ReadonlyMap<string, string> {
  const folder = ['usr/share/doc/netplan/examples', 'usr/share/doc/netplan.io/examples']
    .map((path) => join(root, path))
    .find((path) => existsSync(path));
  const names = folder === undefined ? [] : readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  return new Map(names.map((name) => [name, readFileSync(join(folder ?? '', name), 'utf8')]));
}

function generated(command: readonly string[], name: string, text: string): ReturnType<Generate> {
  const root = mkdtempSync(join(tmpdir(), 'netplan-'));
  try {
    mkdirSync(join(root, 'etc/netplan'), { recursive: true });
    writeFileSync(join(root, 'etc/netplan', name), text, { mode: 0o600 });
    const [program = '', ...words] = command;
    if (spawnSync(program, [...words, '--root-dir', root], { stdio: 'pipe' }).status !== 0) return undefined;
    return new Map(filesBelow(join(root, 'run')));
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function filesBelow(top: string): [string, readonly string[]][] {
  if (!existsSync(top)) return [];
  return readdirSync(top, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [relative(top, path), readFileSync(path, 'utf8').trim().split('\n')];
    });
}
