import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { runChecks } from '../../source/check/run.ts';
import { preflightData } from '../../source/cli/text/preflight-data.ts';
import { preflightLines } from '../../source/cli/text/preflight-text.ts';
import { listLines } from '../../source/cli/verbs/storage-list.ts';
import type { NodeFacts } from '../../source/facts/facts.ts';
import { readFacts } from '../../source/facts/parts.ts';
import { probeText, readSections } from '../../source/facts/probe.ts';
import type { Finding } from '../../source/site/finding.ts';
import { judgeDraft } from '../../source/site/load.ts';
import { safeText } from '../../source/text/safe-text.ts';
import { findingLines } from '../../source/ui/plain/look.ts';
import { ubuntu } from '../facts/recorded/ubuntu.ts';
import { FakeSession } from '../ui/fake-session.ts';
import { stage } from '../ui/ink/stage.tsx';
import { product, wholeDraft } from '../ui/sample.ts';
import { damaged, tries } from './damage.ts';

/** What a terminal acts on or what turns text around; line breaks count where a text is one line. */
const acted = /[^\P{Cc}\n]|[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;

/** Bold and colours are the screen's own. */
const esc = '\u001b';
const attributes = new RegExp(`${esc}\\[[\\d;]*m`, 'g');

const judged = judgeDraft(wholeDraft);
if (!('site' in judged)) throw new Error('the sample is not a site');
const { site } = judged;

/** What is known of three nodes that all print this. The host cleans an output before anything reads it. */
function seen(probe: string): ReadonlyMap<string, NodeFacts> {
  const parts = readFacts(readSections(safeText(probe)), 1_000, 1_040);
  const access = { user: 'ubuntu', sudo: 'free', address: '10.0.4.21' } as const;
  return new Map(
    site.nodes.map(({ name }) => [name, { node: name, seenAt: '2026-01-01T00:00:00.000Z', access, ...parts }]),
  );
}

const findingsOf = (facts: ReadonlyMap<string, NodeFacts>): readonly Finding[] => runChecks({ site, product, facts });

let open: Awaited<ReturnType<typeof stage>> | undefined;
afterEach(() => open?.end());

describe('whatever a node prints,', () => {
  it('checks judge it, and tables, lines and JSON stay text', () => {
    fc.assert(
      fc.property(damaged(probeText(ubuntu)), (probe) => {
        const facts = seen(probe);
        const findings = findingsOf(facts);
        expect(findings.filter(({ seen: words }) => words === 'not judged')).toEqual([]);
        const table = preflightLines(site, findings, { ascii: false, all: true, from: 'x', width: 100 });
        const storage = listLines({
          kind: 'site',
          name: 'x',
          wish: site,
          product,
          nodes: site.nodes,
          facts,
          unreached: new Map(),
        });
        const lines = [...table, ...storage, ...findingLines(findings, new Map())];
        expect(lines.filter((line) => acted.test(line))).toEqual([]);
        expect(storage.filter((line) => line.includes('\n'))).toEqual([]);
        const json = JSON.stringify(preflightData(site, findings));
        expect(JSON.stringify(JSON.parse(json))).toBe(json);
        expect(json).not.toMatch(/\\u001b|\\u009b|\\u202e/);
      }),
      { ...tries, numRuns: Math.ceil(tries.numRuns / 4) },
    );
  });

  it('the screens show it without what a terminal acts on', async () => {
    const attack = '\u001b]52;c;ZXZpbA==\u0007\u001b[2J\u009b2J\u202e';
    const probe = probeText(ubuntu)
      .replaceAll('Ubuntu 22.04.4', `Ubuntu${attack} 22.04.4`)
      .replaceAll(/"serial": "/g, `"serial": "${JSON.stringify(attack).slice(1, -1)}\\n`)
      .replaceAll(/"model": "/g, `"model": "${JSON.stringify(attack).slice(1, -1)}`);
    const findings = findingsOf(seen(probe));
    open = await stage(new FakeSession({ first: wholeDraft, findings }), { columns: 120, rows: 40 });
    await open.until('New site');
    open.type('\r');
    await open.until('✓ sudo');
    open.type('nnnnn');
    await open.until('checks pass');
    const frame = open.frame().replaceAll(attributes, '');
    expect(frame.split('\n').filter((line) => acted.test(line))).toEqual([]);
    expect(frame).not.toContain('52;c');
  });
});
