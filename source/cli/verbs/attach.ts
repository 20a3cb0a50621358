import { planOfRun } from '../../app/run-plan.ts';
import { globalFlags, settingsFrom } from '../../app/settings.ts';
import { findRun, latestRun } from '../../engine/runs.ts';
import { Fault } from '../../errors/fault.ts';
import { watchRun } from '../apply/run-watching.ts';
import { processTerminal } from '../line/terminal.ts';
import { defineVerb } from '../line/verb.ts';

export default defineVerb({
  name: 'attach',
  description:
    'Watch a run that is going on, from any terminal, or see how one ended: the last one, or the one named. Leaving does not end the run. With --json one event a line. Exit codes: 0 done or left, 4 a step failed, 130 stopped.',
  flags: {
    ...globalFlags,
    run: { type: 'positional', required: false, description: 'The run, or the end of its id. Default: the last one.' },
  },
  run: async ({ args }) => {
    const settings = settingsFrom(args);
    const { files } = settings;
    const run = args.run === undefined ? await latestRun(files) : await findRun(files, args.run);
    if (run === undefined)
      throw new Fault({ what: 'There is no run yet.', where: files.runs, next: ['kloudspot apply  begins one.'] });
    return watchRun(run, await planOfRun(run), settings, processTerminal(), 'attached');
  },
});
