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
const report = z.object({ numPassedTests: z.number(), numFailedTests: z.number() });

/** Runs the tests of a promise, and gives how many were run and how many passed. */
async function count(ring: string, files: readonly string[]): Promise<{ tried: number; held: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'ks-promise-'));
  const output = join(folder, 'report.json');
  const words = ['run', '--project', ring, ...files, '--reporter=json', `--outputFile=${output}`];
  await execa(join(home, 'node_modules/.bin/vitest'), words, { cwd: home, reject: false, stdio: 'ignore' });
  const { numPassedTests, numFailedTests } = report.parse(JSON.parse(readFileSync(output, 'utf8')));
  rmSync(folder, { recursive: true });
  return { tried: numPassedTests + numFailedTests, held: numPassedTests };
}

const lacks = await whatIsMissing();

const possible = promises.filter(({ ring }) => ring !== 'long' || lacks.length === 0);

it.each(possible)('$promise', { timeout: 3_600_000 }, async ({ promise, how, ring, files }) => {
  const { tried, held } = await count(ring, files);
  expect(tried).toBeGreaterThan(0);
  record({ promise, how, tried, held });
  expect(held).toBe(tried);
});
