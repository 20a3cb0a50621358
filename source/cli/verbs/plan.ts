import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { connect } from '../../app/connect.ts';
import { lookAtLiving, planLiving } from '../../app/plan-living.ts';
import { planSources } from '../../app/plan-sources.ts';
import { siteToBuild } from '../../app/seen-storage.ts';
import { stepsDone } from '../../app/steps-done.ts';
import { exitCode, Fault } from '../../errors/fault.ts';
import { messageOf } from '../../errors/thrown.ts';
import { targetOf } from '../../network/targets.ts';
import type { Plan } from '../../plan/document/document.ts';
import { estimateStorage } from '../../storage/estimate.ts';
import { defined } from '../../text/defined.ts';
import { jsonText } from '../../text/safe-text.ts';
import { screenWidth } from '../../ui/plain/output.ts';
import { refuseUnreached } from '../apply/apply-site.ts';
import { accessPrompts } from '../line/access.ts';
import { globalFlags } from '../line/flags.ts';
import { rehearsalNote } from '../line/rehearsal-note.ts';
import { withNodes } from '../line/site-verb.ts';
import { printJson } from '../line/terminal.ts';
import { defineVerb } from '../line/verb.ts';
import { brokenLines } from '../text/estimate-text.ts';
import { planLines } from '../text/plan-text.ts';

export default defineVerb({
  name: 'plan',
  about:
    'Show every step in order: why, the exact commands, the files as differences, and what cannot be undone. Changes nothing. With --json, or --save FILE, the plan that kloudspot apply --plan FILE carries out.',
  flags: {
    ...globalFlags,
    brief: { type: 'boolean', about: 'One line per step.' },
    save: {
      type: 'string',
      value: 'FILE',
      about: 'Write the plan to FILE, for kloudspot apply --plan FILE.',
    },
  },
  run: ({ args }) =>
    withNodes(args, async ({ opened, settings, terminal }) => {
      const prompts = accessPrompts(settings, terminal);
      const seen = await connect(opened.site.nodes.map(targetOf), { ...opened, prompts });
      const { facts } = seen;
      const living = await lookAtLiving(opened, facts, settings.files);
      const refused = refuseUnreached(opened, seen, living.cluster, { settings, terminal });
      if (refused !== undefined) return refused;
      const site = siteToBuild(opened, living);
      const made = await planLiving({ ...opened, site }, living);
      const stored = settings.json || args.save !== undefined;
      const plan = stored ? { ...made, sources: await planSources(opened) } : made;
      const file = args.save === undefined ? undefined : resolve(args.save);
      if (file !== undefined) await save(plan, file);
      if (settings.json) printJson(terminal, plan);
      else {
        const estimate = estimateStorage(site, opened.product, [...facts.values()]);
        const lines = planLines(plan, {
          brief: args.brief ?? false,
          done: living.cluster === undefined ? new Set() : await stepsDone(plan, opened, settings.files),
          ...defined({ width: screenWidth(terminal.output) }),
        });
        terminal.output.write(`${[...rehearsalNote(opened.world), ...lines, ...brokenLines(estimate)].join('\n')}\n`);
      }
      if (file !== undefined && !settings.json) terminal.output.write(`\nWritten to ${file}\n`);
      return exitCode.done;
    }),
});

async function save(plan: Plan, file: string): Promise<void> {
  await writeFile(file, `${jsonText(plan, 1)}\n`, { mode: 0o600 }).catch((cause: unknown) => {
    throw new Fault({
      what: 'The plan cannot be written.',
      where: file,
      why: messageOf(cause),
      next: ['Name a file in a folder that is there and that you may write to.'],
      cause,
    });
  });
}
