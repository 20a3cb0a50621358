import { gatherAsBuilt } from '../../app/as-built/gather.ts';
import { exitCode } from '../../errors/fault.ts';
import { asOutputFault } from '../../host/file-fault.ts';
import { writeAtomic } from '../../host/write-atomic.ts';
import { asBuiltDocument } from '../../report/as-built.ts';
import { accessPrompts } from '../line/access.ts';
import { globalFlags } from '../line/flags.ts';
import { outputFile } from '../line/output-file.ts';
import { rehearsalNote } from '../line/rehearsal-note.ts';
import { withSite } from '../line/site-verb.ts';
import { printJson, printLines } from '../line/terminal.ts';
import { defineVerb } from '../line/verb.ts';

export default defineVerb({
  name: 'report',
  about:
    'Write the as-built document of a site: one HTML file with a picture of the topology, machines, network, storage, versions, product, certificates, open findings and runs. Changes nothing. Dead nodes are left out.',
  flags: {
    ...globalFlags,
    output: {
      type: 'string',
      value: 'FILE',
      about: 'Where to write it: a file, or a folder. Default: SITE-as-built.html here.',
    },
  },
  run: ({ args }) =>
    withSite(args, async ({ opened, settings, terminal }) => {
      const built = await gatherAsBuilt(opened, settings.files, accessPrompts(settings, terminal));
      const path = outputFile(args.output, `${built.site.name}-as-built.html`);
      await writeAtomic(path, asBuiltDocument(built), 0o600).catch((error: unknown) => {
        throw asOutputFault(error);
      });
      if (settings.json) printJson(terminal, { file: path });
      else printLines(terminal.output, [...rehearsalNote(opened.world), `Written: ${path}`]);
      return exitCode.done;
    }),
});
