// `npm test`: format, lint, types, then every test ring that this machine can hold.
// A ring that is left out is named on the last lines; with KLOUDSPOT_REQUIRE=all it fails the run.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import * as z from 'zod';

const home = resolve(import.meta.dirname, '..');
const requireAll = process.env.KLOUDSPOT_REQUIRE === 'all';
const wanted = new Set(process.argv.slice(2));
const report = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  success: z.boolean(),
  testResults: z.array(
    z.object({
      name: z.string(),
      message: z.string().default(''),
      assertionResults: z.array(
        z.object({ fullName: z.string(), status: z.string(), failureMessages: z.array(z.string()).default([]) }),
      ),
    }),
  ),
});

const rings = [
  { name: 'pure', missing: () => [] },
  { name: 'rehearsal', missing: () => [] },
  { name: 'terminal', missing: () => [] },
  { name: 'lab', missing: async () => (await import('../test/lab/lab.ts')).whatIsMissing() },
];

let passed = 0;
let failed = 0;
const failures: string[] = [];
const skipped: string[] = [];
const leftOut: string[] = [];

function run(title: string, command: string, args: readonly string[]): boolean {
  console.log(`\n── ${title}`);
  const { status } = spawnSync(command, args, { cwd: home, stdio: ['ignore', 'inherit', 'inherit'] });
  return status === 0;
}

function count(success: boolean): void {
  if (success) passed++;
  else failed++;
}

/** Every test that did not run, by file and name: left out on purpose, or because a hook of its suite failed. */
function skippedTests({ testResults }: z.output<typeof report>): string[] {
  const ran = new Set(['passed', 'failed']);
  return testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status }) => !ran.has(status))
      .map(({ fullName }) => `${relative(home, name)}: ${fullName}`),
  );
}

/** Every test that failed and every suite that broke, by file and name, with the first line of its message. */
function failedTests({ testResults }: z.output<typeof report>): string[] {
  const line = (file: string, name: string, message = '') =>
    `${relative(home, file)}: ${name}: ${message.split('\n')[0]}`;
  return testResults.flatMap(({ name, message, assertionResults }) => {
    const tests = assertionResults.filter(({ status }) => status === 'failed');
    if (tests.length === 0 && message !== '') return [line(name, 'the suite', message)];
    return tests.map(({ fullName, failureMessages }) => line(name, fullName, failureMessages[0]));
  });
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
    const result = report.parse(JSON.parse(readFileSync(output, 'utf8')));
    rmSync(output);
    passed += result.numPassedTests;
    // A suite that broke before its first test counts as one failure.
    failed += Math.max(result.numFailedTests, result.success ? 0 : 1);
    failures.push(...failedTests(result));
    skipped.push(...skippedTests(result));
  } else failed++;
  console.log(`ring ${ring.name}: ${Math.round((Date.now() - started) / 1000)} s`);
}

console.log('');
for (const line of failures) console.log(`FAILED: ${line}`);
const mark = requireAll ? 'LEFT OUT AND REQUIRED' : 'left out';
for (const line of leftOut) console.log(`${mark}: ring ${line}`);
for (const name of skipped) console.log(`${mark}: test ${name}`);
if (requireAll) failed += leftOut.length + skipped.length;
console.log(`${passed} passed, ${failed} failed, ${skipped.length} skipped`);
process.exitCode = failed === 0 ? 0 : 1;
