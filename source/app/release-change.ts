import { Fault } from '../errors/fault.ts';
import type { ReadOnlyHost } from '../host/host.ts';
import { type FixedChange, fixedChanges } from '../kubernetes/fixed-fields.ts';
import { helm, parseChartName } from '../kubernetes/helm.ts';
import { type ManifestChange, manifestChanges, parseManifests } from '../kubernetes/manifests.ts';
import { serverVersion } from '../kubernetes/outside-versions.ts';
import { ask } from '../kubernetes/read.ts';
import { type RenderedChart, renderChart } from '../kubernetes/render-chart.ts';
import { targetOf } from '../network/targets.ts';
import type { PlanInput } from '../plan/input.ts';
import { chartLogin } from '../plan/release/charts.ts';
import { productWish } from '../plan/stages/charts.ts';
import { productChart } from '../plan/stages/product.ts';
import { valuesText } from '../plan/values.ts';
import type { Product } from '../product/schema.ts';
import type { Site } from '../site/schema.ts';
import type { Observation } from '../status/observation.ts';
import { readChart } from '../workstation/chart-files.ts';
import { registrySecret } from './registry-secret.ts';
import type { OpenedSite } from './site.ts';

type Opened = Pick<OpenedSite, 'site' | 'product' | 'world' | 'passwords'>;
type Wish = Pick<PlanInput, 'newestChart' | 'chartVersion'>;

/** What a change would make of the release that runs. */
export interface ReleaseChange {
  /** Names and versions of the charts, and what the maker says of the new one. */
  readonly chart: { readonly from: string | undefined; readonly to: string; readonly changes: readonly string[] };
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
  const chart = { from: seen.release?.chart, to: `${name}-${version}`, changes };
  if (!seen.release) return { chart, objects: manifestChanges([], objects, product.namespace) };
  const standing = await ask(host, helm.manifest(product), { deadline: 30_000 });
  if (standing.code !== 0) return { chart, objects: undefined };
  const before = parseManifests(standing.stdout);
  refuseFixed(fixedChanges(before, objects, { namespace: product.namespace, remade }));
  return { chart, objects: manifestChanges(before, objects, product.namespace) };
}

const isBundled = (site: Site, product: Product): boolean =>
  site.bundle !== undefined && !productWish(site, product).reference.startsWith('/');

/** What Helm makes of the site's chart and values on this host. Throws `Fault` with its words where it refuses them. */
export async function renderedChart(
  host: ReadOnlyHost,
  { site, product, passwords }: Opened,
  { nodes }: Pick<Observation, 'nodes'>,
  wish: Wish,
): Promise<RenderedChart> {
  const chart = productChart({ site, product, readChart, ...wish }, host.name);
  const login = chartLogin(chart.place, site.registry);
  const answer = await renderChart(host, {
    release: product.release,
    namespace: product.namespace,
    chart: chart.place,
    login,
    secret: login && (await registrySecret(site, passwords)),
    values: valuesText(site, product),
    kubernetes: nodes?.find(({ name }) => name === host.name)?.version ?? (await serverVersion(host)),
    files: new Map(chart.files.map(({ path, content }) => [path.slice(chart.place.chart.length + 1), content])),
  });
  if ('rendered' in answer) return answer.rendered;
  throw new Fault({
    what: `Helm refuses the chart of ${product.name} with the values of this site.`,
    where: chart.place.chart,
    why: answer.said,
    next: ['Nothing was changed.', 'Correct site.yaml: its answers, `values`, `chart` or `registry`.'],
  });
}

/** Kubernetes would refuse it half way through the update. */
function refuseFixed(refused: readonly FixedChange[]): void {
  if (refused.length === 0) return;
  throw new Fault({
    what: 'Kubernetes does not make this change on a product that runs.',
    why: refused.map(({ object, field }) => `${object}: ${field} never changes once it is there`).join('\n'),
    next: [
      'Nothing was changed.',
      'Keep what these values follow from, or stop the product, remove these objects by hand, and start it again.',
    ],
  });
}

/** Whether the chart is another one than the one that runs. */
export function isOtherChart({ chart }: ReleaseChange): boolean {
  const [from, to] = [parseChartName(chart.from ?? ''), parseChartName(chart.to)];
  return from !== undefined && (from.name !== to?.name || from.version !== to.version);
}
