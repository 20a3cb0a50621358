// `npm test`: format, lint, types, then every test ring that this machine can hold.
// A ring that is left out is named on the last lines; with KLOUDSPOT_REQUIRE=all it fails the run.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { closing, counted, reportSchema, type Tally } from './test-report.ts';

const home = resolve(import.meta.dirname, '..');
const requireAll = process.env.KLOUDSPOT_REQUIRE === 'all';
const wanted = new Set(process.argv.slice(2));
const rings = [
  { name: 'pure', missing: () => [] },
  { name: 'rehearsal', missing: () => [] },
  { name: 'terminal', missing: () => [] },
  { name: 'lab', missing: async () => (await import('../test/lab/lab.ts')).whatIsMissing() },
];

let tally: Tally = { passed: 0, failed: 0, failures: [], skipped: [] };
const leftOut: string[] = [];

function run(title: string, command: string, args: readonly string[]): boolean {
  console.log(`\n── ${title}`);
  const { status } = spawnSync(command, args, { cwd: home, stdio: ['ignore', 'inherit', 'inherit'] });
  return status === 0;
}

function count(success: boolean): void {
  tally = success ? { ...tally, passed: tally.passed + 1 } : { ...tally, failed: tally.failed + 1 };
}

const bin = (name: string) => join(home, 'node_modules/.bin', name);
if (wanted.size === 0) {
  count(run('format', bin('biome'), ['format', '.']));
  count(run('lint', bin('biome'), ['lint', '--error-on-warnings', '.']));
  count(run('types', bin('tsc'), ['--noEmit']));
}
count(run('build', process.execPath, ['scripts/build.ts']));

for (const ring of rings) {
  if (wanted.size > 0 && !wanted.has(ring.name)) continue;
  const missing = await ring.missing();
  if (missing.length > 0) {
    leftOut.push(`${ring.name}: ${missing.join('; ')}`);
    continue;
  }
  const output = join(tmpdir(), `kloudspot-${ring.name}-${process.pid}.json`);
  const started = Date.now();
  run(`ring ${ring.name}`, bin('vitest'), [
    'run',
    '--project',
    ring.name,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${output}`,
  ]);
  if (existsSync(output)) {
    tally = counted(tally, reportSchema.parse(JSON.parse(readFileSync(output, 'utf8'))), home);
    rmSync(output);
  } else count(false);
  console.log(`ring ${ring.name}: ${Math.round((Date.now() - started) / 1000)} s`);
}

const { lines, ok } = closing(tally, leftOut, requireAll);
console.log(['', ...lines].join('\n'));
process.exitCode = ok ? 0 : 1;
