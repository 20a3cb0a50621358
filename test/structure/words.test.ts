import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const home = resolve(import.meta.dirname, '../..');

/** What a reader would stumble over, with the plain term. Holds for code, comments, documents and templates alike. */
const plain: readonly (readonly [pattern: RegExp, instead: string])[] = [
  [/\banew\b/i, 'again, restart'],
  [/\b(taken|takes?|took) back\b/i, 'undone, rolled back, restored'],
  [/\bgives? out\b/i, 'assigns'],
  [/\bentrance\b/i, 'ingress'],
  [/\bsigned by itself\b/i, 'self-signed'],
  [/\bturning disk/i, 'spinning disk (HDD)'],
  [/\bparted by\b/i, 'separated by'],
  [/\bmend(s|ed|ing)?\b/i, 'fix, remedy'],
  [/\bshall\b/i, 'should, simple present'],
  [/\bsee to it\b/i, 'make sure'],
  [/\bwithout a word\b/i, 'silently, unexpectedly'],
  [/\bseats?\b/i, 'workstation, the machine that kloudspot runs on'],
  [/\b(riddle|good conscience|on no road|parting words)\b/i, 'a plain statement'],
  [/\b(nobody|somebody|anybody)\b/i, 'no one, someone, anyone'],
  [/\bwhoever\b/i, 'the caller, the user, who'],
  [
    /\b(once more|for ever|worth a word|gives back|reckon(s|ed)?)\b/i,
    'again, forever, worth mentioning, returns, computes',
  ],
  [/\bThere (is|are) no\b/, 'No runs yet, unknown ring, X does not exist'],
  [/(?<!\bthere )\b(is|are|was|were) no\b(?! (longer|more|less|later|earlier)\b)(?=\s+[a-z])/i, 'is not a …'],
];

/** Lines of `text` with such a word, as `line: word → plain term`. */
function stumbles(text: string): string[] {
  return text.split('\n').flatMap((line, index) =>
    plain.flatMap(([pattern, instead]) => {
      const [word] = pattern.exec(line) ?? [];
      return word === undefined ? [] : [`${index + 1}: “${word}” → ${instead}`];
    }),
  );
}

const folders = ['source', 'templates', 'docs', 'scripts', 'bin'];
const files = [
  'README.md',
  'CONTRIBUTING.md',
  ...folders.flatMap((folder) =>
    readdirSync(join(home, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(home, join(entry.parentPath, entry.name))),
  ),
];

describe('plain English', () => {
  it('is what code, comments, documents and templates are written in', () => {
    expect(files.length).toBeGreaterThan(300);
    expect(
      files.flatMap((name) => stumbles(readFileSync(join(home, name), 'utf8')).map((found) => `${name}:${found}`)),
    ).toEqual([]);
  });

  it.each([
    ['This machine is starting anew.', 1],
    ['The change is taken back, which is no failure.', 2],
    ['There is no run yet.', 1],
    ['No netplan file was found: there is no need for one, and 3 is no longer the limit.', 0],
  ])('%s', (text, count) => {
    expect(stumbles(text)).toHaveLength(count);
  });
});
