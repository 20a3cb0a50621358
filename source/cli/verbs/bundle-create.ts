import { resolve } from 'node:path';
import { makeBundle } from '../../app/bundle/make.ts';
import { codeNames } from '../../bundle/ubuntu.ts';
import { exitCode, Fault } from '../../errors/fault.ts';
import { asOutputFault } from '../../host/file-fault.ts';
import { kloudspot } from '../../text/command.ts';
import { quote } from '../../text/quote.ts';
import { listOf } from '../line/arguments.ts';
import { globalFlags } from '../line/flags.ts';
import { outputFile } from '../line/output-file.ts';
import { withSite } from '../line/site-verb.ts';
import { printJson, printLines } from '../line/terminal.ts';
import { defineVerb } from '../line/verb.ts';
import { summaryLines } from '../text/bundle-text.ts';

const usualReleases = ['22.04', '24.04'];

export default defineVerb({
  name: 'bundle create',
  about:
    'On a machine with internet: fetch everything that a site is installed from (snaps, packages, images, charts) and write it into one file, for init --bundle. Needs snap, apt-get, skopeo and helm. After an interruption the same command continues.',
  flags: {
    ...globalFlags,
    output: {
      type: 'string',
      value: 'FILE',
      about: 'Where to write it: a file, or a folder. Default: SITE.bundle here.',
    },
    ubuntu: {
      type: 'string',
      multiple: true,
      value: 'RELEASE',
      about: `Release of Ubuntu on the nodes, once for each. Default: ${usualReleases.join(', ')}.`,
    },
    architecture: {
      type: 'string',
      value: 'NAME',
      about: 'Of the nodes, such as amd64. Default: that of this machine.',
    },
    program: { type: 'string', value: 'FILE', about: 'A package or executable of kloudspot to take along.' },
  },
  run: ({ args }) =>
    withSite(args, async ({ opened, settings, terminal }) => {
      const output = outputFile(args.output, `${opened.site.name}.bundle`);
      const manifest = await makeBundle(opened, {
        output,
        releases: releasesFrom(args.ubuntu),
        architecture: args.architecture,
        program: args.program === undefined ? undefined : resolve(args.program),
        progress: (text) => {
          if (!settings.json) terminal.output.write(`${text}\n`);
        },
      }).catch((error: unknown) => {
        throw asOutputFault(error);
      });
      if (settings.json) printJson(terminal, { file: output, manifest });
      else
        printLines(terminal.output, [
          '',
          ...summaryLines(manifest),
          '',
          `Written: ${output}. Copy it to the site, then:`,
          `  ${kloudspot(`init --bundle ${quote(output)}`)}`,
        ]);
      return exitCode.done;
    }),
});

function releasesFrom(given: readonly string[] | undefined): string[] {
  const releases = given === undefined ? usualReleases : listOf(given);
  const unknown = releases.find((release) => codeNames[release] === undefined);
  if (unknown === undefined && releases.length > 0) return releases;
  throw new Fault({
    what: `--ubuntu ${unknown ?? ''} is not a release whose packages are known.`,
    next: [`Give one of these: ${Object.keys(codeNames).join(', ')}`],
    exitCode: exitCode.usage,
  });
}
