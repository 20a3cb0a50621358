import { checkSite } from '../../app/check-site.ts';
import { defined } from '../../text/defined.ts';
import { screenWidth } from '../../ui/plain/output.ts';
import { accessPrompts } from '../line/access.ts';
import { globalFlags } from '../line/flags.ts';
import { rehearsalNote, scenarioOf } from '../line/rehearsal-note.ts';
import { withNodes } from '../line/site-verb.ts';
import { printJson, printLines } from '../line/terminal.ts';
import { defineVerb } from '../line/verb.ts';
import { pairData, pairLines } from '../text/pair-matrix.ts';
import { preflightCode, preflightData } from '../text/preflight-data.ts';
import { preflightLines } from '../text/preflight-text.ts';

export default defineVerb({
  name: 'preflight',
  about:
    'Run all checks on the nodes and the site, and show them as a grid, with the reason and what to do for each that does not pass. Changes nothing.',
  flags: { ...globalFlags, all: { type: 'boolean', about: 'Also show why checks passed.' } },
  run: ({ args }) =>
    withNodes(args, async ({ opened, settings, terminal }) => {
      const { site, world, from } = opened;
      const { findings, pairs } = await checkSite(opened, accessPrompts(settings, terminal), settings.files);
      if (settings.json)
        printJson(terminal, { ...preflightData(site, findings), pairs: pairData(pairs), ...scenarioOf(world) });
      else {
        const ascii = settings.ascii || settings.plain;
        const width = screenWidth(terminal.output);
        const lines = preflightLines(site, findings, {
          ascii,
          all: args.all ?? false,
          from,
          ...defined({ width }),
        });
        printLines(terminal.output, [...rehearsalNote(world), ...lines, ...pairLines(site, pairs, ascii)]);
      }
      return preflightCode(findings);
    }),
});
