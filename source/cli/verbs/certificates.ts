import { exitCode, Fault } from '../../errors/fault.ts';
import { certificateStatuses } from '../../status/certificates.ts';
import type { Observation } from '../../status/observation.ts';
import type { CertificateStatus } from '../../status/report.ts';
import { kloudspot } from '../../text/command.ts';
import { columns } from '../../text/table.ts';
import { lookAtNodes } from '../apply/product-verb.ts';
import { globalFlags } from '../line/flags.ts';
import { withNodes } from '../line/site-verb.ts';
import { printJson, printLines } from '../line/terminal.ts';
import { defineVerb } from '../line/verb.ts';

export default defineVerb({
  name: 'certificates',
  about:
    'Show the days left of every certificate: server, front proxy, kubelet and CA of each node, and the one that the ingress serves, those that end first at the top, with what renews each. Changes nothing.',
  flags: { ...globalFlags },
  run: ({ args }) =>
    withNodes(args, async ({ opened, settings, terminal }) => {
      // Words about nodes that were not reached go to the error stream: the table is what is printed.
      const quiet = { ...settings, json: true };
      const seen = await lookAtNodes({ opened, settings: quiet, terminal });
      const certificates = certificateStatuses(seen);
      if (certificates.length === 0) throw nothingSeen();
      const nodes = opened.site.nodes.length;
      const rows = certificates.map((one) => ({ ...one, renewedBy: renewal(one, nodes) }));
      const unseen = opened.site.nodes
        .map(({ name }) => name)
        .filter((name) => !rows.some(({ node }) => node === name));
      const ingressRead = seen.ingressCertificate !== undefined;
      if (settings.json) printJson(terminal, { certificates: rows, unseen, ingressRead });
      else printLines(terminal.output, certificateLines(rows, { unseen, ingress: whyNotServed(seen) }));
      return exitCode.done;
    }),
});

export interface Row extends CertificateStatus {
  readonly renewedBy: string;
}

/** What renews a certificate; on a cluster there is none for its CA. */
export function renewal({ name }: CertificateStatus, nodes: number): string {
  switch (name) {
    case 'server':
    case 'front-proxy-client':
      return kloudspot('certificates renew');
    case 'ca':
      return nodes === 1
        ? kloudspot('certificates renew --ca')
        : 'not in place: every node would have to leave and join again';
    case 'front-proxy-ca':
      return nodes === 1 ? 'a new installation' : 'not in place: every node would have to leave and join again';
    case 'kubelet':
      return 'not by refresh-certs: leave and join again';
    case 'ingress':
      return `tls in site.yaml, then ${kloudspot('update')}`;
  }
}

/** Why it is not known which certificate the ingress serves; undefined where it is. */
function whyNotServed({ through, ingressCertificate }: Observation): string | undefined {
  if (ingressCertificate !== undefined) return undefined;
  return through === undefined
    ? 'The API of the cluster does not answer, so the certificate of the ingress was not read.'
    : 'The API of the cluster did not give the certificate of the ingress in time.';
}

/** `unseen`: nodes on which none was read. `ingress`: why that of the ingress was not. */
export function certificateLines(
  rows: readonly Row[],
  { unseen, ingress }: { readonly unseen: readonly string[]; readonly ingress: string | undefined },
): string[] {
  const table = rows.map(({ name, node, daysLeft, until, renewedBy }) => [
    name,
    node ?? 'cluster',
    daysLeft < 0 ? 'ended' : String(daysLeft),
    until.slice(0, 10),
    renewedBy,
  ]);
  return [
    ...columns([['Certificate', 'Node', 'Days left', 'Until', 'Renewed by'], ...table]),
    ...(unseen.length === 0 ? [] : ['', `Not read on: ${unseen.join(', ')}.`]),
    ...(ingress === undefined ? [] : ['', ingress]),
    '',
    `${kloudspot('certificates renew')}  renews those of one manager after the other; its API restarts.`,
  ];
}

const nothingSeen = (): Fault =>
  new Fault({
    what: 'No certificate was read on any node.',
    why: 'No node was reached, or MicroK8s is not installed.',
    next: [kloudspot('status')],
    exitCode: exitCode.stepFailed,
  });
