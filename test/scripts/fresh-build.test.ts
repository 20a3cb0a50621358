import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { changedSinceBuild } from '../flows/fresh-build.ts';

let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'kloudspot-fresh-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** A file that was written so many seconds after 1970. */
function put(path: string, seconds: number): void {
  const at = join(home, path);
  mkdirSync(dirname(at), { recursive: true });
  writeFileSync(at, '');
  utimesSync(at, seconds, seconds);
}

describe('tests of the built program are refused where it is not what the sources say', () => {
  it('nothing was built', () => {
    put('source/cli.ts', 1);
    expect(changedSinceBuild(home)).toBe('dist/');
  });

  it.each(['source/check/checks.ts', 'templates/products/x.yaml', 'scripts/build/data.ts', 'package.json'])(
    '%s was changed after the build',
    (path) => {
      put('source/cli.ts', 1);
      put('dist/cli.cjs', 2);
      expect(changedSinceBuild(home)).toBeUndefined();
      put(path, 3);
      expect(changedSinceBuild(home)).toBe(path);
    },
  );
});
