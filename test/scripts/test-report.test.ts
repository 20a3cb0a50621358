import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { closing, counted, reportSchema, type Tally } from '../../scripts/test-report.ts';

const home = resolve(import.meta.dirname, '../..');
const none: Tally = { passed: 0, failed: 0, failures: [], skipped: [] };
/** Below the project, so that vitest is found from there. */
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(home, 'node_modules/.ks-report-'));
  writeFileSync(join(folder, 'vitest.config.mjs'), 'export default {};\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What vitest itself reports of a file of tests. */
async function tallyOf(name: string, text: string): Promise<Tally> {
  const file = `${name}.test.mjs`;
  writeFileSync(join(folder, file), `import { beforeAll, describe, expect, it } from 'vitest';\n${text}\n`);
  const output = join(folder, `${name}.json`);
  const words = ['run', '--root', folder, file, '--reporter=json', `--outputFile=${output}`];
  const { exitCode = 1 } = await execa(join(home, 'node_modules/.bin/vitest'), words, { cwd: folder, reject: false });
  const report = reportSchema.parse(JSON.parse(readFileSync(output, 'utf8')));
  return counted(none, { name: 'own', exitCode, report }, folder);
}

it('a skipped test is counted and named on the last lines, and fails where every test is required', async () => {
  const tally = await tallyOf(
    'aside',
    `it('runs', () => {}); describe('group', () => { it.skip('left aside', () => {}); });`,
  );
  const line = 'test aside.test.mjs: group left aside';
  expect(closing(tally, [], false)).toEqual({
    ok: true,
    lines: [`left out: ${line}`, '1 passed, 0 failed, 1 skipped'],
  });
  expect(closing(tally, [], true)).toEqual({
    ok: false,
    lines: [`LEFT OUT AND REQUIRED: ${line}`, '1 passed, 1 failed, 1 skipped'],
  });
});

it('tests that a hook kept from running are named, and the hook is a failure', async () => {
  const tally = await tallyOf(
    'hook',
    `beforeAll(() => { throw new Error('too late'); }); it('one', () => {}); it('two', () => {});`,
  );
  const { ok, lines } = closing(tally, [], false);
  expect(ok).toBe(false);
  expect(lines).toEqual([
    expect.stringMatching(/^FAILED: hook\.test\.mjs: .*too late/),
    'left out: test hook.test.mjs: one',
    'left out: test hook.test.mjs: two',
    '0 passed, 1 failed, 2 skipped',
  ]);
});

it('a suite that broke before its first test is a failure, by name', async () => {
  const tally = await tallyOf('broken', `import './nowhere.mjs';`);
  expect(tally.failures).toEqual([expect.stringMatching(/^broken\.test\.mjs: the suite: .*nowhere/)]);
  expect(tally.failed).toBe(1);
});

it('the end of a long message is on the last lines: there the output of a program says why', async () => {
  const output = `Array.from({ length: 40 }, (_, n) => 'line ' + n).join('\\n')`;
  const tally = await tallyOf('long', `it('runs', () => expect(4, ${output}).toBe(0));`);
  const lines = tally.failures[0]?.split('\n') ?? [];
  expect(lines[0]).toBe('long.test.mjs: runs: AssertionError: line 0');
  expect(lines.slice(1, 3)).toEqual(['    …', '    line 28']);
  expect(lines.at(-1)).toMatch(/line 39: expected 4 to be \+?0/);
});

it('an error that no test caught is a failure, although every test passed', async () => {
  const tally = await tallyOf('late', `it('passes', () => { Promise.reject(new Error('nobody waits')); });`);
  expect(closing(tally, [], false)).toEqual({
    ok: false,
    lines: ['FAILED: ring own: vitest ended with exit code 1; see above', '1 passed, 1 failed, 0 skipped'],
  });
});

it('a vitest that was killed before it wrote its report is a failure', () => {
  const { ok, lines } = closing(counted(none, { name: 'pure', exitCode: null, report: undefined }, '/'), [], false);
  expect([ok, lines.at(-1)]).toEqual([false, '0 passed, 1 failed, 0 skipped']);
});

it('npm test with a ring that there is none of names those that there are', async () => {
  const { exitCode, stderr } = await execa(process.execPath, [join(home, 'scripts/test.ts'), 'pur'], { reject: false });
  expect([exitCode, stderr]).toEqual([2, 'Unknown ring pur. Rings: pure, rehearsal, terminal, lab.']);
});

it('a ring that this machine cannot hold is named, and fails where every ring is required', () => {
  expect(closing(none, ['lab: no root'], false)).toEqual({
    ok: true,
    lines: ['left out: ring lab: no root', '0 passed, 0 failed, 0 skipped'],
  });
  expect(closing(none, ['lab: no root'], true).ok).toBe(false);
});
