import { type EventObject, eventSeen, type Layer2StatusObject, type ServiceObject } from './objects.ts';

/**
 * The node that answers for the virtual address and since when, ISO 8601. MetalLB 0.14 and later keep it as an object
 * (`servicel2statuses`); older ones only tell it in events (`nodeAssigned`), which last an hour.
 */
export function holderOf(
  address: string | undefined,
  services: readonly ServiceObject[],
  layer2: readonly Layer2StatusObject[],
  events: readonly EventObject[],
): { readonly node: string; readonly since: string | undefined } | undefined {
  const service = services.find(({ status }) => status.loadBalancer.ingress.some(({ ip }) => ip === address));
  if (address === undefined || service === undefined) return undefined;
  const { name } = service.metadata;
  const event = events
    .filter(({ involvedObject, reason }) => reason === 'nodeAssigned' && involvedObject.name === name)
    .toSorted((a, b) => eventSeen(b).localeCompare(eventSeen(a)))[0];
  const announced = event && /announcing from node "([^"]+)"/.exec(event.message)?.[1];
  // Each node writes an object of its own: that of one that has died stays, beside the newer one of its successor.
  const [kept] = layer2
    .filter(({ status }) => status.node !== '' && status.serviceName === name)
    .toSorted((a, b) => b.metadata.creationTimestamp.localeCompare(a.metadata.creationTimestamp));
  const node = kept?.status.node ?? announced;
  if (node === undefined) return undefined;
  return { node, since: event && announced === node ? eventSeen(event) || undefined : undefined };
}
