import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { withRun } from '../../source/app/observe-site.ts';
import { checkedPlan, refuseDrift } from '../../source/app/plan.ts';
import { settingsFrom } from '../../source/app/settings.ts';
import { refuseToAsk } from '../../source/cli/line/terminal.ts';
import { lockedFault, ownClaim } from '../../source/engine/lock/lock-claim.ts';
import { emptyView } from '../../source/engine/view/view.ts';
import { Fault } from '../../source/errors/fault.ts';
import { filesUnder } from '../../source/site/files.ts';
import { calledWith, kloudspot } from '../../source/text/command.ts';
import { nextLines } from '../../source/ui/model/ending.ts';
import { exitLines } from '../../source/ui/model/exit-message.ts';
import { siteOf } from '../plan/sample.ts';
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

/** Help, the vendor's transcript, and texts that are made before the flags are known. */
const without =
  /^(cli\.ts|cli\/line\/overview\.ts|cli\/verbs\/(plan|storage-estimate)\.ts|errors\/exit-codes\.ts|site\/s|wizard\/pages\/features\.ts|ui\/ink\/)/;

it('no message spells a command out: it asks for one with the flags that were given', () => {
  const spelt = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file) && !without.test(file))
    .flatMap((file) =>
      readFileSync(join(source, file), 'utf8')
        .split('\n')
        .filter((line) => !/^\s*(\*|\/\/|\/\*\*)/.test(line))
        .filter((line) =>
          /\bkloudspot (init(?! (asks|--yes asks))|apply|plan|resume|undo|attach|status|start|stop|update) ?/.test(
            line,
          ),
        )
        .map((line) => `${file}: ${line.trim()}`),
    );
  expect(spelt).toEqual([]);
});
