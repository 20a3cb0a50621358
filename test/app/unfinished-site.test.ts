import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openUnfinished } from '../../source/app/unfinished-site.ts';
import { berlin } from '../site/a-site.ts';

const folder = mkdtempSync(join(tmpdir(), 'kloudspot-unfinished-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const open = (text: string) => {
  const file = join(folder, 'site.yaml');
  writeFileSync(file, text);
  return openUnfinished(file);
};

describe('a site file for the pages', () => {
  it('a whole one has nothing open', async () => {
    expect((await open(berlin)).open).toEqual([]);
  });
  it('half of one is taken up, with what is missing', async () => {
    const half = await open('version: 1\nname: half\nnodes:\n  - { name: ks-1, reach: 10.0.4.21 }\n');
    expect(half.draft).toMatchObject({ name: 'half', nodes: [{ name: 'ks-1', reach: '10.0.4.21' }] });
    expect(half.open).toContainEqual(expect.stringMatching(/^customer is missing/));
  });
  it('a wrong answer is kept, to be put right on its page', async () => {
    const wrong = await open(berlin.replace(/reach: \S+/, 'reach: "10.0.4.999"'));
    expect(wrong.open).toHaveLength(1);
    expect(JSON.stringify(wrong.draft)).toContain('10.0.4.999');
  });
  it.each([
    ['a key that no page shows', berlin.replace('customer:', 'custmer:')],
    ['text that is not YAML', 'nodes: [\n'],
  ])('%s is refused with its line', async (_what, text) => {
    await expect(open(text)).rejects.toThrow(/problem/);
  });
});
