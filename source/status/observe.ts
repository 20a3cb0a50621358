import * as z from 'zod';
import { messageOf } from '../errors/thrown.ts';
import type { Clock, ReadOnlyHost } from '../host/host.ts';
import { findManager } from '../kubernetes/ask.ts';
import { helm, parseReleaseList } from '../kubernetes/helm.ts';
import { clusterNode, readinessSince } from '../kubernetes/nodes.ts';
import { claimObject, podObject, serviceObject, workloadObject } from '../kubernetes/objects.ts';
import { type Answer, ask, readList } from '../kubernetes/read.ts';
import { ofRelease, workloadKinds, workloadState } from '../kubernetes/workloads.ts';
import { microk8s } from '../microk8s/microk8s.ts';
import { parseMicroK8sStatus } from '../microk8s/status.ts';
import type { Product } from '../product/schema.ts';
import type { Site } from '../site/schema.ts';
import type { Observation, Reached } from './observation.ts';

export interface ObserveInput {
  readonly site: Site;
  readonly product: Product;
  readonly clock: Clock;
  /** Opens a node; may take its time or fail where the node is dead. */
  readonly open: (node: string) => Promise<ReadOnlyHost>;
  /** ms for each of the two rounds of questions; together they bound the whole look. Default 5 000. */
  readonly round?: number;
}

/** Looks at all nodes and, through a manager that lives, at the cluster. Never throws for what is dead, never takes more than about 10 s. */
export async function observe({ site, product, clock, open, round = 5_000 }: ObserveInput): Promise<Observation> {
  const opened = new Map<string, Promise<ReadOnlyHost>>();
  const openOnce = (node: string) => {
    const host = opened.get(node) ?? open(node);
    opened.set(node, host);
    return host;
  };
  const managers = site.nodes.filter(({ role }) => role === 'manager');
  const looks = new Map(managers.map(({ name }) => [name, () => openOnce(name)]));
  const wanted = site.nodes.map(({ name }) => name);
  const [reached, { found, silent }] = await Promise.all([
    Promise.all(wanted.map((node) => reach(node, openOnce, round))),
    findManager(looks, wanted, { deadline: round }),
  ]);
  const base = { at: clock.now(), reached, through: found?.node, silent };
  if (!found) return { ...base, ...nothing };
  const nodes = found.nodes.map((node) => ({ ...clusterNode(node), since: readinessSince(node) }));
  return { ...base, nodes, ...(await lookInside(found.host, product, round)) };
}

const nothing = {
  nodes: undefined,
  members: undefined,
  workloads: undefined,
  pods: undefined,
  claims: undefined,
  release: undefined,
  releaseAsked: false,
  givenAddresses: undefined,
  addressHolder: undefined,
};

async function reach(node: string, open: (node: string) => Promise<ReadOnlyHost>, round: number): Promise<Reached> {
  try {
    const answer = await unlessLate(
      round,
      open(node).then((host) => host.run(['true'], { deadline: round })),
    );
    return { node, answers: answer !== undefined, said: answer === undefined ? 'no answer' : '' };
  } catch (error) {
    return { node, answers: false, said: messageOf(error) };
  }
}

/** `servicel2statuses` tells which node answers for an address; MetalLB has it from 0.14 on. */
const layer2Status = z.object({ status: z.object({ node: z.string().default('') }).prefault({}) });

async function lookInside(host: ReadOnlyHost, product: Product, round: number) {
  const { namespace, release: name } = product;
  const within = { deadline: round };
  const list = <Schema extends z.ZodType>(kinds: string | readonly string[], where: object, schema: Schema) =>
    inTime(round, readList(host, kinds, where, schema, within));
  const [members, workloads, pods, claims, services, holders, releases] = await Promise.all([
    inTime(round, ask(host, microk8s.status(), within)),
    list(workloadKinds, { namespace }, workloadObject),
    list('pods', { namespace }, podObject),
    list('persistentvolumeclaims', { namespace }, claimObject),
    list('services', { all: true }, serviceObject),
    list('servicel2statuses.metallb.io', { all: true }, layer2Status),
    inTime(round, ask(host, helm.list(), within)),
  ]);
  const status = members && parseMicroK8sStatus(members);
  const listed = releases && parseReleaseList(releases.stdout);
  return {
    members: status?.state === 'running' ? status.members : undefined,
    workloads: value(workloads) && ofRelease(value(workloads) ?? [], name).map(workloadState),
    pods: value(pods),
    claims: value(claims),
    release: listed?.find((each) => each.name === name && each.namespace === namespace),
    releaseAsked: listed !== undefined,
    givenAddresses: value(services)?.flatMap(({ status }) => status.loadBalancer.ingress.map(({ ip }) => ip)),
    addressHolder: value(holders)?.find(({ status }) => status.node !== '')?.status.node,
  };
}

function value<T>(answer: Answer<T> | undefined): T | undefined {
  return answer?.answered ? answer.value : undefined;
}

/** Undefined where it fails or is late: the rest of the picture is worth more than this part. */
function inTime<T>(ms: number, work: Promise<T>): Promise<T | undefined> {
  return unlessLate(ms, work).catch(() => undefined);
}

async function unlessLate<T>(ms: number, work: Promise<T>): Promise<T | undefined> {
  const { promise: late, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), ms + 500);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
