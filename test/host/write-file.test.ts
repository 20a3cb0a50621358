import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeScript } from '../../source/host/files.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ks-file-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Runs the script with a `chmod` and a `chown` that note the mode of the new file after each of them. */
function write(path: string, mode?: number): string[] {
  const script = writeScript(path, 6, mode, undefined);
  const noting = (program: string) => ({
    [`BASH_FUNC_${program}%%`]: `() { command ${program} "$@"; stat -c %a -- "\${@: -1}" >>${folder}/modes; }`,
  });
  const { status, stderr } = spawnSync(
    'bash',
    ['--norc', '-c', script.text, script.name, ...(script.arguments ?? [])],
    {
      input: 'secret',
      encoding: 'utf8',
      env: { PATH: '/usr/bin:/bin', ...noting('chmod'), ...noting('chown') },
    },
  );
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return readFileSync(join(folder, 'modes'), 'utf8').trim().split('\n');
}

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);

describe('a file that is written on a node', () => {
  it('is never readable by others before it has its mode, be it new or in the place of an open one', () => {
    const path = join(folder, 'file');
    expect(new Set(write(path, 0o600))).toEqual(new Set(['600']));
    chmodSync(path, 0o644);
    rmSync(join(folder, 'modes'));
    expect(new Set(write(path, 0o600))).toEqual(new Set(['600']));
    expect(modeOf(path)).toBe('600');
  });

  it('keeps the mode of the file that it replaces, and is 0644 where there was none', () => {
    const [fresh, old] = [join(folder, 'fresh'), join(folder, 'old')];
    writeFileSync(old, '');
    chmodSync(old, 0o640);
    write(fresh);
    write(old);
    expect([modeOf(fresh), modeOf(old)]).toEqual(['644', '640']);
  });
});
