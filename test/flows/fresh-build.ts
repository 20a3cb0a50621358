import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** What dist/ is built from. */
const built = ['source', 'templates', 'scripts/build', 'package.json'];

/** The first file under `home` that was changed after the program was built; `dist/` where it was never built. */
export function changedSinceBuild(home: string): string | undefined {
  const program = join(home, 'dist/cli.cjs');
  if (!existsSync(program)) return 'dist/';
  const builtAt = statSync(program).mtimeMs;
  return filesOf(home).find((path) => statSync(join(home, path)).mtimeMs > builtAt);
}

function filesOf(home: string): readonly string[] {
  return built
    .filter((path) => existsSync(join(home, path)))
    .flatMap((path) =>
      statSync(join(home, path)).isFile()
        ? [path]
        : readdirSync(join(home, path), { recursive: true, withFileTypes: true })
            .filter((entry) => entry.isFile())
            .map((entry) => join(entry.parentPath, entry.name).slice(home.length + 1)),
    );
}

/** Before tests of the built program: an older one would pass for what the sources do. */
export default function setup(): void {
  const changed = changedSinceBuild(resolve(import.meta.dirname, '../..'));
  if (changed !== undefined)
    throw new Error(`${changed} is newer than the built program, which these tests run. First: npm run build`);
}
