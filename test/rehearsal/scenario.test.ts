import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { listScenarios } from '../../source/rehearsal/rehearsal.ts';
import { loadScenario } from '../../source/rehearsal/scenario/load.ts';
import { bench } from './world.ts';

test('every scenario has a title, machines that its draft reaches, and a draft for pressing on through all pages', async () => {
  const scenarios = await listScenarios();
  expect(scenarios.map(({ id }) => id)).toEqual([
    'healthy',
    'clone',
    'dies-in-join',
    'no-avx',
    'no-internet',
    'passwords',
    'small-volume-group',
    'spare-machines',
  ]);
  for (const { id, title, summary } of scenarios) {
    expect(`${title}${summary}`).not.toBe('');
    const { draft, host } = await bench({
      scenario: id,
      secrets: { login: () => 'rehearsal', sudo: () => 'rehearsal', all: () => [] },
    });
    for (const node of ['ks-1', 'ks-2', 'ks-3']) expect((await (await host(node)).access()).user).toBe('ubuntu');
    expect(draft).toMatchObject({ name: 'berlin', network: { virtualAddress: '10.0.4.30' } });
  }
});

test('an unknown scenario is refused with those that there are', async () => {
  await expect(bench({ scenario: 'nosuch' })).rejects.toMatchObject({
    message: 'Unknown rehearsal scenario nosuch.',
    next: [
      'Choose one of: clone, dies-in-join, healthy, no-avx, no-internet, passwords, small-volume-group, spare-machines.',
    ],
  });
});

describe('a scenario file that is wrong says what, where', () => {
  const head = 'version: 1\ntitle: x\nsummary: y\n';
  const node =
    'nodes:\n  one:\n    hostname: one\n    address: { mode: dhcp, address: 10.0.9.11, gateway: 10.0.9.1 }\n';
  const cases: readonly (readonly [what: string, text: string, said: RegExp])[] = [
    ['no draft', `${head}${node}`, /line 1, column 1: draft is missing/],
    ['an alias of nothing', `${head}${node}draft: *a\n`, /\*a is an alias of nothing, expected &a before it/],
    ['not YAML', `${head}nodes: {\n`, /line \d+, column \d+: not valid YAML/],
    [
      'a key that is not known',
      `${head}${node}draft: {}\nfault: []\n`,
      /fault is not a known key; did you mean faults\?/,
    ],
    [
      'a fault that is not known',
      `${head}${node}draft: {}\nfaults: [{ command: x, does: { kind: ends } }]\n`,
      /expected one of end, code/,
    ],
  ];
  test.each(cases)('%s', async (_, text, said) => {
    const folder = await mkdtemp(join(tmpdir(), 'kloudspot-scenario-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, 'own.yaml');
    await writeFile(file, text);
    await expect(loadScenario(file)).rejects.toMatchObject({
      name: 'InvalidFile',
      where: file,
      why: expect.stringMatching(said),
    });
  });
});
