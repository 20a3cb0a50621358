import { resolve } from 'node:path';
import { settingsFrom } from '../../app/settings.ts';
import { exitCode } from '../../errors/fault.ts';
import { openBundle } from '../../workstation/bundle/open.ts';
import { bundleOperand, globalFlags } from '../line/flags.ts';
import { printJson, printLines, processTerminal } from '../line/terminal.ts';
import { defineVerb } from '../line/verb.ts';
import { bundleLines } from '../text/bundle-text.ts';

export default defineVerb({
  name: 'bundle show',
  about: 'Show what a bundle is for, and every part with version, size, licence and digest. Reads only its manifest.',
  flags: globalFlags,
  operand: bundleOperand,
  run: async ({ args, operand = '' }) => {
    const { json } = settingsFrom(args);
    const terminal = processTerminal();
    const { manifest } = await openBundle(resolve(operand));
    if (json) printJson(terminal, manifest);
    else printLines(terminal.output, bundleLines(manifest));
    return exitCode.done;
  },
});
