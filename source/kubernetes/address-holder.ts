import { type EventObject, eventSeen, type Layer2StatusObject, type ServiceObject } from './objects.ts';

/** What MetalLB wrote down, and which nodes are not ready. */
export interface AddressRecords {
  readonly services: readonly ServiceObject[];
  /** `servicel2statuses`, from MetalLB 0.14 on. */
  readonly layer2: readonly Layer2StatusObject[];
  /** `nodeAssigned`, by every speaker that takes an address over; they last an hour. */
  readonly events: readonly EventObject[];
  readonly lost: ReadonlySet<string>;
}

interface Word {
  readonly node: string;
  /** ISO 8601. */
  readonly at: string;
}

/**
 * The node that answers for the virtual address and since when, ISO 8601: the one that the newest word names. An object of a lost node
 * is not a word: it stays until its speaker's pod is deleted, and the successor cannot write its own beside it (MetalLB 0.15 tries to
 * change `status.node`, which is immutable), only its event.
 */
export function holderOf(
  address: string | undefined,
  { services, layer2, events, lost }: AddressRecords,
): { readonly node: string; readonly since: string | undefined } | undefined {
  const service = services.find(({ status }) => status.loadBalancer.ingress.some(({ ip }) => ip === address));
  if (address === undefined || service === undefined) return undefined;
  const { name } = service.metadata;
  const kept = layer2
    .filter(({ status }) => status.serviceName === name && status.node !== '' && !lost.has(status.node))
    .map(({ metadata, status }) => ({ node: status.node, at: metadata.creationTimestamp }));
  const announced = events
    .filter(({ involvedObject, reason }) => reason === 'nodeAssigned' && involvedObject.name === name)
    .flatMap(announcement);
  const node = newest([...kept, ...announced])?.node;
  const last = newest(announced);
  return node === undefined ? undefined : { node, since: last?.node === node ? last.at || undefined : undefined };
}

function announcement(event: EventObject): Word[] {
  const node = /announcing from node "([^"]+)"/.exec(event.message)?.[1];
  return node === undefined ? [] : [{ node, at: eventSeen(event) }];
}

const newest = (words: readonly Word[]): Word | undefined => words.toSorted((a, b) => b.at.localeCompare(a.at))[0];
