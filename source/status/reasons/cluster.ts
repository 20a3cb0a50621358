import { microk8sFiles } from '../../microk8s/node.ts';
import type { Site } from '../../site/schema.ts';
import { kloudspot } from '../../text/command.ts';
import { defined } from '../../text/defined.ts';
import { durationWords } from '../../text/duration.ts';
import { certificateStatuses, endedApiServers } from '../certificates.ts';
import type { Observation } from '../observation.ts';
import type { DatastoreStatus, NodeStatus } from '../report.ts';
import { list, type Reason } from './reason.ts';

/** A shell's or sudo's own words where the program is not there. */
const notInstalled = /No such file or directory|command not found/;

export function aboutApi(site: Site, seen: Observation): Reason[] {
  if (seen.through !== undefined) return [];
  const answering = seen.reached.filter(({ answers }) => answers).map(({ node }) => node);
  const silent = seen.silent.filter(({ node }) => answering.includes(node));
  const ours = site.cluster.kubeconfig === undefined;
  if (ours && silent.length > 0 && silent.every(({ said }) => notInstalled.test(said))) {
    const reason = `No cluster yet: MicroK8s is not installed on ${list(silent.map(({ node }) => node))}.`;
    return [{ verdict: 'down', reason, next: kloudspot('apply') }];
  }
  const refusing = seen.reached.flatMap(({ node, refused }) => (refused ? [node] : []));
  const managers = site.nodes.filter(({ role }) => role === 'manager').map(({ name }) => name);
  if (ours && refusing.length > 0 && !managers.some((name) => answering.includes(name))) {
    const reason = 'The API of the cluster was not asked: no manager lets us in.';
    return [{ verdict: 'unknown', reason }];
  }
  if (answering.length === 0) {
    const reason = ours
      ? 'The API of the cluster does not answer on any manager; no machine answers.'
      : 'The API of the cluster was not queried.';
    const next = ours ? 'Check the machines and their network.' : kloudspot('start');
    return [{ verdict: 'unknown', reason, next }, ...unreached(seen).slice(0, 2)];
  }
  const ended = endedApiServers(certificateStatuses(seen));
  if (ended.length > 0) {
    const reason = `The API of the cluster does not answer: its certificate has expired on ${list(ended)}.`;
    return [{ verdict: 'down', reason, next: kloudspot('certificates renew') }];
  }
  return [
    {
      verdict: 'down',
      reason: ours
        ? `The API of the cluster does not answer on any manager; ${list(answering)} can be reached.`
        : 'The API of the cluster does not answer.',
      next: `sudo microk8s inspect, on ${answering[0]}`,
      ...withoutQuorum(managers, [...answering, ...refusing]),
    },
    ...silent.slice(0, 2).map(({ node, said }): Reason => ({ verdict: 'down', reason: `${node}: ${said}` })),
  ];
}

/** A datastore whose members are mostly away answers nothing, and no look at those that are left shows more. */
function withoutQuorum(
  managers: readonly string[],
  answering: readonly string[],
): Pick<Reason, 'reason' | 'next'> | undefined {
  const away = managers.filter((name) => !answering.includes(name));
  if (away.length * 2 <= managers.length) return undefined;
  return {
    reason: `The API does not answer: the datastore needs most of its members, and ${list(away)} cannot be reached.`,
    next: `Bring ${away.join(' or ')} back: power, cable, console.`,
  };
}

/** Where it is not known whether the machines or the network are at fault, what each of them said. */
function unreached({ reached }: Observation): Reason[] {
  return reached.map(({ node, said }) => ({ verdict: 'unknown', reason: `${node}: ${said}` }));
}

/** A machine that answers and does not let us in: what it says of itself is not known, whatever the API says of it. */
export const aboutRefusals = ({ reached }: Observation): Reason[] =>
  reached.flatMap(({ said, refused }) =>
    refused ? [{ verdict: 'note', reason: `Not looked at: ${said}`, ...defined({ next: refused.next }) }] : [],
  );

export function aboutNodes(nodes: readonly NodeStatus[], seen: Observation): Reason[] {
  const refuses = (name: string) => seen.reached.some(({ node, refused }) => node === name && refused !== undefined);
  const of = (pick: (node: NodeStatus) => boolean, say: (node: NodeStatus) => Reason) => nodes.filter(pick).map(say);
  return [
    ...of(
      ({ state }) => state === 'lost',
      (node) => lost(seen.at, { ...node, answers: node.answers || refuses(node.name) }),
    ),
    ...of(
      ({ state }) => state === 'absent',
      ({ name }) => ({
        verdict: 'degraded',
        reason: `${name} is in the site, but not in the cluster.`,
        next: kloudspot('apply'),
      }),
    ),
    ...of(({ inSite }) => !inSite, foreign),
    ...of(
      ({ inSite, state, answers, name }) => inSite && state === 'ready' && !answers && !refuses(name),
      ({ name }) => ({ verdict: 'note', reason: `${name} is ready, but cannot be reached from here.` }),
    ),
    ...of(
      ({ state, schedulable }) => state === 'ready' && !schedulable,
      ({ name }) => ({
        verdict: 'note',
        reason: `${name} is cordoned: it takes no new pods.`,
        next: `sudo microk8s kubectl uncordon ${name}${seen.through === undefined ? '' : `, on ${seen.through}`}`,
      }),
    ),
  ];
}

const lost = (now: number, { name, since, answers }: NodeStatus): Reason => ({
  verdict: 'degraded',
  reason: `${name} has not answered the cluster${sinceWords(since, now)}${answers ? ', though the machine runs' : ''}.`,
  next: answers ? `sudo microk8s inspect, on ${name}` : `Bring ${name} back: power, cable, console.`,
});

const foreign = ({ name, role }: NodeStatus): Reason => ({
  verdict: 'note',
  reason: `${name} (${role}) is in the cluster, but not in the site.`,
  next: `To keep it, add it to site.yaml; to take it out of the cluster: ${kloudspot(`node remove ${name}`)}`,
});

function sinceWords(since: string | undefined, now: number): string {
  const passed = since === undefined ? Number.NaN : now - Date.parse(since);
  return passed >= 0 ? ` for ${durationWords(passed)}` : '';
}

export function aboutDatastore(site: Site, datastore: DatastoreStatus | undefined): Reason[] {
  if (!datastore) return [];
  const managers = site.nodes.filter(({ role }) => role === 'manager').length;
  if (datastore.survives > 0 || managers < 3) return [];
  return [{ verdict: 'degraded', reason: 'Losing one more manager stops the API.' }];
}

export function aboutAddress(site: Site, { givenAddresses }: Observation): Reason[] {
  const wanted = site.network.virtualAddress;
  if (wanted === undefined || givenAddresses === undefined || givenAddresses.includes(wanted)) return [];
  return [
    { verdict: 'degraded', reason: `Nothing answers on the virtual address ${wanted}.`, next: kloudspot('apply') },
  ];
}

/** MicroK8s calls `rbac` enabled where one API server asks for it, or where only its arguments say so. */
export function aboutAuthorization(site: Pick<Site, 'cluster'>, { machines }: Observation): Reason[] {
  const managers = machines.flatMap(({ node, authorization }) => (authorization ? [{ node, ...authorization }] : []));
  const named = (some: typeof managers) => some.map(({ node }) => node);
  const asking = named(managers.filter(({ told }) => /\bRBAC\b/.test(told)));
  const others = named(managers).filter((node) => !asking.includes(node));
  const open = named(managers.filter(({ node, open: all }) => all === true && asking.includes(node)));
  const unasked = asking.length > 0 && others.length + open.length === 0 && !site.cluster.rbac;
  return [
    ...(unasked
      ? [
          {
            verdict: 'note' as const,
            reason: 'RBAC is enabled on the API servers, but not in site.yaml.',
            next: 'cluster.rbac: true in site.yaml',
          },
        ]
      : []),
    ...(asking.length === 0 || others.length === 0
      ? []
      : [
          {
            verdict: 'degraded' as const,
            reason: `RBAC is half enabled: the API server of ${list(others)} authorizes every request, that of ${list(asking)} does not.`,
            next: `On ${list(others)}: --authorization-mode=RBAC,Node in ${microk8sFiles.arguments}/kube-apiserver, then: sudo snap restart microk8s.daemon-kubelite`,
          },
        ]),
    ...(open.length === 0
      ? []
      : [
          {
            verdict: 'degraded' as const,
            reason: `The API server of ${list(open)} has not been restarted since RBAC was set: it still authorizes every request.`,
            next: `sudo snap restart microk8s.daemon-kubelite, on ${list(open)}`,
          },
        ]),
  ];
}
