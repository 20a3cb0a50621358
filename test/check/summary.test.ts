import { describe, expect, test } from 'vitest';
import { refuseAcceptance } from '../../source/check/accept.ts';
import { withAccepted, withoutAccepted } from '../../source/check/accepted.ts';
import { checks } from '../../source/check/checks.ts';
import { runChecks } from '../../source/check/run.ts';
import { causes, countChecks, countText, foldNodes, worst } from '../../source/check/summary.ts';
import { checkWordsFor, explainLines } from '../../source/cli/text/explain-text.ts';
import { loadProduct } from '../../source/product/load.ts';
import { healthyFacts, healthySite, seenAtMs, withoutSections } from '../facts-fixtures.ts';
import { closedTo, inputOf, onNode1, set } from './cases/case.ts';

const product = await loadProduct('kloudspot');
const site = healthySite();

function findingsWithout(...lost: readonly string[]) {
  const reached = site.nodes.filter(({ name }) => !lost.includes(name));
  const facts = new Map(reached.map(({ name }) => [name, healthyFacts(name)]));
  return runChecks({ site, product, facts, evidence: { atMs: seenAtMs, unreached: new Map() } });
}

describe('consequences', () => {
  test('of a node that was not reached there is one failure, and nothing counts as passed that did not look at it', () => {
    const findings = findingsWithout('ks-3');
    const failed = causes(findings).filter(({ grade }) => grade === 'fail');
    expect(failed.map(({ check, nodes }) => [check, ...nodes])).toEqual([['access', 'ks-3']]);
    const { checks: total, passed, warned, failed: fails, notJudged } = countChecks(findings);
    expect([total, fails]).toEqual([checks.length, 1]);
    expect(passed + warned + fails + notJudged).toBe(total);
    expect(notJudged).toBeGreaterThan(30);
    expect(countText(countChecks(findings))).toMatch(
      /^\d+ of \d+ checks pass, \d+ warns?, 1 fails, \d+ follow from these$/,
    );
  });

  test('of no node at all they are one line each', () => {
    const failed = causes(findingsWithout('ks-1', 'ks-2', 'ks-3')).filter(({ grade }) => grade === 'fail');
    expect(failed.map(({ check }) => check)).toEqual(['access', 'access', 'access']);
  });

  test('of a part that could not be read the section is named once, and weighs as much as what rests on it', () => {
    const facts = new Map(site.nodes.map(({ name }) => [name, healthyFacts(name)]));
    facts.set('ks-2', withoutSections(healthyFacts('ks-2'), 'cpu'));
    const findings = runChecks({ ...inputOf({}, product), facts });
    const failed = causes(findings).filter(({ grade }) => grade === 'fail');
    expect(failed.map(({ check, nodes }) => [check, ...nodes])).toEqual([['facts-complete', 'ks-2']]);
  });
});

test.each([
  ['ufw', { firewall: { ufw: true, dropping: [] } }, /^On ks-2: sudo ufw allow from 192\.168\.1\.0\/24; /],
  [
    'nftables',
    { firewall: { ufw: false, dropping: [{ table: 'inet filter', chain: 'input', hook: 'input' as const }] } },
    /^On ks-2: sudo nft insert rule inet filter input ip saddr \{ 192\.168\.1\.0\/24, 10\.1\.0\.0\/16 \} accept; /,
  ],
] as const)('a node whose %s drops everything is one failure with one command', (_, services, command) => {
  const input = inputOf(
    { facts: { 'ks-2': set('services', services) }, evidence: closedTo('ks-2', 'silent') },
    product,
  );
  const open = foldNodes(causes(runChecks(input))).filter(({ grade }) => grade !== 'pass');
  expect(open.map(({ check, grade, nodes }) => [check, grade, nodes])).toEqual([
    ['pair-ports', 'fail', ['ks-2']],
    ['tls-certificate', 'warn', []],
  ]);
  expect(open[0]?.advice).toMatch(command);
});

describe('findings that are told', () => {
  const multipathed = (...names: readonly string[]) =>
    new Map(
      site.nodes.map(({ name }) => {
        const { services } = healthyFacts(name);
        if (services === undefined) throw new Error('no services');
        const seen = names.includes(name) ? { services: { ...services, multipathBlacklist: '' } } : {};
        return [name, healthyFacts(name, seen)] as const;
      }),
    );
  const told = (check: string, facts: ReturnType<typeof multipathed>) =>
    foldNodes(runChecks({ ...inputOf({}, product), facts }).filter((one) => one.check === check))
      .filter(({ grade }) => grade !== 'pass')
      .map(({ who, nodes, reason }) => [who, nodes, reason]);

  test('of several nodes are one where only the node differs', () => {
    expect(told('multipath', multipathed('ks-1', 'ks-2', 'ks-3'))).toEqual([
      ['ks-1, ks-2, ks-3', ['ks-1', 'ks-2', 'ks-3'], expect.stringMatching(/^multipathd takes/)],
    ]);
    expect(told('multipath', multipathed('ks-2'))).toEqual([['ks-2', ['ks-2'], expect.anything()]]);
  });

  test('name a node once: before the reason, or in it', () => {
    const reasons = new Map([
      ['ks-1', 'ks-1 has no disk.'],
      ['ks-3', 'ks-3 has no disk.'],
    ]);
    const [one] = findingsWithout('ks-1');
    if (one === undefined) throw new Error('no finding');
    const lost = [...reasons].map(([name, reason]) => ({ ...one, nodes: [name], reason, advice: `ssh ${name}` }));
    const words = (count: number) => foldNodes(lost.slice(0, count)).map(({ who, reason }) => [who, reason]);
    expect(words(1)).toEqual([['', 'ks-1 has no disk.']]);
    expect(words(2)).toEqual([['ks-1, ks-3', 'Each of these nodes has no disk.']]);
  });

  test.each([
    ['No disk of ks-1 has LVM.', 'No disk of any of these nodes has LVM.'],
    ['No facts of ks-1 could be read.', 'No facts of any of these nodes could be read.'],
    ['The clock of ks-1 is late.', 'The clock of each of these nodes is late.'],
    ['No internet. Ask ks-1 again.', 'No internet. Ask each of these nodes again.'],
    ['admin cannot become root on ks-1.', 'admin cannot become root on any of these nodes.'],
  ])('of several nodes read as a sentence: %s', (reason, merged) => {
    const [one] = findingsWithout('ks-1');
    if (one === undefined) throw new Error('no finding');
    const findings = ['ks-1', 'ks-3'].map((name) => ({
      ...one,
      nodes: [name],
      reason: reason.replace('ks-1', name),
      advice: '',
    }));
    expect(foldNodes(findings).map((told) => told.reason)).toEqual([merged]);
  });

  test('of pairs stay apart', () => {
    const [one] = findingsWithout('ks-1');
    if (one === undefined) throw new Error('no finding');
    const pairs = [
      ['ks-1', 'ks-2'],
      ['ks-2', 'ks-1'],
    ].map((nodes) => ({ ...one, nodes, reason: 'slow' }));
    expect(foldNodes(pairs).map(({ who }) => who)).toEqual(['ks-1 → ks-2', 'ks-2 → ks-1']);
  });
});

describe('an accepted failure', () => {
  const findings = runChecks(inputOf({ facts: onNode1('cpu', { cores: 4 }) }, product));

  test('is a warning that says so; only the check that was named is accepted', () => {
    expect(worst(findings)).toBe('fail');
    const accepted = withAccepted(findings, new Set(['cpu-cores']));
    expect(worst(accepted)).toBe('warn');
    expect(accepted.filter((one) => one.accepted).map(({ check, grade }) => [check, grade])).toEqual([
      ['cpu-cores', 'warn'],
    ]);
    expect(withAccepted(findings, new Set(['memory']))).toEqual(findings);
    expect(withoutAccepted(accepted, 'cpu-cores')).toEqual(findings);
  });

  test.each([
    ['cpu-core', /Unknown check cpu-core/, /Did you mean cpu-cores/],
    ['access', /failure of access cannot be accepted/, /explain access/],
    ['cpu-flags', /failure of cpu-flags cannot be accepted/, /explain cpu-flags/],
  ])('%s is refused', (id, what, next) => {
    expect(() => refuseAcceptance([id], product)).toThrow(what);
    try {
      refuseAcceptance([id], product);
    } catch (error) {
      expect(error).toMatchObject({ next: expect.arrayContaining([expect.stringMatching(next)]) });
    }
    expect(() => refuseAcceptance(['cpu-cores', 'unique-machine-id'], product)).not.toThrow();
  });

  test('every check that the product calls strict is a check', () => {
    const ids = checks.map(({ id }) => id);
    expect(product.nodes.strictChecks.filter((id) => !ids.includes(id))).toEqual([]);
  });
});

describe('explain', () => {
  test('says why, the source and whether a failure can be accepted', () => {
    const lines = explainLines(checkWordsFor('cpu-cores', product), true).join('\n');
    expect(lines).toMatch(/Processor cores \(cpu-cores\), of each node/);
    expect(lines).toMatch(/The rule: .*--accept-failure cpu-cores/s);
    expect(explainLines(checkWordsFor('cpu-flags', product), true).join('\n')).toMatch(
      /cannot be accepted:\s+Kloudspot/,
    );
  });

  test('without a name lists all; an unknown one is refused', () => {
    expect(checkWordsFor(undefined, product)).toHaveLength(checks.length);
    expect(() => checkWordsFor('no-such', product)).toThrow(/Unknown check no-such/);
  });
});
