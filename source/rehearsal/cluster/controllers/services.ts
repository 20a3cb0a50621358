import type { KubeObject } from '../../model/cluster.ts';
import type { Machine } from '../../model/machine.ts';
import { hexOf } from '../../model/random.ts';
import type { ReconcileContext } from '../reconcile-context.ts';
import { isReady, readPod, readService } from '../schemas.ts';
import { list, putStatus } from '../store.ts';
import { recordEvent, recordWarning } from './events.ts';
import { machineOfNode } from './nodes.ts';

/** MetalLB gives services of type LoadBalancer an address of its pools, and no address to two of them. */
export function reconcileServices(context: ReconcileContext): void {
  const { cluster } = context;
  const balanced = list(cluster, 'Service').filter((service) => readService(service).type === 'LoadBalancer');
  if (balanced.length === 0 || !controllerRuns(context)) return;
  const pool = poolAddresses(context);
  for (const service of balanced) {
    const own = givenAddress(service);
    const wanted = wish(service);
    if (own !== undefined && pool.includes(own) && (wanted === undefined || wanted === own)) continue;
    const taken = balanced.filter((other) => other !== service).map(givenAddress);
    const free = pool.filter((address) => !taken.includes(address));
    const address = wanted === undefined ? free[0] : free.find((one) => one === wanted);
    if (address === undefined) {
      putStatus(cluster, service, { loadBalancer: {} });
      const why =
        wanted === undefined ? 'no available IPs' : `can't change sharing key or address "${wanted}" is not allowed`;
      recordWarning(
        context,
        service,
        'AllocationFailed',
        `Failed to allocate IP for "${service.metadata.namespace}/${service.metadata.name}": ${why}`,
      );
    } else putStatus(cluster, service, { loadBalancer: { ingress: [{ ip: address, ipMode: 'VIP' }] } });
  }
  for (const service of balanced) announce(context, service);
}

const announced = 'nodeAssigned';

/** The speaker that takes an address over says so in an event (metallb internal/speaker, `nodeAssigned`). */
function announce(context: ReconcileContext, service: KubeObject): void {
  const { cluster } = context;
  const address = givenAddress(service);
  const holder = address === undefined ? undefined : holderOf(context, address);
  if (holder?.microk8s === undefined) return;
  const message = `announcing from node "${holder.microk8s.nodeName}" with protocol "layer2"`;
  const last = list(cluster, 'Event', service.metadata.namespace)
    .filter((event) => event['reason'] === announced && event.metadata.name.startsWith(`${service.metadata.name}.`))
    .toSorted((a, b) => String(a['lastTimestamp']).localeCompare(String(b['lastTimestamp'])))
    .at(-1);
  if (last?.['message'] !== message) recordEvent(context, service, 'Normal', announced, message);
}

function controllerRuns({ cluster }: ReconcileContext): boolean {
  return list(cluster, 'Pod', 'metallb-system').some(
    (pod) => pod.metadata.name.startsWith('controller-') && isReady(pod),
  );
}

function givenAddress(service: KubeObject): string | undefined {
  return /"ip":"([^"]+)"/.exec(JSON.stringify(service['status'] ?? {}))?.[1];
}

function wish(service: KubeObject): string | undefined {
  const noted = service.metadata.annotations;
  return (
    noted?.['metallb.io/loadBalancerIPs'] ??
    noted?.['metallb.universe.tf/loadBalancerIPs'] ??
    readService(service).loadBalancerIP
  );
}

const toNumber = (address: string) => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
const toText = (value: number) => [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');
/** No pool here has more addresses. */
const mostAddresses = 1_024;

/** All addresses of all pools: `a-b` and `a/n`. */
function poolAddresses({ cluster }: ReconcileContext): string[] {
  return list(cluster, 'IPAddressPool').flatMap((pool) => {
    const spec = pool['spec'];
    const ranges =
      typeof spec === 'object' && spec !== null && 'addresses' in spec && Array.isArray(spec.addresses)
        ? spec.addresses
        : [];
    return ranges.flatMap((range: unknown) => (typeof range === 'string' ? addressesOf(range) : []));
  });
}

export function addressesOf(range: string): string[] {
  const [first = '', last] = range.split('-');
  const [base = '', prefix] = first.split('/');
  const start =
    prefix === undefined
      ? toNumber(base)
      : Math.floor(toNumber(base) / 2 ** (32 - Number(prefix))) * 2 ** (32 - Number(prefix));
  const end = last === undefined ? start + 2 ** (32 - Number(prefix ?? 32)) - 1 : toNumber(last);
  const count = Math.min(mostAddresses, end - start + 1);
  return Array.from({ length: Math.max(0, count) }, (_, index) => toText(start + index));
}

/** The machine that answers for an address: one of those whose speaker runs, the same until one of them is lost. */
export function holderOf(context: ReconcileContext, address: string): Machine | undefined {
  const asked = list(context.cluster, 'Service').some((service) => givenAddress(service) === address);
  if (!asked) return undefined;
  const speakers = list(context.cluster, 'Pod', 'metallb-system')
    .filter((pod) => pod.metadata.name.startsWith('speaker-') && isReady(pod))
    .flatMap((pod) => machineOfNode(context, readPod(pod).nodeName ?? '') ?? [])
    .filter((machine) => machine.power === 'on');
  return speakers
    .map((machine) => ({ machine, rank: hexOf(`${address}/${machine.id}`, 8) }))
    .sort((one, other) => one.rank.localeCompare(other.rank))[0]?.machine;
}
