import { resolve } from 'node:path';
import { settingsFrom } from '../../app/settings.ts';
import { exitCode, Fault } from '../../errors/fault.ts';
import { counted } from '../../text/plural.ts';
import { damagedParts, openBundle } from '../../workstation/bundle/open.ts';
import { bundleOperand, globalFlags } from '../line/flags.ts';
import { printJson, printLines, processTerminal } from '../line/terminal.ts';
import { defineVerb } from '../line/verb.ts';

export default defineVerb({
  name: 'bundle verify',
  about: 'Compare every byte of a bundle with the digests in its manifest, as preflight does before a run.',
  flags: globalFlags,
  operand: bundleOperand,
  run: async ({ args, operand = '' }) => {
    const { json } = settingsFrom(args);
    const terminal = processTerminal();
    const bundle = await openBundle(resolve(operand));
    const damaged = await damagedParts(bundle);
    if (json) printJson(terminal, { file: bundle.file, parts: bundle.manifest.parts.length, damaged });
    if (damaged.length > 0 && !json)
      throw new Fault({
        what: `${counted(damaged.length, 'part')} of this bundle ${damaged.length === 1 ? 'is' : 'are'} damaged.`,
        where: bundle.file,
        why: damaged.join('\n'),
        next: ['Copy it again from the machine that made it.'],
        exitCode: exitCode.preflightFailed,
      });
    if (!json) printLines(terminal.output, [`All ${bundle.manifest.parts.length} parts are as they were made.`]);
    return damaged.length === 0 ? exitCode.done : exitCode.preflightFailed;
  },
});
