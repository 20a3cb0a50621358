import type { Product } from '../product/schema.ts';
import type { Site } from '../site/schema.ts';
import { treeDifferences } from '../text/tree-differences.ts';
import { certificateStatuses } from './certificates.ts';
import { datastoreStatus, nodeStatuses } from './nodes.ts';
import type { Observation } from './observation.ts';
import { componentStatuses } from './parts.ts';
import {
  aboutAddress,
  aboutApi,
  aboutAuthorization,
  aboutDatastore,
  aboutNodes,
  aboutRefusals,
} from './reasons/cluster.ts';
import { aboutDisks } from './reasons/disks.ts';
import { aboutParts, aboutPlaces, aboutRelease, aboutValues, aboutVolumes } from './reasons/product.ts';
import type { Reason } from './reasons/reason.ts';
import { aboutRoom } from './reasons/room.ts';
import { aboutUnread, aboutUntold } from './reasons/untold.ts';
import { aboutCertificates, aboutVersions } from './reasons/upkeep.ts';
import type { ClaimStatus, StatusReport, Verdict } from './report.ts';

/** Pure: what the look means, in plain words. `wanted`: the values that the site asks for; left out, they are not compared. */
export function judge(site: Site, product: Product, seen: Observation, wanted?: unknown): StatusReport {
  const parts = partsOf(site, product, seen, wanted);
  const reasons = reasonsOf(site, product, seen, parts);
  const sorted = reasons.toSorted((a, b) => gravity[a.verdict] - gravity[b.verdict]);
  return {
    site: site.name,
    at: new Date(seen.at).toISOString(),
    verdict: verdictOf(sorted),
    reasons: sorted.slice(0, 5).map(({ reason }) => reason),
    next: sorted.find(({ next }) => next !== undefined)?.next,
    through: seen.through,
    ...parts,
  };
}

type Parts = Omit<StatusReport, 'site' | 'at' | 'verdict' | 'reasons' | 'next' | 'through'>;

function partsOf(site: Site, product: Product, seen: Observation, wanted: unknown): Parts {
  const address = site.network.virtualAddress;
  return {
    nodes: nodeStatuses(site, seen),
    datastore: seen.members && datastoreStatus(seen.members, seen.nodes ?? []),
    virtualAddress:
      address === undefined
        ? undefined
        : {
            address,
            given: seen.givenAddresses?.includes(address),
            holder: seen.addressHolder,
            since: seen.addressSince,
          },
    release: releaseStatus(seen, wanted),
    components: componentStatuses(site, product, seen),
    claims: (seen.claims ?? []).map(claimStatus),
    pools: [...(seen.pools ?? [])],
    certificates: certificateStatuses(seen),
  };
}

function reasonsOf(site: Site, product: Product, seen: Observation, parts: Parts): Reason[] {
  return [
    ...aboutApi(site, seen),
    ...aboutUntold(site, product, seen),
    ...aboutUnread(seen),
    ...aboutNodes(parts.nodes, seen),
    ...aboutRefusals(seen),
    ...aboutDatastore(site, parts.datastore),
    ...aboutRelease(product, seen),
    ...aboutDisks(site, seen),
    ...aboutRoom(seen, parts.pools),
    ...aboutParts(parts.components, product, seen),
    ...aboutAddress(site, seen),
    ...aboutAuthorization(site, seen),
    ...aboutVolumes(parts.claims, parts.pools),
    ...aboutCertificates(parts.certificates),
    ...aboutValues(parts.release?.differs),
    ...aboutVersions(parts.nodes),
    ...aboutPlaces(parts.components),
  ];
}

const gravity = { down: 0, unknown: 1, degraded: 2, note: 3 } as const;

function verdictOf(sorted: readonly Reason[]): Verdict {
  const [first] = sorted;
  return first === undefined || first.verdict === 'note' ? 'ok' : first.verdict;
}

function releaseStatus({ release, values }: Observation, wanted: unknown): StatusReport['release'] {
  if (release === undefined) return undefined;
  const { name, revision, status, chart } = release;
  const compared = wanted !== undefined && values !== undefined;
  return {
    name,
    revision,
    status,
    chart,
    differs: compared ? treeDifferences(wanted, values).map(({ path }) => path) : undefined,
  };
}

function claimStatus({ metadata, spec, status }: NonNullable<Observation['claims']>[number]): ClaimStatus {
  return {
    name: metadata.name,
    bound: status.phase === 'Bound',
    size: spec.resources.requests.storage ?? '',
    class: spec.storageClassName,
  };
}
