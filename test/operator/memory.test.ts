import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openMemory } from '../../source/operator/memory.ts';
import { type Files, filesUnder } from '../../source/site/files.ts';

let files: Files;
let file: string;
beforeEach(() => {
  files = filesUnder(mkdtempSync(join(tmpdir(), 'operator-')));
  file = join(files.operator, 'operator.json');
});
afterEach(() => rmSync(files.root, { recursive: true }));

describe('what is remembered', () => {
  it('outlives the program, sites latest first and each once', () => {
    const memory = openMemory(files);
    for (const name of ['a', 'b', 'a']) memory.rememberSite(name, `/sites/${name}.yaml`);
    memory.choose('last.scenario', 'healthy');
    const again = openMemory(files);
    expect(again.recentSites().map((site) => site.path)).toEqual(['/sites/a.yaml', '/sites/b.yaml']);
    expect(again.recentSites()[0]?.at).toBeInstanceOf(Date);
    expect(again.choice('last.scenario')).toBe('healthy');
    expect(again.choice('other')).toBeUndefined();
  });

  it('keeps ten sites', () => {
    const memory = openMemory(files);
    for (let number = 0; number < 12; number++) memory.rememberSite('s', `/${number}`);
    expect(memory.recentSites().map((site) => site.path)).toEqual([
      '/11',
      '/10',
      '/9',
      '/8',
      '/7',
      '/6',
      '/5',
      '/4',
      '/3',
      '/2',
    ]);
  });

  it('lets newer times of a step weigh more', () => {
    const memory = openMemory(files);
    expect(memory.stepTimes()['snap.install']).toBeUndefined();
    for (const ms of [1000, 3000, 3000]) memory.rememberStepTimes([{ kind: 'snap.install', ms, changed: true }]);
    expect(openMemory(files).stepTimes()['snap.install']).toBe(2500);
  });

  it('takes the time of a step that had nothing to do until one had: a run with a kind that no one has timed says nothing of its time', () => {
    const memory = openMemory(files);
    memory.rememberStepTimes([{ kind: 'voters', ms: 10, changed: false }]);
    memory.rememberStepTimes([{ kind: 'voters', ms: 20, changed: false }]);
    expect(memory.stepTimes()['voters']).toBe(10);
    for (const ms of [3000, 3000]) memory.rememberStepTimes([{ kind: 'voters', ms, changed: true }]);
    memory.rememberStepTimes([{ kind: 'voters', ms: 0, changed: false }]);
    expect(memory.stepTimes()['voters']).toBeGreaterThan(2000);
  });

  it('is read by its owner alone', () => {
    openMemory(files).choose('a', 'b');
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });
});

describe('a file that is not as it should be', () => {
  it.each(['', '{"sites": [', 'null', '[]', '"text"'])('%j: begins again and goes on', (content) => {
    mkdirSync(files.operator, { recursive: true });
    writeFileSync(file, content);
    const memory = openMemory(files);
    expect(memory.recentSites()).toEqual([]);
    memory.rememberSite('a', '/a');
    expect(openMemory(files).recentSites()).toHaveLength(1);
  });

  it('is kept aside when it is not JSON', () => {
    mkdirSync(files.operator, { recursive: true });
    writeFileSync(file, '{"sites": [');
    openMemory(files).choose('a', 'b');
    expect(readFileSync(`${file}.unreadable`, 'utf8')).toBe('{"sites": [');
  });

  it('is reported, with the name under which it is kept', () => {
    mkdirSync(files.operator, { recursive: true });
    writeFileSync(file, '{"sites": [');
    const said: string[] = [];
    openMemory(files, (text) => said.push(text));
    expect(said).toEqual([expect.stringContaining(`${file}.unreadable`)]);
    openMemory(files, (text) => said.push(text));
    expect(said).toHaveLength(1);
  });

  it('costs only the part that is wrong', () => {
    mkdirSync(files.operator, { recursive: true });
    writeFileSync(file, '{"sites": 7, "stepTimes": {"a": 5}, "choices": {"b": "c"}}');
    const memory = openMemory(files);
    expect([memory.recentSites(), memory.stepTimes()['a'], memory.choice('b')]).toEqual([[], 5, 'c']);
  });

  it('cannot be written: remembers until the end', () => {
    writeFileSync(join(files.root, 'var'), 'a file where a folder should be');
    chmodSync(join(files.root, 'var'), 0o400);
    const memory = openMemory(files);
    memory.choose('a', 'b');
    expect(memory.choice('a')).toBe('b');
  });
});
