// Takes a picture of an HTML file, such as that of `kloudspot report`, in headless Chromium:
//   node scripts/screenshot.ts as-built.html as-built.png
// Chromium is `chromium`, `chromium-browser` or `google-chrome` on the path, or what CHROMIUM names.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const names = ['chromium', 'chromium-browser', 'google-chrome'];
/** Every PNG begins with it. */
const pngMark = '89504e470d0a1a0a';
/** As wide as the document's text, and as high as the whole of a site of three nodes. */
const window = '1100,3600';

function chromium(): string {
  const given = process.env['CHROMIUM'];
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter(Boolean);
  const found = given ?? folders.flatMap((folder) => names.map((name) => join(folder, name))).find(existsSync);
  if (found === undefined)
    throw new Error('Chromium is not on the path. Install it (apt-get install chromium), or name it: CHROMIUM=/path.');
  return found;
}

function takeScreenshot(html: string, png: string): void {
  // A profile of its own: one that is in use elsewhere would be locked.
  const profile = mkdtempSync(join(tmpdir(), 'kloudspot-chromium-'));
  const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars', `--user-data-dir=${profile}`];
  const words = [...flags, `--window-size=${window}`, `--screenshot=${png}`, pathToFileURL(html).href];
  try {
    execFileSync(chromium(), words, { stdio: ['ignore', 'ignore', 'pipe'], timeout: 120_000 });
  } finally {
    rmSync(profile, { recursive: true, force: true });
  }
  // Chromium ends with 0 where it could not write.
  if (!existsSync(png) || readFileSync(png).subarray(0, 8).toString('hex') !== pngMark)
    throw new Error(`Chromium ended, but ${png} is not a picture.`);
}

const [html, png] = process.argv.slice(2);
if (html === undefined || png === undefined || !existsSync(html)) {
  console.error('usage: node scripts/screenshot.ts FILE.html FILE.png');
  process.exitCode = 2;
} else {
  rmSync(png, { force: true });
  takeScreenshot(resolve(html), resolve(png));
}
