// npm run bench: one table of figures on this machine at this hour, on the screen and in docs/performance.md. Nothing passes or fails.
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

const before = loadavg()[0] ?? 0;
const work = mkdtempSync(join(tmpdir(), 'kloudspot-bench-packages-'));
const programs = [built, ...packaged(work)];
const rows: Row[] = [
  ...(await startUp(15, programs)),
  ...sizes(work),
  ...growth(),
  ...(await factsOfNodes(7)),
  ...graph(),
  ...(await keyTimes(60)),
  ...(await rehearsals(15)),
];
rmSync(work, { recursive: true, force: true });
const after = loadavg()[0] ?? 0;

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
writeFileSync(resolve(import.meta.dirname, '../../docs/performance.md'), text);
console.log(table);
