import { X509Certificate } from 'node:crypto';
import type * as z from 'zod';
import type { Answer } from '../host/answer.ts';
import type { Clock, ReadOnlyHost } from '../host/host.ts';
import { holderOf } from '../kubernetes/address-holder.ts';
import { helm, parseReleaseList } from '../kubernetes/helm.ts';
import {
  type ClaimObject,
  claimObject,
  eventObject,
  layer2StatusObject,
  type PodObject,
  podObject,
  secretObject,
  serviceObject,
  workloadObject,
} from '../kubernetes/objects.ts';
import { ask, isUnknownKind, readList, readObject } from '../kubernetes/read.ts';
import { belongsTo, ofRelease, workloadKinds, workloadState } from '../kubernetes/workloads.ts';
import type { CertificateDate } from '../microk8s/certificates.ts';
import { microk8s, parseJson } from '../microk8s/microk8s.ts';
import { parseMicroK8sStatus } from '../microk8s/status.ts';
import type { Product } from '../product/schema.ts';
import type { Site } from '../site/schema.ts';
import { poolsSeen } from '../storage/engines/engines.ts';
import { inTime } from './in-time.ts';
import type { Observation } from './observation.ts';

/** How long a round of questions may take, in ms of the clock. */
export interface Rounds {
  readonly clock: Clock;
  readonly round: number;
}

/** What only the API can tell. */
type Inside = Omit<Observation, 'at' | 'reached' | 'machines' | 'through' | 'silent'>;

/** Where no manager answers. */
export const nothing: Inside = {
  nodes: undefined,
  members: undefined,
  workloads: undefined,
  pods: undefined,
  claims: undefined,
  pools: undefined,
  release: undefined,
  releaseAsked: false,
  values: undefined,
  givenAddresses: undefined,
  addressHolder: undefined,
  addressSince: undefined,
  ingressCertificate: undefined,
};

/** Asks everything at once; what is late or fails is left out. `lost`: names of the nodes that are not ready. */
export async function lookInside(
  host: ReadOnlyHost,
  site: Site,
  product: Product,
  rounds: Rounds,
  lost: ReadonlySet<string>,
): Promise<Omit<Inside, 'nodes'>> {
  const { namespace, release: name } = product;
  const { workloads, pods, claims, services, releases, values, ...rest } = await answers(host, product, rounds);
  const status = rest.members && parseMicroK8sStatus(rest.members);
  const listed = releases && parseReleaseList(releases.stdout);
  const own = ofRelease(workloads ?? [], name).map((each) => workloadState(each));
  const ours = (each: PodObject | ClaimObject) => namespace !== 'default' || belongsTo(name, each, own);
  const { layer2 = [], events = [] } = rest;
  const holder = holderOf(site.network.virtualAddress, { services: services ?? [], layer2, events, lost });
  return {
    members: status?.state === 'running' ? status.members : undefined,
    workloads: workloads && own,
    pods: pods?.filter(ours),
    claims: claims?.filter(ours),
    pools: rest.pools,
    release: listed?.find((each) => each.name === name && each.namespace === namespace),
    releaseAsked: listed !== undefined,
    values: values?.code === 0 ? (parseJson(values.stdout) ?? undefined) : undefined,
    givenAddresses: services?.flatMap((service) => service.status.loadBalancer.ingress.map(({ ip }) => ip)),
    addressHolder: holder?.node,
    addressSince: holder?.since,
    ingressCertificate: rest.secret?.answered ? ingressDate(rest.secret.value?.data['tls.crt']) : undefined,
  };
}

/** Each answer as far as there was one in time. */
async function answers(host: ReadOnlyHost, { namespace, release: name, tlsSecret }: Product, { clock, round }: Rounds) {
  const within = { deadline: round };
  const asked = (command: readonly string[]) => inTime(clock, round, ask(host, command, within));
  const list = async <Schema extends z.ZodType>(kinds: string | readonly string[], where: object, schema: Schema) =>
    value(await inTime(clock, round, readList(host, kinds, where, schema, within)));
  const poolsIn = async () => {
    const answer = await inTime(clock, round, poolsSeen(host, within));
    // Where no engine is installed, the API has no such kind.
    return answer && isUnknownKind(answer) ? [] : value(answer);
  };
  const [members, workloads, pods, claims, pools, services, layer2, events, secret, releases, values] =
    await Promise.all([
      asked(microk8s.status()),
      list(workloadKinds, { namespace }, workloadObject),
      list('pods', { namespace }, podObject),
      list('persistentvolumeclaims', { namespace }, claimObject),
      poolsIn(),
      list('services', { all: true }, serviceObject),
      list('servicel2statuses.metallb.io', { all: true }, layer2StatusObject),
      list('events', { all: true, fields: 'reason=nodeAssigned' }, eventObject),
      inTime(clock, round, readObject(host, 'secrets', tlsSecret, namespace, secretObject, within)),
      asked(helm.list()),
      asked(helm.values({ release: name, namespace })),
    ]);
  return { members, workloads, pods, claims, pools, services, layer2, events, secret, releases, values };
}

function value<T>(answer: Answer<T> | undefined): T | undefined {
  return answer?.answered ? answer.value : undefined;
}

/** Of the first certificate of the chain: the one that is served. */
function ingressDate(base64: string | undefined): CertificateDate | 'none' {
  if (base64 === undefined) return 'none';
  try {
    const { validToDate } = new X509Certificate(Buffer.from(base64, 'base64'));
    return { name: 'ingress', until: validToDate.toISOString() };
  } catch {
    return 'none';
  }
}
