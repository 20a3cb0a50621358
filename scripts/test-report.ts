// What vitest's reports say, as the last lines of `npm test`: what failed, what was left out, and how many passed.
import { relative } from 'node:path';
import * as z from 'zod';

/** The part of vitest's JSON report that counts here. */
export const reportSchema = z.object({
  numPassedTests: z.number(),
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

export type Report = z.output<typeof reportSchema>;

/** What was counted so far, over all rings. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly failures: readonly string[];
  readonly skipped: readonly string[];
}

/** One ring as it has run: vitest's exit code, and its report, which it does not write where it dies. */
export interface Ring {
  readonly name: string;
  readonly exitCode: number | null;
  readonly report: Report | undefined;
}

/** The tally with the tests of one ring. `home`: the folder that names of files are relative to. */
export function counted(tally: Tally, { name, exitCode, report }: Ring, home: string): Tally {
  const failed = report === undefined ? [] : failedTests(report, home);
  // Its report says nothing of an error that no test caught, and there is none of a vitest that was killed.
  const unnamed = exitCode !== 0 && failed.length === 0;
  const failures = unnamed ? [`ring ${name}: vitest ended with exit code ${exitCode ?? 'none'}; see above`] : failed;
  return {
    passed: tally.passed + (report?.numPassedTests ?? 0),
    failed: tally.failed + failures.length,
    failures: [...tally.failures, ...failures],
    skipped: [...tally.skipped, ...(report === undefined ? [] : skippedTests(report, home))],
  };
}

/** The last lines, and whether all is well. `requireAll`: a ring or a test that did not run is a failure. */
export function closing(
  { passed, failed, failures, skipped }: Tally,
  leftOut: readonly string[],
  requireAll: boolean,
): { readonly lines: readonly string[]; readonly ok: boolean } {
  const mark = requireAll ? 'LEFT OUT AND REQUIRED' : 'left out';
  const all = failed + (requireAll ? leftOut.length + skipped.length : 0);
  const lines = [
    ...failures.map((line) => `FAILED: ${line}`),
    ...leftOut.map((line) => `${mark}: ring ${line}`),
    ...skipped.map((name) => `${mark}: test ${name}`),
    `${passed} passed, ${all} failed, ${skipped.length} skipped`,
  ];
  return { lines, ok: all === 0 };
}

/** Every test that did not run, by file and name: left out on purpose, or because a hook of its suite failed. */
function skippedTests({ testResults }: Report, home: string): string[] {
  const ran = new Set(['passed', 'failed']);
  return testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status }) => !ran.has(status))
      .map(({ fullName }) => `${relative(home, name)}: ${fullName}`),
  );
}

/** Lines of a message that follow its first one: a message that holds a program's output says why at its end. */
const LAST_LINES = 12;

/** The first line of a message and its last ones, without the stack. */
function shortened(message: string): string {
  const [first = '', ...rest] = message.split('\n').filter((line) => line.trim() !== '' && !/^\s+at /.test(line));
  const last = rest.slice(-LAST_LINES).map((line) => `\n    ${line}`);
  return first + (rest.length > LAST_LINES ? '\n    …' : '') + last.join('');
}

/** Every test that failed and every suite that broke, by file and name, with what its message says. */
function failedTests({ testResults }: Report, home: string): string[] {
  const line = (file: string, name: string, message = '') => `${relative(home, file)}: ${name}: ${shortened(message)}`;
  return testResults.flatMap(({ name, message, assertionResults }) => {
    const tests = assertionResults.filter(({ status }) => status === 'failed');
    if (tests.length === 0 && message !== '') return [line(name, 'the suite', message)];
    return tests.map(({ fullName, failureMessages }) => line(name, fullName, failureMessages[0]));
  });
}
