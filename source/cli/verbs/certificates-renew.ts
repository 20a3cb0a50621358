import { exitCode, Fault } from '../../errors/fault.ts';
import type { Upkeep } from '../../plan/input.ts';
import { certificateStatuses, endedApiServers } from '../../status/certificates.ts';
import type { CertificateStatus } from '../../status/report.ts';
import { kloudspot } from '../../text/command.ts';
import { noManagerAnswers, tell } from '../apply/product-verb.ts';
import { lookForCluster, runUpkeep } from '../apply/upkeep-verb.ts';
import { globalFlags } from '../line/flags.ts';
import { withNodes } from '../line/site-verb.ts';
import { defineVerb } from '../line/verb.ts';

export default defineVerb({
  name: 'certificates renew',
  about:
    'Renew the certificates of the API server and of the front proxy on one manager after the other, and verify each new end date. The ingress gets a new certificate by update. A CA is renewed on a single node only.',
  flags: {
    ...globalFlags,
    within: { type: 'string', value: 'DAYS', about: 'Only those that expire within DAYS days. Default: all.' },
    ca: { type: 'boolean', about: 'The authority of MicroK8s itself, and with it all of its certificates.' },
  },
  run: async ({ args }) => {
    const within = daysFrom(args.within);
    return withNodes(args, async (verb) => {
      const seen = await lookForCluster(verb);
      const { nodes } = seen.cluster ?? verb.opened.site;
      if (args.ca) refuseSharedCa(nodes.length);
      const read = certificateStatuses(seen.observed);
      // An API whose certificate has ended does not answer because of that, and the renewal needs none.
      if (seen.cluster === undefined && endedApiServers(read).length === 0) throw noManagerAnswers();
      const due = renewals(read, args.ca ?? false, within);
      if (due.length === 0) {
        tell(verb, ['No certificate is due.']);
        return exitCode.done;
      }
      const wish = { purpose: 'certificates', verb: 'certificates renew', upkeep: { renewals: due } } as const;
      return await runUpkeep(verb, seen, wish);
    });
  },
});

function daysFrom(text: string | undefined): number {
  if (text === undefined) return Number.POSITIVE_INFINITY;
  if (/^\d+$/.test(text)) return Number(text);
  throw new Fault({
    what: `--within ${text} is not a number of days.`,
    next: ['Write for example --within 30'],
    exitCode: exitCode.usage,
  });
}

/** By node, those that end first first. */
export function renewals(
  all: readonly CertificateStatus[],
  ca: boolean,
  within: number,
): NonNullable<Upkeep['renewals']> {
  const due = all.flatMap(({ name, node, until, daysLeft }) => {
    if (node === undefined || daysLeft >= within) return [];
    const wanted = ca ? name === 'ca' : name === 'server' || name === 'front-proxy-client';
    return wanted && (name === 'ca' || name === 'server' || name === 'front-proxy-client')
      ? [{ node, name, until }]
      : [];
  });
  return [...Map.groupBy(due, ({ node }) => node)].map(([node, own]) => ({
    node,
    certificates: own.map(({ name, until }) => ({ name, until })),
  }));
}

/** MicroK8s replaces the authority on one node only: the others would trust the old one and be trusted by none. */
function refuseSharedCa(nodes: number): void {
  if (nodes === 1) return;
  throw new Fault({
    what: `The CA is not renewed in place on ${nodes} nodes.`,
    why: 'refresh-certs replaces it on one node alone; the others keep the old one, and every node would have to leave and join again.',
    unchanged: true,
    next: [
      'It lasts ten years. Before it ends, in a maintenance window, as MicroK8s does it:',
      `${kloudspot('backup')}  comes first.`,
      'Every node but one leaves: sudo microk8s leave there, sudo microk8s remove-node NAME on the one that stays.',
      'On the one that stays: sudo microk8s refresh-certs --cert ca.crt',
      `${kloudspot('apply')}  lets the others join again.`,
      `${kloudspot('certificates')}  shows the days that are left.`,
    ],
    exitCode: exitCode.refused,
  });
}
