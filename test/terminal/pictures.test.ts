import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wordsOf } from './picture.ts';
import { takePictures } from './pictured-screens.ts';

const folder = resolve(import.meta.dirname, '../../docs/pictures');
const names = ['start', 'nodes', 'network', 'features', 'storage', 'site', 'preflight', 'review', 'summary', 'status'];
let root: string;
let pictures: ReadonlyMap<string, string>;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'kloudspot-picture-'));
  pictures = await takePictures(root);
});
afterAll(() => rm(root, { recursive: true, force: true }));

describe('the pictures of docs/ show what the program shows (npm run pictures takes them again)', () => {
  it('all of them', () => expect([...pictures.keys()]).toEqual(names));

  it.each(names)('%s', async (name) => {
    const kept = wordsOf(await readFile(join(folder, `${name}.svg`), 'utf8'));
    expect(wordsOf(pictures.get(name) ?? '')).toEqual(kept);
    expect(kept.join('')).not.toBe('');
  });
});
