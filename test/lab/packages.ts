// A package source in a folder: enough for apt-get update, upgrade and install to do their real work without a network.
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { quietly } from './hub.ts';

export async function buildPackage(
  file: string,
  { name, version, postinst }: { name: string; version: string; postinst: string },
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'lab-package-'));
  const control = join(folder, 'DEBIAN');
  mkdirSync(control);
  writeFileSync(
    join(control, 'control'),
    `Package: ${name}\nVersion: ${version}\nArchitecture: all\nMaintainer: lab <lab@localhost>\nDescription: a package whose upgrade asks for a reboot\n`,
  );
  writeFileSync(join(control, 'postinst'), postinst, { mode: 0o755 });
  await quietly`chmod 755 ${folder} && dpkg-deb --root-owner-group -b ${folder} ${file}`;
  rmSync(folder, { recursive: true });
}

export async function indexPackages(folder: string): Promise<void> {
  const entries: string[] = [];
  for (const file of readdirSync(folder)
    .filter((name) => name.endsWith('.deb'))
    .sort()) {
    const content = readFileSync(join(folder, file));
    const control = (await quietly`dpkg-deb -f ${join(folder, file)}`).stdout.trim();
    entries.push(
      `${control}\nFilename: ./${file}\nSize: ${content.length}\nSHA256: ${createHash('sha256').update(content).digest('hex')}\n`,
    );
  }
  writeFileSync(join(folder, 'Packages'), entries.join('\n'));
}
