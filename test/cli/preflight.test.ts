import { describe, expect, test } from 'vitest';
import { runChecks } from '../../source/check/run.ts';
import { preflightCode, preflightData } from '../../source/cli/text/preflight-data.ts';
import { openFindingLines, preflightLines } from '../../source/cli/text/preflight-text.ts';
import { loadProduct } from '../../source/product/load.ts';
import { defined } from '../../source/text/defined.ts';
import { healthyPairs, healthyReach } from '../check/cases/case.ts';
import { healthyFacts, healthySite, seenAtMs } from '../facts-fixtures.ts';

const product = await loadProduct('kloudspot');
const site = healthySite();
const plain = { ascii: true, all: false, from: 'site.yaml' };

/** A node that is lost neither asks nor is asked. */
function pairsWithout(lost: readonly string[]) {
  const asked = [...healthyPairs(site)].filter(([name]) => !lost.includes(name));
  return new Map(
    asked.map(([name, seen]) => [name, { ...seen, peers: seen.peers.filter(({ to }) => !lost.includes(to)) }]),
  );
}

function findingsWith(change: Parameters<typeof healthyFacts>[1], lost: readonly string[] = []) {
  const reached = site.nodes.filter(({ name }) => !lost.includes(name));
  const facts = new Map(reached.map(({ name }) => [name, healthyFacts(name, name === 'ks-2' ? change : {})]));
  const unreached = new Map(lost.map((name) => [name, 'no route to host']));
  return runChecks({
    site,
    product,
    facts,
    evidence: { atMs: seenAtMs, unreached, pairs: pairsWithout(lost), reach: healthyReach(site) },
  });
}

describe('preflight in plain text', () => {
  const findings = findingsWith({ cpu: { model: 'QEMU Virtual CPU', cores: 16, flags: ['sse4_2'] } });
  const lines = preflightLines(site, findings, plain);

  test('a row for each check, a column for each node', () => {
    expect(lines.find((line) => line.startsWith('Check'))?.split(/ {2,}/)).toEqual(['Check', 'ks-1', 'ks-2', 'ks-3']);
    expect(lines.find((line) => line.startsWith('Processor instructions'))?.split(/ {2,}/)).toEqual([
      'Processor instructions',
      '+ AVX',
      'x no AVX',
      '+ AVX',
    ]);
    expect(lines[0]).toMatch(/^Site berlin, from site\.yaml: \d+ of \d+ checks pass, 2 warn, 1 fails$/);
  });

  test('what fails comes first, with its reason and what to do', () => {
    const at = lines.indexOf('x Processor instructions (ks-2)');
    expect(lines.slice(at, at + 3)).toEqual([
      'x Processor instructions (ks-2)',
      '  The processor of ks-2 (QEMU Virtual CPU) has no AVX.',
      expect.stringMatching(/^ {2}Do: .*host/),
    ]);
    expect(lines.findIndex((line) => line.startsWith('! '))).toBeGreaterThan(at);
  });

  test('ASCII only where asked', () => {
    expect(lines.join('')).toMatch(/^[\u0020-\u007e]*$/);
    expect(preflightLines(site, findings, { ...plain, ascii: false }).join('')).toContain('✗ no AVX');
  });

  test('the code is 3 as soon as one fails', () => {
    expect(preflightCode(findings)).toBe(3);
    expect(preflightCode(findingsWith({}))).toBe(0);
  });
});

test('a verb that does something else shows what does not pass, without the grid', () => {
  const lines = openFindingLines(site, findingsWith({ cpu: { model: 'QEMU', cores: 16, flags: [] } }), plain);
  expect(lines[0]).toMatch(/^Site berlin, from site\.yaml: \d+ of \d+ checks pass/);
  expect(lines.slice(1, 3)).toEqual(['', 'x Processor instructions (ks-2)']);
  expect(lines.join('\n')).not.toContain('+ AVX');
});

test('the last node that was reached had no one to ask: that is told of the others alone', () => {
  const lines = preflightLines(site, findingsWith({}, ['ks-1', 'ks-3']), plain).join('\n');
  for (const lost of ['ks-1', 'ks-3']) expect(lines).toContain(`Login and sudo (${lost})`);
  expect(lines).not.toContain('were not asked');
});

test('a node that was not reached is told once', () => {
  const lines = preflightLines(site, findingsWith({}, ['ks-3']), plain);
  const told = lines.filter((line) => line.includes('(ks-3)'));
  expect(told).toEqual(['x Login and sudo (ks-3)']);
  expect(lines.join('\n')).toContain('no route to host');
});

test('the JSON carries findings and the words of their checks', () => {
  const data = preflightData(site, findingsWith({}));
  expect(data).toMatchObject({ site: 'berlin', verdict: 'warn', failed: 0, nodes: ['ks-1', 'ks-2', 'ks-3'] });
  expect(JSON.parse(JSON.stringify(data))).toHaveProperty(['checks', 'cpu-flags', 'why']);
});

describe('cells that are longer than their column', () => {
  const findings = findingsWith({ cpu: { model: 'QEMU Virtual CPU', cores: 16, flags: ['sse4_2'] } });
  const widest = (lines: readonly string[]) => Math.max(...lines.map((line) => line.length));
  const grid = (width?: number) => {
    const lines = preflightLines(site, findings, { ...plain, ...defined({ width }) });
    return lines.slice(
      lines.indexOf('') + 1,
      lines.lastIndexOf(lines.find((line) => line.startsWith('Site and')) ?? ''),
    );
  };

  test('are cut with a mark on a terminal', () => {
    expect(widest(grid(70))).toBeLessThanOrEqual(70);
    expect(grid(70).join('\n')).toContain('..');
  });
  test('stay whole in a pipe', () => expect(grid().join('\n')).not.toContain('..'));
});
