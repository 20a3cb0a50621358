import type { NodeFacts } from '../facts/facts.ts';
import { type Answer, firstWords } from '../host/answer.ts';
import type { HostTarget, ReadOnlyHost } from '../host/host.ts';
import { findManager } from '../kubernetes/ask.ts';
import { clusterNode } from '../kubernetes/nodes.ts';
import {
  claimObject,
  nodeOfVolume,
  type PodObject,
  podObject,
  serviceObject,
  type VolumeObject,
  volumeObject,
} from '../kubernetes/objects.ts';
import { type Asking, ask, isUnknownKind, readList, unlessAway } from '../kubernetes/read.ts';
import { podReady } from '../kubernetes/workloads.ts';
import { microk8s } from '../microk8s/microk8s.ts';
import { type DatastoreMember, parseMicroK8sStatus } from '../microk8s/status.ts';
import { targetOf } from '../network/targets.ts';
import type { LocalVolume, StandingCluster } from '../plan/standing/standing.ts';
import type { Files } from '../site/files.ts';
import { siteText } from '../site/save.ts';
import type { SiteNode } from '../site/schema.ts';
import { copiesSeen, poolsSeen } from '../storage/engines/engines.ts';
import { lastSite, namedBefore } from './last-site.ts';
import type { OpenedSite } from './site.ts';
import { untold } from './untold.ts';

/**
 * What the site's cluster is made of now, asked through a manager that is in it. Undefined where no such manager was reached, or
 * none answered: a cluster that is still to be built has none.
 */
export async function standingCluster(
  { site, world }: Pick<OpenedSite, 'site' | 'world'>,
  facts: ReadonlyMap<string, NodeFacts>,
  files: Files,
): Promise<StandingCluster | undefined> {
  const running = site.nodes.filter(({ name }) => {
    const { running: runs, worker } = facts.get(name)?.microk8s ?? {};
    return runs && !worker;
  });
  if (running.length === 0) return undefined;
  const before = await lastSite(files, site.name);
  const joined = running.filter(({ name }) => facts.get(name)?.microk8s?.joined);
  // One that is alone has no mark of a member: it counts where a run on this site has ended.
  const managers = joined.length > 0 || before === undefined ? joined : running;
  if (managers.length === 0) return undefined;
  const looks = new Map(managers.map((node) => [node.name, () => world.hosts.get(targetOf(node))]));
  const wanted = site.nodes.map(({ name }) => name);
  const { found } = await findManager(looks, wanted, world.clock, { deadline: 20_000 });
  if (found === undefined) return undefined;
  const through = managers.find(({ name }) => name === found.node);
  const nodes = found.nodes.map((object) => {
    const node = clusterNode(object);
    const named = site.nodes.some(({ name }) => name === node.name);
    return { ...node, target: named ? undefined : targetBefore(node, before?.nodes ?? [], through) };
  });
  const seen = await inside(found.node, found.host, new Set(nodes.map(({ name }) => name)));
  return {
    through: found.node,
    nodes,
    ...seen,
    site: before && siteText(before),
    named: await namedBefore(files, site.name, unnamed(wanted, nodes, seen.members)),
  };
}

/** Nodes that the site does not name, by name, and members of the datastore without a Node, by address. */
function unnamed(
  wanted: readonly string[],
  nodes: StandingCluster['nodes'],
  members: StandingCluster['members'],
): string[] {
  const names = nodes.map(({ name }) => name).filter((name) => !wanted.includes(name));
  const addresses = nodes.map(({ address }) => address);
  return [...names, ...members.map(({ address }) => address).filter((address) => !addresses.includes(address))];
}

/** As an earlier run reached it; else at its address, as the manager that was asked is reached. */
function targetBefore(
  { name, address }: { readonly name: string; readonly address: string },
  before: readonly SiteNode[],
  like: SiteNode | undefined,
): HostTarget {
  const known = before.find((node) => node.name === name);
  if (known !== undefined) return targetOf(known);
  return targetOf({
    name,
    reach: address,
    role: 'manager',
    local: undefined,
    access: like?.access,
    network: undefined,
  });
}

/** A busy machine takes long for many looks at once, and nothing is planned on half of them. */
const asking: Asking = { deadline: 60_000 };

/** What the cluster holds. Throws `Fault` (exit code 4) where it does not tell: no plan takes silence for nothing. */
async function inside(node: string, host: ReadOnlyHost, nodes: ReadonlySet<string>) {
  const everywhere = { all: true };
  const [members, volumes, claims, pods, pools, copies, services] = await Promise.all([
    unlessAway(membersOf(host)),
    unlessAway(readList(host, 'persistentvolumes', {}, volumeObject, asking)),
    unlessAway(readList(host, 'persistentvolumeclaims', everywhere, claimObject, asking)),
    unlessAway(readList(host, 'pods', everywhere, podObject, asking)),
    unlessAway(poolsSeen(host, asking)),
    unlessAway(copiesSeen(host, asking)),
    unlessAway(readList(host, 'services', everywhere, serviceObject, asking)),
  ]);
  const told = <Value>(what: string, answer: Answer<Value[]>): Value[] => {
    if (answer.answered) return answer.value;
    if (isUnknownKind(answer)) return [];
    throw untold(node, what, answer.said);
  };
  return {
    members: told('the members of its datastore', members),
    locals: localVolumes(told('its volumes', volumes), told('its claims', claims), told('its pods', pods), nodes),
    pools: told('its storage pools', pools),
    copies: told('the copies of its shared volumes', copies),
    givenAddresses: told('its services', services).flatMap((each) =>
      each.status.loadBalancer.ingress.map(({ ip }) => ip),
    ),
  };
}

async function membersOf(host: ReadOnlyHost): Promise<Answer<DatastoreMember[]>> {
  const result = await ask(host, microk8s.status(), { deadline: 120_000 });
  const status = parseMicroK8sStatus(result);
  const members = 'members' in status ? status.members : [];
  // One whose MicroK8s is not ready may list none, and has some.
  if (status.state === 'running' || members.length > 0) return { answered: true, value: [...members] };
  return { answered: false, said: firstWords(result) };
}

/** Volumes that only one node can use, with the claim and the pod that use them. */
function localVolumes(
  volumes: readonly VolumeObject[],
  claims: readonly { readonly metadata: { readonly name: string; readonly namespace: string } }[],
  pods: readonly PodObject[],
  nodes: ReadonlySet<string>,
): LocalVolume[] {
  return volumes.flatMap((volume) => {
    const node = nodeOfVolume(volume, nodes);
    const { namespace, name } = volume.spec.claimRef;
    const claim = claims.find(({ metadata }) => metadata.name === name && metadata.namespace === namespace);
    if (node === undefined || claim === undefined) return [];
    const pod = pods.find(
      ({ metadata, spec }) =>
        metadata.namespace === namespace &&
        spec.volumes.some(({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName === name),
    );
    const ready = pod !== undefined && podReady(pod);
    return [{ namespace, claim: name, volume: volume.metadata.name, node, pod: pod?.metadata.name, ready }];
  });
}
