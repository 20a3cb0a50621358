import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { expect, it } from 'vitest';
import { startUpPatches } from '../../scripts/build/start-up-patches.ts';

const home = resolve(import.meta.dirname, '../..');

/** Frames by Ink's own means: lines that stay, change, are cut at an edge, hold looks, wide signs, marks, control characters. */
const program = `
import Output from './node_modules/ink/build/output.js';
import sanitize from './node_modules/ink/build/sanitize-ansi.js';
const texts = [
  'plain', 'caf\\u00e9 \\u2713 \\u2500\\u2500', '\\u280b \\u001b[36mrunning\\u001b[39m', '\\u001b[1m\\u001b[31mred\\u001b[39m bold\\u001b[22m rest',
  '\\u4e16\\u754c wide', 'e\\u0301 mark', 'two\\n\\u001b[2mlines\\u001b[22m', 'a\\u00adb', 'bell\\u0007', 'up\\u001b[2A', '\\u001b[38:5:3mold\\u001b[m',
  '\\u001b[31mx\\u001b[39m\\u0301', 'tab\\tbed', '\\u001b]8;;https://a.example\\u0007link\\u001b]8;;\\u0007', 'long '.repeat(9),
];
const underlined = (line) => '\\u001b[4m' + line + '\\u001b[24m';
const frames = [];
for (let frame = 0; frame < 6; frame++) {
  const output = new Output({ width: 24, height: 20 });
  output.clip({ x1: 0, x2: 20, y1: 0, y2: 18 });
  texts.forEach((text, at) => {
    const moved = at % 4 === frame % 4 ? 'moved ' + frame + text : text;
    output.write(at % 3 === 0 ? frame : -1, at, sanitize(moved), { transformers: at % 5 === 0 ? [underlined] : [] });
  });
  output.unclip();
  output.write(frame * 2, 4, 'over', { transformers: [] });
  frames.push(output.get());
}
console.log(JSON.stringify({ frames, clean: texts.map(sanitize) }));
`;

async function printed(plugins: Plugin[]): Promise<unknown> {
  const folder = mkdtempSync(join(tmpdir(), 'kloudspot-'));
  try {
    const outfile = join(folder, 'frames.mjs');
    const stdin = { contents: program, resolveDir: home };
    await build({ stdin, outfile, plugins, bundle: true, format: 'esm', platform: 'node', target: 'es2024' });
    const { stdout, stderr } = spawnSync(process.execPath, [outfile], { encoding: 'utf8' });
    return JSON.parse(stdout || JSON.stringify({ stderr }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

it('frames are those of Ink without our patches, cell by cell', async () => {
  const own = await printed([]);
  expect(own).toHaveProperty('frames.length', 6);
  expect(await printed([startUpPatches({ whole: false })])).toEqual(own);
});
