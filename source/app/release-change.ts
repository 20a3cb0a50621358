import { Fault } from '../errors/fault.ts';
import { unlessFault } from '../errors/unless-fault.ts';
import type { MissingImage } from '../facts/images-probe.ts';
import { type FixedChange, fixedChanges } from '../kubernetes/fixed-fields.ts';
import { helm, parseChartName } from '../kubernetes/helm.ts';
import { type ManifestChange, manifestChanges, parseManifests } from '../kubernetes/manifests.ts';
import { ask } from '../kubernetes/read.ts';
import { targetOf } from '../network/targets.ts';
import type { Observation } from '../status/observation.ts';
import { isBundled, type Opened, refuseMissingImages, renderedChart, type Wish } from './release/render.ts';

/** What a change would make of the release that runs. */
export interface ReleaseChange {
  /** Names and versions of the charts, and what the maker says of the new one. */
  readonly chart: { readonly from: string | undefined; readonly to: string; readonly changes: readonly string[] };
  /** Images whose registry said nothing. */
  readonly unheard: readonly MissingImage[];
  /** Undefined where Helm did not say what the release made. */
  readonly objects: readonly ManifestChange[] | undefined;
}

/**
 * Renders the chart with the values of the site on the manager that answered, and compares it with what runs. Changes nothing.
 * Undefined where no manager answered, and for a chart that only a bundle holds: it is not on the manager yet. Throws `Fault` where Helm refuses chart or values, and for what Kubernetes never changes;
 * `remade`: stateful sets that the run removes without their pods on the way.
 */
export async function releaseChange(
  opened: Opened,
  seen: Pick<Observation, 'through' | 'nodes' | 'release'>,
  wish: Wish,
  remade: ReadonlySet<string> = new Set(),
): Promise<ReleaseChange | undefined> {
  const { site, product, world } = opened;
  const manager = site.nodes.find(({ name }) => name === seen.through);
  if (manager === undefined || isBundled(site, product)) return undefined;
  const host = await world.hosts.get(targetOf(manager));
  const { name, version, changes, objects } = await renderedChart(host, opened, seen, wish);
  const unheard = await refuseMissingImages(host, opened, objects);
  const chart = { from: seen.release?.chart, to: `${name}-${version}`, changes };
  if (!seen.release) return { chart, unheard, objects: manifestChanges([], objects, product.namespace) };
  const standing = await unlessFault(() => ask(host, helm.manifest(product), { deadline: 30_000 }));
  if (standing?.code !== 0) return { chart, unheard, objects: undefined };
  const before = parseManifests(standing.stdout);
  refuseFixed(fixedChanges(before, objects, { namespace: product.namespace, remade }));
  return { chart, unheard, objects: manifestChanges(before, objects, product.namespace) };
}

/** Kubernetes would refuse it half way through the update. */
function refuseFixed(refused: readonly FixedChange[]): void {
  if (refused.length === 0) return;
  throw new Fault({
    what: 'Kubernetes does not allow this change on a running product.',
    why: refused.map(({ object, field }) => `${object}: ${field} cannot be changed once it exists`).join('\n'),
    unchanged: true,
    next: [
      'Keep what these values follow from, or stop the product, remove these objects by hand, and start it again.',
    ],
  });
}

/** Whether the chart is another one than the one that runs. */
export function isOtherChart({ chart }: ReleaseChange): boolean {
  const [from, to] = [parseChartName(chart.from ?? ''), parseChartName(chart.to)];
  return from !== undefined && (from.name !== to?.name || from.version !== to.version);
}
