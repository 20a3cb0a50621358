// npm run bench: one table of figures on this machine at this hour, on the screen and in docs/performance.md. Nothing passes or fails.
// npm run bench -- SECTION...: these sections alone, on the screen alone.
// Not at real-time priority: the loop that waits for a key would keep the kernel from handing the key over.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { factsOfNodes } from './facts.ts';
import { graph } from './graph.ts';
import { growth } from './growth.ts';
import { keyTimes } from './keys.ts';
import { built, packaged, sizes } from './packages.ts';
import { rehearsals } from './rehearsals.ts';
import type { Row } from './row.ts';
import { startUp } from './start-up.ts';

const work = mkdtempSync(join(tmpdir(), 'kloudspot-bench-packages-'));
const sections: Readonly<Record<string, () => readonly Row[] | Promise<readonly Row[]>>> = {
  'start-up': () => startUp(15, [built]),
  packages: async () => [...(await startUp(9, packaged(work))).slice(1), ...sizes(work)],
  growth,
  facts: () => factsOfNodes(7),
  graph,
  keys: () => keyTimes(60),
  rehearsals: () => rehearsals(15),
};

const chosen = process.argv.slice(2);
const unknown = chosen.filter((name) => !Object.keys(sections).includes(name));
if (unknown.length > 0)
  throw new Error(`no section ${unknown.join(', ')}. Sections: ${Object.keys(sections).join(', ')}`);
const before = loadavg()[0] ?? 0;
const rows: Row[] = [];
for (const [name, measure] of Object.entries(sections)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  const started = performance.now();
  rows.push(...(await measured(name, measure)));
  console.error(`${name}: ${((performance.now() - started) / 1000).toFixed(0)} s`);
}
rmSync(work, { recursive: true, force: true });
const after = loadavg()[0] ?? 0;

/** What cannot be measured here is said in its place, and the other sections are measured. */
async function measured(
  name: string,
  measure: () => readonly Row[] | Promise<readonly Row[]>,
): Promise<readonly Row[]> {
  try {
    return await measure();
  } catch (error) {
    const [why = ''] = String(error).split('\n');
    return [{ what: name, figure: `not measured: ${why.replaceAll('|', '/')}`, value: Number.NaN }];
  }
}

const line = ({ what, figure, value, goal }: Row): string => {
  const judged = goal === undefined ? ['', ''] : [`≤ ${goal}`, value <= goal ? 'yes' : 'no'];
  return `| ${[what, figure, ...judged].join(' | ')} |`;
};
const table = ['| what | measured | goal | reached |', '| --- | --- | --- | --- |', ...rows.map(line)].join('\n');
const text = `# Speed

Written by \`npm run bench\`. Times are only worth something beside others of the same run: start-up is given as a multiple of
\`node -e 0\` (the runtime's own start), measured in turn with it. Medians.

This run: ${cpus().length} processors, load ${before.toFixed(0)} before and ${after.toFixed(0)} after. Seconds and ms that
are not given as a multiple carry whatever else the machine did: with a load above the processors they are too large.

${table}
`;
if (chosen.length === 0) writeFileSync(resolve(import.meta.dirname, '../../docs/performance.md'), text);
console.log(table);
