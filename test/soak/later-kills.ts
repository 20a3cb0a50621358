import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { reportSchema, type StatusReport } from '../../source/status/report.ts';
import { Rehearsal } from '../flows/program.ts';
import { choose, endProcess, leftovers, lockPasses, numbersFrom, startedProcess, twice, victims } from './kills.ts';

/** A verb for a site that runs, as it is killed. */
interface Later {
  readonly words: readonly [verb: string, ...flags: readonly string[]];
  /** Real seconds become so many: the run lasts some seconds. */
  readonly speed: number;
  /** What comes first, at full speed. */
  readonly before?: (rehearsal: Rehearsal) => Promise<readonly string[]>;
  /** Whether the cluster is as the verb should leave it; undefined: it is ok. */
  readonly reached?: (report: StatusReport) => boolean;
}

const name = 'berlin';
const ok = ({ verdict }: StatusReport): boolean => verdict === 'ok';
const nodes = (wanted: string) => (report: StatusReport) =>
  ok(report) &&
  report.nodes
    .map((node) => node.name)
    .toSorted()
    .join(' ') === wanted;
const ks4 = ['ks-4', '--reach', '10.0.4.24', '--address', '10.0.4.24/24'] as const;
const ks5 = ['ks-5', '--reach', '10.0.4.25', '--address', '10.0.4.25/24'] as const;

export const laterVerbs: readonly Later[] = [
  { words: ['node add', ...ks4], speed: 50, reached: nodes('ks-1 ks-2 ks-3 ks-4') },
  {
    words: ['node remove', 'ks-4'],
    speed: 15,
    before: (rehearsal) => first(rehearsal, ['node add', ...ks4]),
    reached: nodes('ks-1 ks-2 ks-3'),
  },
  { words: ['node replace', 'ks-3', '--with', ...ks5], speed: 60, reached: nodes('ks-1 ks-2 ks-5') },
  { words: ['update', '--set', 'features=[kloudInsights]'], speed: 4 },
  { words: ['stop', '--confirm-data-loss', name], speed: 4, reached: ({ verdict }) => verdict !== 'unknown' },
  { words: ['start'], speed: 7, before: (rehearsal) => first(rehearsal, ['stop', '--confirm-data-loss', name]) },
  { words: ['backup'], speed: 2 },
  {
    words: ['restore', '--confirm-data-loss', name],
    speed: 15,
    before: (rehearsal) => first(rehearsal, ['backup']),
  },
  {
    words: ['apply'],
    speed: 90,
    before: nextTrack,
    reached: (report) => ok(report) && report.nodes.every(({ version }) => version === 'v1.35.1'),
  },
  { words: ['certificates renew'], speed: 15 },
  { words: ['storage grow', 'kafka', '60'], speed: 15 },
  { words: ['drill', 'ks-3', '--seconds', '120'], speed: 60 },
  { words: ['rebalance'], speed: 15, before: (rehearsal) => first(rehearsal, ['drill', 'ks-3', '--seconds', '420']) },
];

/** What is wrong after a later verb was killed at a moment that follows from the seed and was continued; empty where nothing is. */
export async function laterKillTrial(seed: number): Promise<readonly string[]> {
  const next = numbersFrom(seed);
  const later = laterVerbs[seed % laterVerbs.length];
  if (later === undefined) throw new Error('not a verb');
  const rehearsal = await Rehearsal.built('spare-machines');
  const failed = (await later.before?.(rehearsal)) ?? [];
  if (failed.length > 0) return failed;
  const runs = await rehearsal.runs();
  await killLater(rehearsal, later, next);
  await rehearsal.setSpeed(1_000_000);
  const faults = await goOn(rehearsal, later, runs.length);
  const again = twice(await rehearsal.journal());
  const passed = await lockPasses(rehearsal, 'backup');
  return [
    ...faults,
    ...again,
    ...(passed ?? []),
    ...(await leftovers(rehearsal, runs.length + (passed ? 2 : 1))),
    ...(await notReached(rehearsal, later)),
  ].map((fault) => `${later.words.join(' ')}: ${fault}`);
}

async function first(rehearsal: Rehearsal, [verb = '', ...flags]: readonly string[]): Promise<readonly string[]> {
  const { code, stderr, stdout } = await rehearsal.run(verb, '--yes', ...flags);
  return code === 0 ? [] : [`before: ${verb}: exit code ${code}: ${stderr || stdout}`];
}

async function nextTrack(rehearsal: Rehearsal): Promise<readonly string[]> {
  const file = rehearsal.path('etc/kloudspot/site.yaml');
  const text = await readFile(file, 'utf8');
  await writeFile(file, text.replace(/^( {2}channel: ).*$/m, '$11.35/stable'));
  return [];
}

async function killLater(rehearsal: Rehearsal, { words, speed }: Later, next: () => number): Promise<void> {
  const runs = await rehearsal.runs();
  const [verb, ...flags] = words;
  const front = rehearsal.start(verb, '--yes', `--speed=${speed}`, ...flags);
  const victim = choose(victims, next());
  const ended = front.then(() => undefined);
  // Of three kills two fall into the run; the others fall anywhere.
  if (next() < 0.67) await Promise.race([ended, runBegins(rehearsal, runs.length)]);
  await Promise.race([ended, wait(next() * 5_000)]);
  const begun = (await rehearsal.runs()).length > runs.length ? await startedProcess(rehearsal) : undefined;
  if (victim !== 'worker') front.kill('SIGKILL');
  if (victim !== 'front end' && begun !== undefined) endProcess(begun);
  await front;
}

async function runBegins(rehearsal: Rehearsal, before: number): Promise<void> {
  while ((await rehearsal.runs()).length === before || (await startedProcess(rehearsal)) === undefined) await wait(50);
}

/** At most two more tries lead to the end; a verb that was killed before its run began is called again. */
async function goOn(rehearsal: Rehearsal, { words }: Later, runs: number): Promise<readonly string[]> {
  const said: string[] = [];
  const [verb, ...flags] = words;
  for (let tries = 0; tries < 3; tries++) {
    const end = (await rehearsal.journal().catch(() => [])).at(-1);
    const began = (await rehearsal.runs()).length > runs;
    if (began && end?.type === 'run-ended' && end.outcome === 'done') return [];
    const { code, stdout, stderr } = began
      ? await rehearsal.run('resume', '--yes')
      : await rehearsal.run(verb, '--yes', ...flags);
    if (code === 0) return [];
    said.push(`${began ? 'resume' : 'again'}: exit code ${code}: ${(stderr || stdout).trim().slice(-500)}`);
    if (!began && existsSync(rehearsal.path('var/lib/kloudspot/lock'))) said.push('a lock without a run to resume');
  }
  return said;
}

async function notReached(rehearsal: Rehearsal, { reached = ok }: Later): Promise<readonly string[]> {
  const { stdout } = await rehearsal.run('status', '--json');
  const report = reportSchema.parse(JSON.parse(stdout));
  if (reached(report)) return [];
  const seen = report.nodes.map((node) => `${node.name} ${node.state} ${node.version ?? ''}`);
  return [`not reached: ${report.verdict}: ${report.reasons.join('; ')}; ${seen.join(', ')}`];
}
