import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

/** What `netplan generate` runs, without Python in front of it; undefined where netplan is not installed. */
export const generator = ['/usr/libexec/netplan/generate', '/usr/lib/netplan/generate'].find((path) =>
  existsSync(path),
);

/** netplan's own examples. They are read here and kept nowhere. */
const folder = ['/usr/share/doc/netplan/examples', '/usr/share/doc/netplan.io/examples'].find((path) =>
  existsSync(path),
);

/** By name; none where they are not installed. */
export const examples: ReadonlyMap<string, string> = new Map(
  folder === undefined
    ? []
    : readdirSync(folder)
        .filter((name) => name.endsWith('.yaml'))
        .map((name) => [name, readFileSync(join(folder, name), 'utf8')] as const),
);

/**
 * Every file that netplan makes of one file in /etc/netplan, for networkd, NetworkManager, udev and the supplicant: path below
 * /run → lines. Undefined where netplan refuses the file.
 */
export function generated(name: string, text: string): ReadonlyMap<string, readonly string[]> | undefined {
  const root = mkdtempSync(join(tmpdir(), 'netplan-'));
  try {
    mkdirSync(join(root, 'etc/netplan'), { recursive: true });
    writeFileSync(join(root, 'etc/netplan', name), text, { mode: 0o600 });
    if (spawnSync(generator ?? 'netplan', ['--root-dir', root], { stdio: 'pipe' }).status !== 0) return undefined;
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
