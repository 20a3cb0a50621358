import { requestCertificate } from '../../app/certificate-request.ts';
import { exitCode } from '../../errors/fault.ts';
import { kloudspot } from '../../text/command.ts';
import { globalFlags } from '../line/flags.ts';
import { withSite } from '../line/site-verb.ts';
import { printJson, printLines } from '../line/terminal.ts';
import { defineVerb } from '../line/verb.ts';

export default defineVerb({
  name: 'certificates request',
  about:
    'Make a private key and a signing request (CSR) for the DNS name and the virtual address of the site, for the authority that signs your certificate. No node is touched.',
  flags: globalFlags,
  run: ({ args }) =>
    withSite(args, async ({ opened, settings, terminal }) => {
      const made = await requestCertificate(opened.site, settings.files);
      if (settings.json) printJson(terminal, made);
      else
        printLines(terminal.output, [
          `Key:      ${made.key}${made.keyKept ? ' (was there)' : ''}`,
          `Request:  ${made.request}`,
          '',
          `Send the request to your authority. Put its certificate, with its chain, into ${made.certificate}, and into site.yaml:`,
          'tls:',
          '  mode: files',
          `  key: ${made.key}`,
          `  certificate: ${made.certificate}`,
          '',
          `${kloudspot('update')}  then brings it to the ingress.`,
        ]);
      return exitCode.done;
    }),
});
