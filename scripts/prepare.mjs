// Runs at the end of an install. Without the development tools (an install with --omit=dev) there is nothing to build with,
// and a package that already holds dist/ needs no build.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

const home = resolve(import.meta.dirname, '..');
const node = resolve(home, 'node_modules/.bin/node');
if (!existsSync(resolve(home, 'node_modules/esbuild'))) {
  if (!existsSync(resolve(home, 'dist/cli.cjs')))
    console.error('kloudspot: not built (the development tools were left out). Run npm ci, then npm run build.');
} else {
  const run = (script) =>
    spawnSync(existsSync(node) ? node : process.execPath, [resolve(home, 'scripts', script)], { stdio: 'inherit' })
      .status;
  process.exitCode = run('build.ts') ?? 1;
  // For speed alone: an install without it is whole.
  if (process.exitCode === 0) run('fill-cache.ts');
}
