import { compareVersions } from '../text/versions.ts';
import { known, type Service, type ServiceVolume } from './data/services.ts';
import type { PairPort } from './node.ts';
import { trackOf, valueFor } from './tracks.ts';

export type { ServiceVolume };

/** A service of the cluster in one track: an addon of MicroK8s with its end state. */
export interface ClusterService extends Omit<Service, 'namespace' | 'parts' | 'images' | 'charts'> {
  readonly namespace: string;
  /** `deployments/metrics-server`. */
  readonly parts: readonly string[];
  readonly images: readonly string[];
  /** Name and version of charts that its script fetches from `servers`. */
  readonly charts: readonly string[];
}

/** Names of the services that a site may choose, in the order in which they are switched on. */
export const serviceNames: readonly string[] = known.map(({ name }) => name);

/** The service as the track of this channel has it; undefined where there is none of that name. */
export function serviceIn(channel: string, name: string): ClusterService | undefined {
  const found = known.find((each) => each.name === name);
  if (found === undefined) return undefined;
  const track = trackOf(channel);
  const of = <Value>(values: Readonly<Record<string, Value>>) => valueFor(values, track);
  return {
    ...found,
    namespace: of(found.namespace) ?? '',
    parts: of(found.parts) ?? [],
    images: of(found.images) ?? [],
    charts: of(found.charts) ?? [],
  };
}

/** The chosen ones in the order in which they are switched on. */
export function servicesIn(channel: string, chosen: readonly string[]): readonly ClusterService[] {
  return serviceNames.flatMap((name) => (chosen.includes(name) ? (serviceIn(channel, name) ?? []) : []));
}

/** Whether MicroK8s of that channel has the service: the dashboard ends with 1.35. */
export const isOffered = ({ until }: Pick<ClusterService, 'until'>, channel: string): boolean =>
  until === undefined || compareVersions(trackOf(channel), until) <= 0;

/** TCP ports of nodes that the chosen services ask. */
export const servicePorts = (chosen: readonly string[]): readonly PairPort[] =>
  known.flatMap(({ name, ports }) =>
    chosen.includes(name) ? ports.map((each) => ({ ...each, protocol: 'tcp' as const, from: 'all' as const })) : [],
  );

/** Images of the chosen services, as far as they are known: what charts from the internet bring along is not. */
export const serviceImages = (channel: string, chosen: readonly string[]): readonly string[] =>
  servicesIn(channel, chosen).flatMap(({ images }) => images);

/** Those of the chosen services that fetch charts from the internet while they are switched on. */
export const onlineServices = (channel: string, chosen: readonly string[]): readonly string[] =>
  servicesIn(channel, chosen).flatMap(({ name, charts }) => (charts.length > 0 ? [name] : []));

/** Volumes of the chosen services. They are the same in every track. */
export function serviceVolumes(chosen: readonly string[]): readonly ServiceVolume[] {
  return known.flatMap(({ name, volumes }) => (chosen.includes(name) ? volumes : []));
}
