import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Screen } from './screen.ts';

const launcher = resolve(import.meta.dirname, '../../bin/kloudspot');
let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'kloudspot-plain-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

interface Walked {
  readonly code: number;
  readonly output: string;
  readonly questions: readonly string[];
}

/** Answers each question as it comes; `answer` gives undefined for the default. */
function walk(answer: (question: string) => string | undefined): Promise<Walked> {
  const child = spawn(launcher, ['init', '--rehearse', '--plain', '--root', root, '--speed', '100000'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let output = '';
  let answered = 0;
  const questions: string[] = [];
  child.stdout.on('data', (data: Buffer) => {
    output += data.toString();
    // A question is the only line that stays open.
    const last = output.slice(answered).split('\n').at(-1) ?? '';
    if (!last.endsWith(': ')) return;
    answered = output.length;
    questions.push(last);
    child.stdin.write(`${answer(last) ?? ''}\n`);
  });
  return new Promise((done) => child.on('exit', (code) => done({ code: code ?? 128, output, questions })));
}

const usual = (question: string): string | undefined => {
  if (question.startsWith('Trust these')) return 'yes';
  return /Type .*berlin/.test(question) ? 'berlin' : undefined;
};

describe('line by line', () => {
  it('asks everything, one question a line, to a rolled-out product, without a control code', async () => {
    const { code, output, questions } = await walk(usual);
    expect(output).toContain('berlin is running.');
    expect(code).toBe(0);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none but line ends may be there.
    expect(output).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f]/);
    expect(questions.length).toBeGreaterThan(40);
    expect(await readFile(join(root, 'etc/kloudspot/values.yaml'), 'utf8')).toContain('kloudManage: true');
  });

  it('goes back to any answer, says what is wrong with one, and keeps the others', async () => {
    const seen = new Map<string, number>();
    const { output } = await walk((question) => {
      const key = question.replace(/ \[.*/, '');
      const times = (seen.get(key) ?? 0) + 1;
      seen.set(key, times);
      if (key.startsWith('Kafka') && times === 1) return '0';
      if (key.startsWith('Kafka') && times === 2) return '10GB';
      if (key.startsWith('Kafka') && times === 3) return '7';
      if (key.startsWith('Zookeeper') && times === 1) return 'back to KloudInsights';
      if (key.startsWith('Enable KloudInsights') && times === 2) return 'yes';
      if (key.startsWith('What is the customer') && times === 1) return 'back';
      return usual(question);
    });
    expect(seen.get('Enable KloudInsights? (yes or no)')).toBe(2);
    expect(output).toMatch(/10GB/);
    expect(seen.get('Under which DNS name is the product reached?')).toBe(2);
    expect(await readFile(join(root, 'etc/kloudspot/site.yaml'), 'utf8')).toMatch(/kafka: 7/);
  });

  it('keeps the draft when the input ends', async () => {
    const child = spawn(launcher, ['init', '--rehearse', '--plain', '--root', root, '--speed', '100000'], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    child.stdin.end('\n\nmunich\n');
    let output = '';
    child.stdout.on('data', (data: Buffer) => {
      output += data.toString();
    });
    const code = await new Promise((done) => child.on('exit', done));
    expect(code).toBe(2);
    expect(output).toContain('site.draft.yaml');
    expect(await readFile(join(root, 'etc/kloudspot/site.draft.yaml'), 'utf8')).toContain('munich');
  });

  it('on a dumb terminal is chosen by itself', async () => {
    const screen = new Screen(['init', '--rehearse', '--root', root, '--speed', '100000'], { env: { TERM: 'dumb' } });
    await screen.see('Which one [1]:');
    screen.kill();
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none may be there.
    expect(screen.output).not.toMatch(/\u001b/);
    expect(existsSync(join(root, 'etc/kloudspot/site.yaml'))).toBe(false);
  });
});
