import { settingsFrom } from '../../app/settings.ts';
import { exitCode } from '../../errors/fault.ts';
import { loadProduct } from '../../product/load.ts';
import { globalFlags } from '../line/flags.ts';
import { printJson, printLines, processTerminal } from '../line/terminal.ts';
import { defineVerb } from '../line/verb.ts';
import { checkWordsFor, explainLines } from '../text/explain-text.ts';

export default defineVerb({
  name: 'explain',
  about:
    'Show why a check matters, where its rule comes from, and whether its failure can be accepted. Without a name: list all checks. Asks no node.',
  flags: {
    ...globalFlags,
    product: {
      type: 'string',
      value: 'NAME|FILE',
      about: 'The product whose strict checks count. Default: kloudspot.',
    },
  },
  operand: { name: 'CHECK', about: 'The name of a check, as preflight --json and docs/preflight.md show it.' },
  run: async ({ args, operand }) => {
    const settings = settingsFrom(args);
    const terminal = processTerminal();
    const words = checkWordsFor(operand, await loadProduct(args.product ?? 'kloudspot'));
    if (settings.json) printJson(terminal, operand === undefined ? { checks: words } : words[0]);
    else printLines(terminal.output, explainLines(words, operand !== undefined, terminal.output.columns));
    return exitCode.done;
  },
});
