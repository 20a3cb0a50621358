import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import * as z from 'zod';
import { whatIsMissing } from '../lab/lab.ts';
import { promises } from './promises.ts';
import { record } from './record.ts';

const home = resolve(import.meta.dirname, '../..');
const test = z.object({ fullName: z.string(), status: z.string(), failureMessages: z.array(z.string()) });
const report = z.object({ testResults: z.array(z.object({ message: z.string(), assertionResults: z.array(test) })) });

interface Counted {
  readonly tried: number;
  readonly held: number;
  /** Each test that failed, and why; also what kept a file from being run. */
  readonly faults: readonly string[];
}

/** Runs the tests of a promise. */
async function count(ring: string, files: readonly string[]): Promise<Counted> {
  const folder = mkdtempSync(join(tmpdir(), 'ks-promise-'));
  const output = join(folder, 'report.json');
  const words = ['run', '--project', ring, ...files, '--reporter=json', `--outputFile=${output}`];
  await execa(join(home, 'node_modules/.bin/vitest'), words, { cwd: home, reject: false, stdio: 'ignore' });
  const { testResults } = report.parse(JSON.parse(readFileSync(output, 'utf8')));
  rmSync(folder, { recursive: true });
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
  const failed = tests.filter(({ status }) => status === 'failed');
  const held = tests.filter(({ status }) => status === 'passed').length;
  const faults = failed.map(({ fullName, failureMessages }) => `${fullName}: ${failureMessages.join('; ')}`);
  const broken = testResults.map(({ message }) => message).filter((message) => message !== '');
  return { tried: held + failed.length, held, faults: [...broken, ...faults] };
}

const lacks = await whatIsMissing();

const possible = promises.filter(({ ring }) => ring !== 'long' || lacks.length === 0);

it.each(possible)('$promise', { timeout: 3_600_000 }, async ({ promise, how, ring, files }) => {
  const { tried, held, faults } = await count(ring, files);
  expect(tried, faults.join('\n')).toBeGreaterThan(0);
  record({ promise, how, tried, held });
  expect(faults).toEqual([]);
});
