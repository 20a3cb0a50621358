import { setTimeout as wait } from 'node:timers/promises';
import { stepContext } from '../../source/engine/execution/context.ts';
import { followRun } from '../../source/engine/journal/follow.ts';
import { openJournal } from '../../source/engine/journal/journal.ts';
import { noPast, readPast } from '../../source/engine/journal/past.ts';
import { summarizeRun } from '../../source/engine/runs.ts';
import { applyEvent, emptyView } from '../../source/engine/view/view.ts';
import { localHost } from '../../source/host/local.ts';
import { ToyLand, toyPlan } from '../engine/toys.ts';
import { fakePool } from '../fake-hosts.ts';

/*
 * A process of its own, so that its memory can be measured: `noise.ts say FOLDER LINES` runs a step with a command that prints so
 * many lines, `noise.ts read FOLDER` reads what is left as status, attach and resume do. Prints ms and the most memory in MB.
 */

const plan = toyPlan([{ id: 's' }]);

async function say(directory: string, lines: string): Promise<void> {
  const land = new ToyLand({ secrets: ['secret-word'] });
  const journal = await openJournal(directory, land.mask, land.clock);
  const host = localHost('a', () => undefined);
  const hosts = fakePool(() => host);
  const world = { ...land.world(plan), hosts, journal, directory };
  const context = stepContext(world, 's', noPast, new AbortController().signal);
  await journal.write({ type: 'step-started', step: 's', attempt: 1, deadlineMs: 1 });
  const line = 'Unpacking a-package (1.2.3-4ubuntu5) over (1.2.3-4ubuntu4), secret-word';
  await context.run('a', ['sh', '-c', 'yes "$0" | head -n "$1"; echo the end', line, lines], { deadline: 3_000_000 });
  await journal.write({ type: 'run-ended', outcome: 'done', why: 'said it all' });
  await journal.close();
}

async function read(directory: string): Promise<void> {
  await summarizeRun({ id: 'r', directory });
  await readPast(directory);
  let view = emptyView(plan);
  const enough = new AbortController();
  for await (const event of followRun(directory, { signal: enough.signal })) view = applyEvent(view, event);
  await wait(0);
}

const [verb, directory = '', lines = ''] = process.argv.slice(2);
const begun = performance.now();
await (verb === 'say' ? say(directory, lines) : read(directory));
const measured = { ms: performance.now() - begun, megabytes: process.resourceUsage().maxRSS / 1024 };
console.log(JSON.stringify(measured));
