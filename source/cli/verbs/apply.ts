import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { driftFault } from '../../app/drift-fault.ts';
import { lookAtNodes } from '../../app/look.ts';
import { type Settings, settingsFrom } from '../../app/settings.ts';
import { givenPasswords, openSite } from '../../app/site.ts';
import { openWorld } from '../../app/world.ts';
import { type ExitCode, Fault } from '../../errors/fault.ts';
import { drift } from '../../plan/document/basis.ts';
import type { Plan } from '../../plan/document/document.ts';
import { parsePlan } from '../../plan/document/document-schema.ts';
import { stepKinds } from '../../plan/kinds.ts';
import { planHash } from '../../plan/plan.ts';
import { applySite, beginPlan } from '../apply/apply-site.ts';
import { ensureAccess } from '../line/access.ts';
import { globalFlags, takeOver } from '../line/flags.ts';
import { processTerminal, type Terminal } from '../line/terminal.ts';
import { defineVerb } from '../line/verb.ts';

export default defineVerb({
  name: 'apply',
  about: 'Check the nodes, plan, ask, and do what the site file says; what is right already is left alone.',
  flags: {
    ...globalFlags,
    plan: {
      type: 'string',
      value: 'FILE',
      about: 'Carry out just this plan, or refuse when the nodes are no longer what it rests on.',
    },
    'take-over': takeOver,
  },
  run: async ({ args }) => {
    const settings = settingsFrom(args);
    const terminal = processTerminal();
    const takeOver = args['take-over'] ?? false;
    if (args.plan !== undefined) return applyPlan(resolve(args.plan), settings, terminal, takeOver);
    const opened = await openSite(settings);
    try {
      return await applySite(opened, settings, terminal, { verb: 'apply', purpose: 'init', takeOver });
    } finally {
      await opened.close();
    }
  },
});

async function applyPlan(file: string, settings: Settings, terminal: Terminal, takeOver: boolean): Promise<ExitCode> {
  const plan = await readPlan(file);
  const passwords = await givenPasswords(settings);
  const world = await openWorld({ files: settings.files, passwords, rehearsal: settings.rehearsal });
  try {
    await ensureAccess({ targets: plan.targets, world, passwords, settings, terminal });
    const { facts } = await lookAtNodes(plan.site.nodes, world);
    const found = drift(plan, facts);
    if (found.length > 0) throw driftFault(found);
    return await beginPlan(plan, { passwords, world }, settings, terminal, { verb: 'apply', takeOver });
  } finally {
    await world.close();
  }
}

/** What a plan shows and what it does would part where somebody edits it: its hash tells. */
async function readPlan(file: string): Promise<Plan> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new Fault({
      what: 'The plan cannot be read.',
      where: file,
      cause,
      next: ['kloudspot plan --save FILE  writes one.'],
    });
  });
  const plan = parsePlan(text, stepKinds, file);
  if (planHash(plan) === plan.hash) return plan;
  throw new Fault({
    what: 'The plan was changed after it was made.',
    where: file,
    why: `Its hash is ${plan.hash}, its content has ${planHash(plan)}.`,
    next: ['Change site.yaml instead, then: kloudspot plan --save FILE'],
  });
}
