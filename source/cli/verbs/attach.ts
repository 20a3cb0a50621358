import { settingsFrom } from '../../app/settings.ts';
import { planToWatch } from '../../app/stored-plan.ts';
import { findRun, newestBegun } from '../../engine/runs.ts';
import { Fault } from '../../errors/fault.ts';
import { keepYoungSmall } from '../../host/small-heap.ts';
import { kloudspot } from '../../text/command.ts';
import { repeatFlagsOf } from '../apply/run-flags.ts';
import { watchRun } from '../apply/run-watching.ts';
import { globalFlags, runOperand } from '../line/flags.ts';
import { processTerminal } from '../line/terminal.ts';
import { defineVerb } from '../line/verb.ts';

export default defineVerb({
  name: 'attach',
  about:
    'Watch a run in progress from any terminal, or see how a run ended: the last one, or the one named. Leaving does not end the run. With --json one event per line.',
  flags: {
    ...globalFlags,
  },
  operand: runOperand,
  run: async ({ args, operand }, { runPage }) => {
    // What is loaded under other flags is not kept compiled: the screen comes before them.
    if (runPage !== undefined) await import('../../ui/ink/run-screen.tsx');
    keepYoungSmall();
    const settings = settingsFrom(args);
    const { files } = settings;
    const run = operand === undefined ? await newestBegun(files) : await findRun(files, operand);
    if (run === undefined)
      throw new Fault({
        what: 'No runs yet.',
        where: files.runs,
        next: [`${kloudspot('apply')}  starts one.`],
      });
    await repeatFlagsOf(run);
    const { plan, refuseChanged } = await planToWatch(run);
    return watchRun(run, plan, settings, processTerminal(), 'attached', { standing: runPage, refuseChanged });
  },
});
