import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { factsProbe, probeSections, probeText, readSections } from '../../source/facts/probe.ts';
import type { SectionOutput } from '../../source/facts/section.ts';

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: fc.constantFrom('@', ' ', '\n', 'a', 'ü', '"') }),
  fc.constantFrom('@@ hosts says\n', '@@ hosts ends 0', '\n@@ lsblk warns\n', '@@ df says\nlies\n@@ df ends 0\n'),
);
// the shell drops newlines at the end of what was caught from standard error
const warning = text.map((warned) => warned.replace(/\n+$/, ''));
const section: fc.Arbitrary<SectionOutput> = fc.record({
  stdout: text,
  stderr: warning,
  code: fc.integer({ min: 0, max: 255 }),
});
const recording = fc.dictionary(fc.constantFrom(...probeSections.map(({ name }) => name)), section, {
  noNullPrototype: true,
});

describe('the probe', () => {
  test('what it prints is read back section by section, whatever the tools say', () => {
    fc.assert(
      fc.property(recording, (sections) => {
        // a tool that prints the very line that ends its own section is not among them
        fc.pre(
          Object.entries(sections).every(
            ([name, { stdout, stderr = '' }]) => !`${stdout}${stderr}`.includes(`@@ ${name} `),
          ),
        );
        expect(Object.fromEntries(readSections(probeText(sections)))).toEqual(sections);
      }),
    );
  });

  test('output that breaks off loses only what did not come', () => {
    const whole = probeText({
      hostname: { stdout: 'a\n', code: 0 },
      hosts: { stdout: 'b\n', code: 0 },
      df: { stdout: 'c\n', code: 0 },
    });
    for (let length = 0; length <= whole.length; length += 1) {
      const read = readSections(whole.slice(0, length));
      const complete = ['hostname', 'hosts', 'df'].filter((name) =>
        whole.slice(0, length).includes(`@@ ${name} ends 0\n`),
      );
      expect([...read.keys()]).toEqual(complete);
    }
  });

  test('run for real it answers every section, in order, and changes no exit code', () => {
    const { name, text: script, arguments: packages = [] } = factsProbe(['bash', 'no-such-package']);
    const result = spawnSync(
      'bash',
      // As a host runs it: without --norc bash may take a pipe for a remote shell and read the user's own start-up files.
      ['--norc', '-p', '-c', script.replace(/^begin (upgrades|snap|timedatectl).*$/gm, ''), name, ...packages],
      { encoding: 'utf8' },
    );
    expect({ status: result.status, stderr: result.stderr }).toEqual({ status: 0, stderr: '' });
    const sections = readSections(result.stdout);
    const left = probeSections
      .map(({ name: section }) => section)
      .filter((section) => !/^(upgrades|snap-.*|timedatectl)$/.test(section));
    expect([...sections.keys()]).toEqual(left);
    expect(sections.get('packages')?.stdout).toMatch(/^installed bash /m);
    expect(sections.get('packages')?.stderr).toMatch(/no-such-package/);
    expect(sections.get('hosts')).toEqual({ stdout: readFileSync('/etc/hosts', 'utf8'), stderr: '', code: 0 });
  });

  test('a file that is not there costs only its own section', () => {
    const { text: whole, name } = factsProbe([]);
    const script = whole.replaceAll('/etc/hosts', '/no/such/file').replace(/^begin .*$/gm, '');
    const { stdout } = spawnSync('bash', ['--norc', '-p', '-c', script, name], { encoding: 'utf8' });
    const sections = readSections(stdout);
    expect(sections.get('hosts')).toEqual({ stdout: '', stderr: '/no/such/file: No such file or directory', code: 1 });
    expect(sections.get('meminfo')?.stdout).toMatch(/^MemTotal:/);
  });
});
