import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { Fault } from '../../source/errors/fault.ts';
import { json } from '../../source/facts/section.ts';
import { localHost } from '../../source/host/local.ts';
import { parseJson } from '../../source/microk8s/microk8s.ts';
import { parseDraft, parseSite } from '../../source/site/load.ts';

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

  test('the words of every fault', () => {
    const fault = new Fault({ what: attack, where: `a${attack}`, why: `b${attack}`, next: [`c${attack}`] });
    expect([fault.message, fault.where, fault.why, fault.next]).toEqual(['', 'a', 'b', ['c']]);
  });
});
