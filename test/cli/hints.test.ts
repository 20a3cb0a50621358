import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { withRun } from '../../source/app/observe-site.ts';
import { checkedPlan, refuseDrift } from '../../source/app/plan.ts';
import { settingsFrom } from '../../source/app/settings.ts';
import { refuseToAsk } from '../../source/cli/line/terminal.ts';
import { verbs } from '../../source/cli/verb-table.ts';
import { lockedFault, ownClaim } from '../../source/engine/lock/lock-claim.ts';
import { emptyView } from '../../source/engine/view/view.ts';
import { Fault } from '../../source/errors/fault.ts';
import { filesUnder } from '../../source/site/files.ts';
import { calledWith, kloudspot } from '../../source/text/command.ts';
import { nextLines } from '../../source/ui/model/ending.ts';
import { exitLines } from '../../source/ui/model/exit-message.ts';
import { featuresPage } from '../../source/wizard/pages/features.ts';
import { product, siteOf } from '../plan/sample.ts';
import { emptyReport } from '../status/empty-report.ts';
import { planOf } from '../ui/sample.ts';
import { commandsIn, understood } from './printed-commands.ts';

afterEach(() => calledWith([], false));

const source = resolve(import.meta.dirname, '../../source');
const plan = planOf(siteOf({ managers: 3 }));
const fault = (act: () => unknown): readonly string[] => {
  try {
    act();
  } catch (error) {
    if (error instanceof Fault) return error.next;
    throw error;
  }
  throw new Error('no fault');
};

async function everyHint(): Promise<string[]> {
  const files = filesUnder('/srv/my site');
  const claim = await ownClaim(files, '20260101-000000-7f3a');
  const outcomes = ['done', 'undone', 'rebooting', 'failed', undefined] as const;
  const endings = outcomes.flatMap((outcome) =>
    nextLines({ ...emptyView(plan), ...(outcome === undefined ? {} : { outcome }) }, { files, rehearsal: true }),
  );
  return [
    ...endings,
    ...exitLines({ place: { files, rehearsal: true }, saved: true, run: undefined }),
    ...(['alive', 'silent', 'gone', 'unknown'] as const).flatMap((life) => lockedFault(claim, life, '/x', 0).next),
    ...fault(() => checkedPlan(JSON.stringify({ ...plan, hash: 'other' }), 'plan.json')),
    ...fault(() => refuseDrift({ ...plan, basis: { 'ks-1': { hostname: 'x' } } }, hostnames)),
    ...fault(() => refuseToAsk('', kloudspot('apply --yes'))),
    kloudspot('init', '--site'),
    kloudspot('init --site FILE --yes'),
    kloudspot('undo RUN'),
    kloudspot('plan --save FILE'),
    withRun(emptyReport, 'failed').next ?? '',
  ];
}
const hostnames = new Map([
  [
    'ks-1',
    {
      node: 'ks-1',
      seenAt: '',
      access: { user: 'u', sudo: 'free', address: '' },
      identity: { hostname: 'y', machineId: '' },
      problems: {},
    } as const,
  ],
]);

describe.each([
  [{}, false],
  [{ rehearse: '' }, false],
  [{ rehearse: 'clone', root: '/srv/my site' }, false],
  [{ rehearse: './evil.yaml', root: 'relative', site: "it's/site.yaml" }, false],
  [{ site: '/etc/other.yaml' }, true],
])('called with %j, sudo %s', (given, sudo) => {
  it('every command that is printed is understood, and means the same site', async () => {
    const env = { PATH: '', ...(sudo && process.getuid?.() === 0 ? { SUDO_UID: '1000' } : {}) };
    const before = settingsFrom(given, env);
    const commands = commandsIn(await everyHint());
    expect(commands.length).toBeGreaterThan(12);
    for (const command of commands) {
      const { verb, words, settings: after } = understood(command, env);
      expect([words, after.files.root, after.rehearsal?.scenario]).toEqual([
        words,
        before.files.root,
        before.rehearsal?.scenario,
      ]);
      if (!words.some((word) => word === '--site') && verb !== 'init') expect(after.site).toBe(before.site);
    }
    const prefix = env.SUDO_UID === undefined ? 'kloudspot status' : 'sudo kloudspot status';
    expect(kloudspot('status').startsWith(prefix)).toBe(true);
  });
});

/** Texts of the help, which is the same for every call, and of a file that outlives the call; titles of pages. */
const spelt = [
  'Try it without risk: kloudspot init --rehearse',
  'source <(kloudspot completion bash)',
  'that kloudspot apply --plan FILE carries out',
  'Write the plan to FILE, for kloudspot apply --plan FILE.',
  'from this file of kloudspot bundle create.',
  'Edit it by hand or with kloudspot init;',
  'kloudspot init asks questions.',
  'kloudspot init --yes asks nothing',
  "'kloudspot init'",
  '`kloudspot init · ',
  '`kloudspot status · ',
];

/** Verbs that are also what the program does in a sentence: `kloudspot stops`. */
const firstWords = new Set(Object.keys(verbs).map((name) => name.replace(/ .*/, '')));
const command = new RegExp(`kloudspot (?:${[...firstWords].join('|')})(?![\\w-])`);

/** Lines of a source file that spell out a command of the program in a text, comments left out. */
const speltOut = (text: string): readonly string[] =>
  text
    .replaceAll(/\/\*.*?\*\//gs, '')
    .split('\n')
    .filter((line) => command.test(line.replace(/(^|\s)\/\/ .*/, '')))
    .filter((line) => !spelt.some((part) => line.includes(part)))
    .map((line) => line.trim());

describe('no text spells a command out', () => {
  it('in the sources: it asks for one with the flags that were given', () => {
    const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) => /\.tsx?$/.test(file));
    const texts = files.map((file) => ({ file, text: readFileSync(join(source, file), 'utf8') }));
    expect(texts.flatMap(({ file, text }) => speltOut(text).map((line) => `${file}: ${line}`))).toEqual([]);
    expect(spelt.filter((part) => !texts.some(({ text }) => text.includes(part)))).toEqual([]);
  });

  it.each([
    ["hint: 'build the cluster only; `kloudspot start` deploys'", 1],
    ["advice: 'Name another one: kloudspot storage list'", 1],
    ['next: shells.map((name) => `kloudspot completion ${name}`)', 1],
    ['// `kloudspot plan` ends here', 0],
    ['/** What `kloudspot plan` prints. */', 0],
    ["next: [kloudspot('plan')]", 0],
    ["'the machine that kloudspot runs on'", 0],
  ])('%s', (line, count) => {
    expect(speltOut(line)).toHaveLength(count);
  });
});

it('a page of the wizard names commands with the flags that were given', () => {
  calledWith(['--rehearse=clone'], false);
  const view = {
    draft: {},
    product,
    facts: new Map(),
    machine: { now: () => 0, file: () => ({ problem: 'there is none' }) },
  };
  const deploy = featuresPage.fields(view).find(({ id }) => id === 'deploy');
  expect([deploy?.help, deploy?.choices?.at(-1)?.hint]).toEqual([
    expect.stringContaining('kloudspot start --rehearse=clone  deploys'),
    expect.stringContaining('kloudspot start --rehearse=clone  deploys'),
  ]);
});
