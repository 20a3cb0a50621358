import { compareVersions } from '../text/versions.ts';
import { type IngressKind, known, type Pair, type Track } from './data/tracks.ts';

export type { IngressKind, Pair, Track };
export const { tracks, risks, pairs, ingress: ingressControllers } = known;
/** The channel of a site that names none and whose nodes are not known yet. */
export const defaultChannel = `${known.default}/stable`;

/** `1.34` of `1.34/stable`. */
export function trackOf(channel: string): string {
  return channel.split('/')[0] ?? channel;
}

/** The form of a channel that a site takes. */
export const channelForm = new RegExp(`^1\\.\\d+/(${risks.join('|')})$`);

/** Channels on the way from a track to a channel, minor by minor: Kubernetes leaves none out. The last one is the channel itself. */
export function tracksBetween(track: string, channel: string): string[] {
  const minorOf = (name: string) => Number(name.split('.')[1]);
  const [from, until] = [minorOf(track), minorOf(trackOf(channel))];
  const minors = Array.from({ length: Math.max(0, until - from) }, (_, at) => from + at + 1);
  return minors.map((minor) => (minor === until ? channel : `1.${minor}/stable`));
}

/** What a channel such as `1.34/stable` would install; undefined where there is none. */
export function trackIn(channel: string): Track | undefined {
  const [name = '', risk = 'stable'] = channel.split('/');
  return risks.includes(risk) ? tracks[name === 'latest' ? known.default : name] : undefined;
}

/** The channel that all these versions of the operating system can run: the newest that any of them wants. */
export function channelFor(osVersions: readonly string[]): string {
  const wanted = osVersions.flatMap((version) =>
    Object.entries(known.defaultOn).flatMap(([from, name]) => (compareVersions(version, from) >= 0 ? [name] : [])),
  );
  const [newest = known.default] = wanted.toSorted((one, other) => compareVersions(other, one));
  return `${newest}/stable`;
}

/** A channel of the store that a site does not take, with the reason; undefined for all others. */
export function otherChannel(channel: string): { readonly name: string; readonly why: string } | undefined {
  return known.others.find(({ form }) => new RegExp(form).test(channel));
}

/** The ingress controller of a channel. A track that is not known here has what the newest known one before it has. */
export function ingressOf(channel: string): IngressKind {
  return (
    valueFor(
      mapOf((each) => each.ingress),
      trackOf(channel),
    ) ?? 'nginx'
  );
}

const mapOf = <Value>(pick: (each: Track) => Value): Readonly<Record<string, Value>> =>
  Object.fromEntries(Object.entries(tracks).map(([name, each]) => [name, pick(each)]));

/** The entry of the newest track that is not above this one. */
export function valueFor<Value>(byTrack: Readonly<Record<string, Value>>, name: string): Value | undefined {
  const names = Object.keys(byTrack).filter((each) => compareVersions(each, name) <= 0);
  const newest = names.toSorted((one, other) => compareVersions(other, one))[0];
  return newest === undefined ? undefined : byTrack[newest];
}

/** The annotation by which MetalLB of this channel is asked for an address. */
export function loadBalancerAnnotation(channel: string): string {
  const rows = known.loadBalancerAnnotation;
  const row = rows.find(({ until }) => until === undefined || compareVersions(trackOf(channel), until) <= 0);
  return row?.name ?? '';
}

/** The pairs that apply to a channel on a machine. What is not known of the machine applies to no pair. */
export function pairsFor(
  channel: string,
  machine: { readonly os?: string; readonly cgroup?: '1' | '2' },
): readonly Pair[] {
  return pairs.filter(
    ({ when }) =>
      within(when.os, machine.os) &&
      within(when.track, trackOf(channel)) &&
      (when.ingress === undefined || when.ingress === ingressOf(channel)) &&
      (when.cgroup === undefined || when.cgroup === machine.cgroup),
  );
}

function within(limits: Pair['when']['os'], version: string | undefined): boolean {
  if (limits === undefined) return true;
  if (version === undefined) return false;
  const { from, until } = limits;
  return (
    (from === undefined || compareVersions(version, from) >= 0) &&
    (until === undefined || compareVersions(version, until) <= 0)
  );
}
