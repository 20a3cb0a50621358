// `npm test`: format, lint, types, then every test ring that this machine can hold. `npm test pure lab`: these rings alone.
// A ring or a test that is left out is named on the last lines; with KLOUDSPOT_REQUIRE=all it fails the run.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync, rmSync } from 'node:fs';
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

interface Ring {
  readonly name: string;
  readonly report: string;
  readonly args: readonly string[];
  /** ms of the monotonic clock. */
  readonly started: number;
}

function ringOf(name: string): Ring {
  const report = join(tmpdir(), `kloudspot-${name}-${process.pid}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  return { name, report, args: ['run', '--project', name, ...reporters], started: performance.now() };
}

function runRing(name: string): void {
  const ring = ringOf(name);
  ended(ring, run(`ring ${name}`, bin('vitest'), ring.args));
}

/** Starts a ring whose output is printed at its end, as others run meanwhile. Gives what waits for it. */
function startRing(name: string): () => Promise<void> {
  const ring = ringOf(name);
  const path = `${ring.report}.log`;
  const output = openSync(path, 'w');
  console.log(`\n── ring ${name} runs beside the others; what it prints comes last`);
  const child = spawn(bin('vitest'), [...ring.args], { cwd: home, stdio: ['ignore', output, output] });
  closeSync(output);
  const exited = once(child, 'exit');
  return async () => {
    const [exitCode] = await exited;
    console.log(`\n── ring ${name}\n${readFileSync(path, 'utf8')}`);
    rmSync(path);
    ended(ring, typeof exitCode === 'number' ? exitCode : null);
  };
}

function ended({ name, report, started }: Ring, exitCode: number | null): void {
  tally = counted(tally, { name, exitCode, report: reportIn(report) }, home);
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
const runnable = rings.filter((name) => name !== 'lab' || missing.length === 0);
// The lab waits more than it computes: beside it the other rings take the processors that it leaves.
const lab = runnable.includes('lab') && runnable.length > 1 ? startRing('lab') : undefined;
for (const name of runnable) if (name !== 'lab' || lab === undefined) runRing(name);
await lab?.();

const { lines, ok } = closing(tally, leftOut, requireAll);
console.log(['', ...lines].join('\n'));
process.exitCode = ok ? 0 : 1;
