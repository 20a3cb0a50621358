import { X509Certificate } from 'node:crypto';
import type * as z from 'zod';
import type { ReadOnlyHost } from '../host/host.ts';
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
import { type Answer, ask, readList, readObject } from '../kubernetes/read.ts';
import { belongsTo, ofRelease, workloadKinds, workloadState } from '../kubernetes/workloads.ts';
import type { CertificateDate } from '../microk8s/certificates.ts';
import { microk8s, parseJson } from '../microk8s/microk8s.ts';
import { parseMicroK8sStatus } from '../microk8s/status.ts';
import type { Product } from '../product/schema.ts';
import type { Site } from '../site/schema.ts';
import { poolsSeen } from '../storage/engines/engines.ts';
import { inTime } from './in-time.ts';
import type { Observation } from './observation.ts';

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

/** Asks everything at once; what is late or fails is left out. */
export async function lookInside(
  host: ReadOnlyHost,
  site: Site,
  product: Product,
  round: number,
): Promise<Omit<Inside, 'nodes'>> {
  const { namespace, release: name } = product;
  const within = { deadline: round };
  const list = <Schema extends z.ZodType>(kinds: string | readonly string[], where: object, schema: Schema) =>
    inTime(round, readList(host, kinds, where, schema, within));
  const [members, workloads, pods, claims, pools, services, layer2, events, secret, releases, values] =
    await Promise.all([
      inTime(round, ask(host, microk8s.status(), within)),
      list(workloadKinds, { namespace }, workloadObject),
      list('pods', { namespace }, podObject),
      list('persistentvolumeclaims', { namespace }, claimObject),
      inTime(round, poolsSeen(host, within)),
      list('services', { all: true }, serviceObject),
      list('servicel2statuses.metallb.io', { all: true }, layer2StatusObject),
      list('events', { all: true, fields: 'reason=nodeAssigned' }, eventObject),
      inTime(round, readObject(host, 'secrets', product.tlsSecret, namespace, secretObject, within)),
      inTime(round, ask(host, helm.list(), within)),
      inTime(round, ask(host, helm.values({ release: name, namespace }), within)),
    ]);
  const status = members && parseMicroK8sStatus(members);
  const listed = releases && parseReleaseList(releases.stdout);
  const own = ofRelease(value(workloads) ?? [], name).map(workloadState);
  const ours = (each: PodObject | ClaimObject) => namespace !== 'default' || belongsTo(name, each, own);
  const address = site.network.virtualAddress;
  const holder = holderOf(address, value(services) ?? [], value(layer2) ?? [], value(events) ?? []);
  return {
    members: status?.state === 'running' ? status.members : undefined,
    workloads: value(workloads) && own,
    pods: value(pods)?.filter(ours),
    claims: value(claims)?.filter(ours),
    pools: value(pools),
    release: listed?.find((each) => each.name === name && each.namespace === namespace),
    releaseAsked: listed !== undefined,
    values: values?.code === 0 ? (parseJson(values.stdout) ?? undefined) : undefined,
    givenAddresses: value(services)?.flatMap((service) => service.status.loadBalancer.ingress.map(({ ip }) => ip)),
    addressHolder: holder?.node,
    addressSince: holder?.since,
    ingressCertificate: ingressDate(value(secret)?.data['tls.crt']),
  };
}

function value<T>(answer: Answer<T> | undefined): T | undefined {
  return answer?.answered ? answer.value : undefined;
}

/** Of the first certificate of the chain: the one that is served. */
function ingressDate(base64: string | undefined): CertificateDate | undefined {
  if (base64 === undefined) return undefined;
  try {
    const { validToDate } = new X509Certificate(Buffer.from(base64, 'base64'));
    return { name: 'ingress', until: validToDate.toISOString() };
  } catch {
    return undefined;
  }
}
