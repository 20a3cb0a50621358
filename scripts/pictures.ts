// Takes the pictures of docs/pictures/ from the built program. After a change of a screen: npm run pictures, which
// builds first. test/terminal/pictures.test.ts fails on a stale picture.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { takePictures } from '../test/terminal/pictured-screens.ts';

const folder = resolve(import.meta.dirname, '../docs/pictures');
const root = mkdtempSync(join(tmpdir(), 'kloudspot-picture-'));
try {
  mkdirSync(folder, { recursive: true });
  for (const [name, picture] of await takePictures(root)) writeFileSync(join(folder, `${name}.svg`), picture);
} finally {
  rmSync(root, { recursive: true, force: true });
}
