import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';
import { default as formats } from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { home, Rehearsal } from './program.ts';

/** Compiles a schema of `templates/` as a reader of the JSON would. Gives what is wrong with a value. */
async function schemaOf(name: string): Promise<(value: unknown) => readonly ErrorObject[]> {
  const ajv = new Ajv2020({ allErrors: true, allowUnionTypes: true });
  formats.default(ajv);
  const validate = ajv.compile(JSON.parse(await readFile(join(home, `templates/${name}.schema.json`), 'utf8')));
  return (value) => (validate(value) ? [] : (validate.errors ?? []));
}

describe('what is printed with --json fits the schemas of templates/', () => {
  it('preflight, plan, the events of a run, and status', async () => {
    const rehearsal = await Rehearsal.begin();
    for (const verb of ['preflight', 'plan'] as const) {
      const { stdout } = await rehearsal.run(verb, '--json');
      expect((await schemaOf(verb))(JSON.parse(stdout)), verb).toEqual([]);
    }
    // Behind a proxy nothing is fetched ahead: snapd itself downloads the snap.
    const site = await rehearsal.siteFile((text) =>
      text.replace(/^network:\n/m, 'network:\n  proxy: { http: "http://proxy.example.org:3128" }\n'),
    );
    const run = await rehearsal.run('init', '--yes', '--json', '--site', site);
    expect(run.code).toBe(0);
    const events = run.stdout.split('\n').filter((line) => line.startsWith('{'));
    const event = await schemaOf('event');
    expect(events.length).toBeGreaterThan(100);
    expect(events.flatMap((line) => event(JSON.parse(line)))).toEqual([]);
    // How far the download of the snap is, as `snap tasks` shows it: the client prints nothing of it.
    const downloads = events.filter((line) => line.includes('"progress"') && line.includes('Download snap'));
    expect(downloads.length).toBeGreaterThan(3);
    expect(downloads.map((line) => JSON.parse(line).fraction)).toEqual(downloads.map(() => expect.any(Number)));
    expect(events.filter((line) => line.includes('"line"') && line.includes('Download snap'))).toEqual([]);
    const { stdout } = await rehearsal.run('status', '--json');
    expect((await schemaOf('status'))(JSON.parse(stdout))).toEqual([]);
  });

  it.each([
    ['preflight', { site: 'berlin' }],
    ['plan', { version: 2 }],
    ['event', { type: 'step-done' }],
    ['status', { verdict: 'fine' }],
  ])('and the schema of %s refuses what does not', async (name, wrong) => {
    expect((await schemaOf(name))(wrong)).not.toEqual([]);
  });
});
