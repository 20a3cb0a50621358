import { isPending } from '../kubernetes/helm.ts';
import { podReady } from '../kubernetes/workloads.ts';
import type { DatastoreMember } from '../microk8s/status.ts';
import type { Product } from '../product/schema.ts';
import type { Site } from '../site/schema.ts';
import { kloudspot } from '../text/command.ts';
import { durationWords } from '../text/duration.ts';
import { counted } from '../text/plural.ts';
import type { Observation, ObservedNode } from './observation.ts';
import type { ClaimStatus, DatastoreStatus, NodeStatus, StatusReport, Verdict } from './report.ts';

/** A reason, and what it makes of the site. */
interface Judged {
  readonly verdict: Exclude<Verdict, 'ok'> | 'note';
  readonly reason: string;
  readonly next?: string;
}

/** Pure: what the look means, in plain words. */
export function judge(site: Site, product: Product, seen: Observation): StatusReport {
  const datastore = seen.members && datastoreStatus(seen.members, seen.nodes ?? []);
  const nodes = site.nodes.map((node) => nodeStatus(node.name, node.role, seen));
  const judged = [
    ...judgeApi(seen),
    ...judgeNodes(nodes, seen),
    ...judgeDatastore(site, datastore),
    ...judgeRelease(product, seen),
    ...judgeComponents(seen),
    ...judgeAddress(site, seen),
    ...judgeClaims(seen),
  ];
  const verdict = judged.some((each) => each.verdict === 'down')
    ? 'down'
    : judged.some((each) => each.verdict === 'degraded')
      ? 'degraded'
      : 'ok';
  const sorted = judged.toSorted((a, b) => gravity[a.verdict] - gravity[b.verdict]);
  const address = site.network.virtualAddress;
  return {
    site: site.name,
    at: new Date(seen.at).toISOString(),
    verdict,
    reasons: sorted.slice(0, 5).map(({ reason }) => reason),
    next: sorted.find(({ next }) => next !== undefined)?.next,
    through: seen.through,
    nodes,
    datastore,
    virtualAddress:
      address === undefined
        ? undefined
        : { address, given: seen.givenAddresses?.includes(address), holder: seen.addressHolder },
    release: seen.release && releaseLine(seen.release),
    components: (seen.workloads ?? []).map(({ name, kind, ready, wanted, complete }) => ({
      name,
      kind,
      ready,
      wanted,
      complete,
    })),
    claims: (seen.claims ?? []).map(claimStatus),
  };
}

const gravity = { down: 0, degraded: 1, note: 2 } as const;

function releaseLine({ name, revision, status, chart }: NonNullable<Observation['release']>) {
  return { name, revision, status, chart };
}

function nodeStatus(name: string, role: 'manager' | 'worker', seen: Observation): NodeStatus {
  const known = seen.nodes?.find((node) => node.name === name);
  const pods = seen.pods?.filter(({ spec }) => spec.nodeName === name);
  const member = known && seen.members?.find(({ address }) => address === known.address);
  return {
    name,
    role,
    state: seen.nodes === undefined ? 'unknown' : !known ? 'absent' : known.ready ? 'ready' : 'lost',
    answers: seen.reached.some(({ node, answers }) => node === name && answers),
    since: known?.since,
    datastore: member?.role,
    holdsVirtualAddress: seen.addressHolder === name,
    schedulable: known?.schedulable ?? true,
    version: known?.version,
    pods: pods && { ready: known?.ready ? pods.filter(podReady).length : 0, all: pods.length },
  };
}

/** Voters of nodes that the cluster hears from; the datastore needs more than half of all. */
function datastoreStatus(members: readonly DatastoreMember[], nodes: readonly ObservedNode[]): DatastoreStatus {
  const voters = members.filter(({ role }) => role === 'voter');
  const lives = ({ address }: DatastoreMember) =>
    address === '127.0.0.1' || nodes.some((node) => node.address === address && node.ready);
  const living = voters.filter(lives).length;
  const majority = Math.floor(voters.length / 2) + 1;
  return { voters: voters.length, living, survives: Math.max(0, living - majority) };
}

/** A shell's or sudo's own words where the program is not there. */
const notInstalled = /No such file or directory|command not found/;

function judgeApi(seen: Observation): Judged[] {
  if (seen.through !== undefined) return [];
  const answering = seen.reached.filter(({ answers }) => answers).map(({ node }) => node);
  const machines = answering.length === 0 ? 'no machine answers' : `${list(answering)} can be reached`;
  const silent = seen.silent.filter(({ node }) => answering.includes(node));
  if (silent.length > 0 && silent.every(({ said }) => notInstalled.test(said))) {
    const reason = `There is no cluster yet: MicroK8s is not installed on ${list(silent.map(({ node }) => node))}.`;
    return [{ verdict: 'down', reason, next: kloudspot('init') }];
  }
  const said = silent.map((each) => `${each.node}: ${each.said}`);
  return [
    {
      verdict: 'down',
      reason: `The API of the cluster does not answer on any manager; ${machines}.`,
      next:
        answering.length === 0
          ? 'Look at the machines and their network.'
          : `sudo microk8s inspect, on ${answering[0]}`,
    },
    ...said.slice(0, 2).map((reason): Judged => ({ verdict: 'down', reason })),
  ];
}

function judgeNodes(nodes: readonly NodeStatus[], seen: Observation): Judged[] {
  const lost = nodes.filter(({ state }) => state === 'lost');
  const absent = nodes.filter(({ state }) => state === 'absent');
  const away = nodes.filter(({ state, answers }) => state === 'ready' && !answers);
  const paused = nodes.filter(({ state, schedulable }) => state === 'ready' && !schedulable);
  return [
    ...lost.map(
      (node): Judged => ({
        verdict: 'degraded',
        reason: `${node.name} has not answered the cluster${sinceWords(node.since, seen.at)}${node.answers ? ', though the machine runs' : ''}.`,
        next: node.answers
          ? `sudo microk8s inspect, on ${node.name}`
          : `Bring ${node.name} back: power, cable, console.`,
      }),
    ),
    ...absent.map(
      ({ name }): Judged => ({
        verdict: 'degraded',
        reason: `${name} is in the site, but not in the cluster.`,
        next: kloudspot('init'),
      }),
    ),
    ...away.map(
      ({ name }): Judged => ({ verdict: 'note', reason: `${name} is ready, but cannot be reached from here.` }),
    ),
    ...paused.map(({ name }): Judged => ({ verdict: 'note', reason: `${name} takes no new parts (cordoned).` })),
  ];
}

function sinceWords(since: string | undefined, now: number): string {
  const passed = since === undefined ? Number.NaN : now - Date.parse(since);
  return passed >= 0 ? ` for ${durationWords(passed)}` : '';
}

function judgeDatastore(site: Site, datastore: DatastoreStatus | undefined): Judged[] {
  if (!datastore) return [];
  const managers = site.nodes.filter(({ role }) => role === 'manager').length;
  if (datastore.survives > 0 || managers < 3) return [];
  return [{ verdict: 'degraded', reason: 'Losing one more manager stops the API.' }];
}

function judgeRelease(product: Product, { release, releaseAsked }: Observation): Judged[] {
  if (!releaseAsked) return [];
  if (!release) return [{ verdict: 'note', reason: `${product.name} is not installed.`, next: kloudspot('start') }];
  if (isPending(release.status)) {
    const reason = `Release ${release.name} was left ${release.status} by an interrupted change.`;
    return [{ verdict: 'degraded', reason, next: kloudspot('start') }];
  }
  if (release.status === 'deployed') return [];
  return [{ verdict: 'degraded', reason: `Release ${release.name} is ${release.status}.`, next: kloudspot('start') }];
}

function judgeComponents({ workloads = [], release }: Observation): Judged[] {
  if (!release || workloads.length === 0) return [];
  const open = workloads.filter(({ complete }) => !complete);
  if (open.length === 0) return [];
  const dead = workloads.every(({ ready }) => ready === 0);
  const words = open.map(({ name, ready, wanted }) => `${name} ${ready} of ${wanted}`);
  return [{ verdict: dead ? 'down' : 'degraded', reason: `Not all parts are ready: ${list(words, 4)}.` }];
}

function judgeAddress(site: Site, { givenAddresses }: Observation): Judged[] {
  const wanted = site.network.virtualAddress;
  if (wanted === undefined || givenAddresses === undefined || givenAddresses.includes(wanted)) return [];
  return [
    { verdict: 'degraded', reason: `Nothing answers on the virtual address ${wanted}.`, next: kloudspot('init') },
  ];
}

function judgeClaims({ claims = [] }: Observation): Judged[] {
  const open = claims.filter(({ status }) => status.phase !== 'Bound').map(({ metadata }) => metadata.name);
  if (open.length === 0) return [];
  return [
    {
      verdict: 'degraded',
      reason: `${counted(open.length, 'volume is', 'volumes are')} not there yet: ${list(open, 3)}.`,
    },
  ];
}

function claimStatus({ metadata, spec, status }: NonNullable<Observation['claims']>[number]): ClaimStatus {
  return {
    name: metadata.name,
    bound: status.phase === 'Bound',
    size: spec.resources.requests.storage ?? '',
    class: spec.storageClassName,
  };
}

/** `a, b and 3 more` */
function list(words: readonly string[], most = 5): string {
  const shown = words.slice(0, most);
  const rest = words.length - shown.length;
  return rest > 0 ? `${shown.join(', ')} and ${rest} more` : shown.join(', ');
}
