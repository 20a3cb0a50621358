import { pastRuns } from '../../app/history.ts';
import { settingsFrom } from '../../app/settings.ts';
import { exitCode } from '../../errors/fault.ts';
import { screenWidth } from '../../ui/plain/output.ts';
import { globalFlags } from '../line/flags.ts';
import { printJson, printLines, processTerminal } from '../line/terminal.ts';
import { defineVerb } from '../line/verb.ts';
import { historyLines } from '../text/history-text.ts';

export default defineVerb({
  name: 'history',
  about: 'List all runs, newest first: who began them, where and when, what for, and how they ended. Asks no node.',
  flags: { ...globalFlags },
  run: async ({ args }) => {
    const settings = settingsFrom(args);
    const terminal = processTerminal();
    const runs = await pastRuns(settings.files);
    if (settings.json) printJson(terminal, { runs });
    else {
      const page = { width: screenWidth(terminal.output), ascii: settings.ascii || settings.plain };
      printLines(terminal.output, historyLines(runs, page));
    }
    return exitCode.done;
  },
});
