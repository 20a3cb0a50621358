import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { bundleLines } from '../../source/cli/text/bundle-text.ts';
import { claimText, ownClaim, parseClaim } from '../../source/engine/lock/lock-claim.ts';
import { Fault } from '../../source/errors/fault.ts';
import { json } from '../../source/facts/section.ts';
import { localHost } from '../../source/host/local.ts';
import { parseJson } from '../../source/microk8s/microk8s.ts';
import { parsePlan } from '../../source/plan/document/document-schema.ts';
import { filesUnder } from '../../source/site/files.ts';
import { parseDraft, parseSite } from '../../source/site/load.ts';
import { writeArchive } from '../../source/workstation/bundle/archive.ts';
import { openBundle } from '../../source/workstation/bundle/open.ts';
import { toyPlan } from '../engine/toys.ts';

/** Sets the clipboard, clears the screen in both forms, turns the reading direction. */
const attack = '\u001b]52;c;ZXZpbA==\u0007\u001b[2J\u009b2J\u202e';
const acted = /[^\P{Cc}\t\n\r]|[\u202a-\u202e\u2066-\u2069]|52;c/u;

describe('what a terminal would act on ends where it enters', () => {
  test("a command's output and its lines", async () => {
    const lines: string[] = [];
    const onLine = (line: string) => lines.push(line);
    const result = await localHost('here', () => undefined).run(
      ['sh', '-c', 'printf "PRETTY_NAME=%sx\\n" "$1"; printf "%s" "$1" >&2', 'sh', attack],
      { onLine },
    );
    expect(result).toEqual({ code: 0, stdout: 'PRETTY_NAME=x\n', stderr: '' });
    expect(lines.join('')).not.toMatch(acted);
  });

  test('JSON of a node, where it is escaped: serials, models, messages of pods', () => {
    const text = JSON.stringify({ serial: `S1\nS2${attack}`, [`k${attack}`]: attack });
    expect(json(z.looseObject({ serial: z.string() }))(text)).toEqual({ serial: 'S1 S2', k: '' });
    expect(parseJson(text)).toEqual({ serial: 'S1\nS2', k: '' });
  });

  test('unknown keys and values of site.yaml, and drafts', () => {
    const text = `version: 1\n${JSON.stringify(`bad${attack}`)}: 1\nname: ${JSON.stringify(`x${attack}`)}\nproduct: ${JSON.stringify(attack)}\n`;
    const read = parseSite(text, 'site.yaml');
    expect(JSON.stringify(read)).toContain('bad');
    expect(
      'problems' in read && read.problems.map(({ text: words, found }) => `${words} ${found}`).join('\n'),
    ).not.toMatch(acted);
    expect(parseDraft(text)).toMatchObject({ name: 'x', product: '' });
  });

  test('a draft with an alias that leads nowhere is a message', () => {
    expect(() => parseDraft('name: *a\n')).toThrow(Fault);
    expect(() => parseDraft('- a\n')).toThrow(Fault);
  });

  test('the manifest of a bundle that someone else made', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ks-planted-'));
    const digest = '0'.repeat(64);
    const part = { path: 'images/a.tar', kind: 'image', name: `a${attack}`, licence: `b\n${attack}`, for: 'product' };
    const manifest = {
      version: 1,
      createdAt: '2026-01-01T00:00:00.000Z',
      madeBy: attack,
      channel: `1.34${attack}`,
      architecture: 'amd64',
      releases: [`22.04${attack}`],
      product: `p${attack}`,
      features: [attack],
      parts: [{ ...part, sha256: digest, bytes: 1 }],
    };
    await writeArchive(join(folder, 'bundle'), [
      { path: 'manifest.json', from: { text: JSON.stringify(manifest) } },
      { path: part.path, from: { text: 'x' } },
    ]);
    const { manifest: read } = await openBundle(join(folder, 'bundle'));
    await rm(folder, { recursive: true });
    expect(bundleLines(read).filter((line) => acted.test(line) || line.includes('\n'))).toEqual([]);
    expect(read.parts[0]).toMatchObject({ name: 'a', licence: 'b ' });
  });

  test('who holds a lock, by a file of a node', async () => {
    const claim = { ...(await ownClaim(filesUnder('/x'), 'run')), owner: `root${attack}`, host: `a\nb${attack}` };
    expect(parseClaim(claimText(claim))).toMatchObject({ owner: 'root', host: 'a b' });
  });

  test('a plan from a file: it would show something else than it does, and is refused', async () => {
    const plan = toyPlan([{ id: 'one' }]);
    const [step] = plan.steps;
    const text = (title: string) => JSON.stringify({ ...plan, steps: [{ ...step, title }] });
    const why = (title: string) => {
      try {
        parsePlan(text(title), new Map(), 'plan.json');
      } catch (error) {
        return error instanceof Fault ? error.why : error;
      }
      return undefined;
    };
    expect(why(`Install${attack}`)).toContain('characters that a terminal acts on');
    expect(why('Install')).not.toContain('characters that a terminal acts on');
  });

  test('the words of every fault', () => {
    const fault = new Fault({ what: attack, where: `a${attack}`, why: `b${attack}`, next: [`c${attack}`] });
    expect([fault.message, fault.where, fault.why, fault.next]).toEqual(['', 'a', 'b', ['c']]);
  });
});
