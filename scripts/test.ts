// `npm test`: format, lint, types, then every test ring that this machine can hold. `npm test pure lab`: these rings alone.
// A ring or a test that is left out is named on the last lines; with KLOUDSPOT_REQUIRE=all it fails the run.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { closing, counted, type Report, reportSchema, type Tally } from './test-report.ts';
import { whatIsMissing } from '../test/lab/missing.ts';

const home = resolve(import.meta.dirname, '..');
const requireAll = process.env.KLOUDSPOT_REQUIRE === 'all';
const wanted = new Set(process.argv.slice(2));
const rings = ['pure', 'rehearsal', 'terminal', 'lab'].filter((name) => wanted.size === 0 || wanted.has(name));
const unknown = [...wanted].filter((name) => !rings.includes(name));
if (unknown.length > 0) {
  console.error(`Unknown ring ${unknown.join(', ')}. Rings: pure, rehearsal, terminal, lab.`);
  process.exit(2);
}

let tally: Tally = { passed: 0, failed: 0, failures: [], skipped: [] };
const leftOut: string[] = [];

/** Gives the exit code, `null` where a signal ended it. */
function run(title: string, command: string, args: readonly string[]): number | null {
  console.log(`\n── ${title}`);
  return spawnSync(command, args, { cwd: home, stdio: ['ignore', 'inherit', 'inherit'] }).status;
}

function step(title: string, command: string, args: readonly string[]): void {
  const failures = run(title, command, args) === 0 ? [] : [`${title}: see above`];
  tally = {
    ...tally,
    passed: tally.passed + 1 - failures.length,
    failed: tally.failed + failures.length,
    failures: [...tally.failures, ...failures],
  };
}

const bin = (name: string) => join(home, 'node_modules/.bin', name);

function runRing(name: string): void {
  const output = join(tmpdir(), `kloudspot-${name}-${process.pid}.json`);
  const started = performance.now();
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${output}`];
  const exitCode = run(`ring ${name}`, bin('vitest'), ['run', '--project', name, ...reporters]);
  tally = counted(tally, { name, exitCode, report: reportIn(output) }, home);
  console.log(`ring ${name}: ${Math.round((performance.now() - started) / 1000)} s`);
}

function reportIn(path: string): Report | undefined {
  if (!existsSync(path)) return undefined;
  const report = reportSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  rmSync(path);
  return report;
}

if (wanted.size === 0) {
  step('format', bin('biome'), ['format', '.']);
  step('lint', bin('biome'), ['lint', '--error-on-warnings', '.']);
  step('types', bin('tsc'), ['--noEmit']);
}
step('build', process.execPath, ['scripts/build.ts']);

const missing = rings.includes('lab') ? whatIsMissing() : [];
if (missing.length > 0) leftOut.push(`lab: ${missing.join('; ')}`);
// First of all: tests of the pure ring run the lab's Helm and its API server.
else if (rings.includes('lab')) step('lab', process.execPath, ['test/lab/lab.ts', 'build']);
for (const name of rings) if (name !== 'lab' || missing.length === 0) runRing(name);

const { lines, ok } = closing(tally, leftOut, requireAll);
console.log(['', ...lines].join('\n'));
process.exitCode = ok ? 0 : 1;
