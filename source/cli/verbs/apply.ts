import { resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { connect } from '../../app/connect.ts';
import { documentsOf } from '../../app/documents.ts';
import { readPlan, refuseDrift } from '../../app/plan.ts';
import type { Living } from '../../app/plan-living.ts';
import { refuseStale } from '../../app/plan-sources.ts';
import { siteToBuild } from '../../app/seen-storage.ts';
import { type Settings, settingsFrom, siteHome } from '../../app/settings.ts';
import { givenPasswords, type OpenedSite, openSite } from '../../app/site.ts';
import { standingCluster } from '../../app/standing-cluster.ts';
import { openWorld } from '../../app/world.ts';
import type { ExitCode } from '../../errors/fault.ts';
import { defined } from '../../text/defined.ts';
import { type AnsweredSite, applySite, beginPlan, refuseUnreached } from '../apply/apply-site.ts';
import { accessPrompts } from '../line/access.ts';
import { acceptFailure, globalFlags, takeOver } from '../line/flags.ts';
import { processTerminal, type Terminal } from '../line/terminal.ts';
import { defineVerb } from '../line/verb.ts';

export default defineVerb({
  name: 'apply',
  about: 'Check the nodes, plan, ask, and do what the site file says. What is already right is not touched.',
  flags: {
    ...globalFlags,
    plan: {
      type: 'string',
      value: 'FILE',
      about: 'Carry out exactly this plan, or refuse when the site file or the nodes have changed since.',
    },
    'take-over': takeOver,
    'accept-failure': acceptFailure,
  },
  run: async ({ args }) => {
    const settings = settingsFrom(args);
    const terminal = processTerminal();
    const takeOver = args['take-over'] ?? false;
    if (args.plan !== undefined) return applyPlan(resolve(args.plan), settings, terminal, takeOver);
    const opened = await openSite(settings);
    try {
      const accept = args['accept-failure'];
      return await applySite(opened, settings, terminal, {
        verb: 'apply',
        takeOver,
        answer: (living) => answered(opened, settings, living),
        ...defined({ accept }),
      });
    } finally {
      await opened.close();
    }
  },
});

/** Volume groups that the file leaves open go into it, as `plan` shows them: what comes later finds them there. */
async function answered(opened: OpenedSite, settings: Settings, living: Living): Promise<AnsweredSite | undefined> {
  const site = siteToBuild(opened, living);
  if (isDeepStrictEqual(site, opened.site)) return undefined;
  return { site, documents: await documentsOf(site, opened.product, siteHome(settings), settings.files), lines: [] };
}

async function applyPlan(file: string, settings: Settings, terminal: Terminal, takeOver: boolean): Promise<ExitCode> {
  const plan = await readPlan(file);
  for (const note of await refuseStale(plan, file, settings)) terminal.errors.write(`${note}\n`);
  const passwords = await givenPasswords(settings);
  const world = await openWorld({ files: settings.files, passwords, rehearsal: settings.rehearsal });
  try {
    const seen = await connect(plan.targets, { world, passwords, prompts: accessPrompts(settings, terminal) });
    const { site } = plan;
    const cluster = await standingCluster({ site, world }, seen.facts, settings.files);
    const refused = refuseUnreached({ site, from: file }, seen, cluster, { settings, terminal });
    if (refused !== undefined) return refused;
    refuseDrift(plan, seen.facts);
    return await beginPlan(plan, { passwords, world }, settings, terminal, { verb: 'apply', takeOver });
  } finally {
    await world.close();
  }
}
