import { imagesOf } from '../../bundle/references.ts';
import { exitCode, Fault } from '../../errors/fault.ts';
import { imageAdvice, type MissingImage } from '../../facts/images-probe.ts';
import type { ReadOnlyHost } from '../../host/host.ts';
import { textIfPresent } from '../../host/read-text.ts';
import type { Manifest } from '../../kubernetes/manifests.ts';
import { serverVersion } from '../../kubernetes/outside-versions.ts';
import { type RenderedChart, renderChart } from '../../kubernetes/render-chart.ts';
import { parseSchemaWords } from '../../kubernetes/schema-words.ts';
import { targetOf } from '../../network/targets.ts';
import type { PlanInput } from '../../plan/input.ts';
import { chartLogin } from '../../plan/release/charts.ts';
import { askImages } from '../../plan/release/product-images.ts';
import { placed } from '../../plan/release/value-places.ts';
import { productWish } from '../../plan/stages/charts.ts';
import { productChart } from '../../plan/stages/product.ts';
import { valuesText } from '../../plan/values.ts';
import type { Product } from '../../product/schema.ts';
import type { Site } from '../../site/schema.ts';
import type { Observation } from '../../status/observation.ts';
import { counted } from '../../text/plural.ts';
import { readChart } from '../../workstation/chart-files.ts';
import { registrySecret } from '../registry-secret.ts';
import type { OpenedSite } from '../site.ts';

/** A site as far as a release of it is judged. */
export interface Opened extends Pick<OpenedSite, 'site' | 'product' | 'passwords'> {
  readonly world: Pick<OpenedSite['world'], 'hosts'>;
  /** Path of its file, or words for another place. */
  readonly from?: string;
}
export type Wish = Pick<PlanInput, 'newestChart' | 'chartVersion'>;

/** A chart that comes with a bundle is on the nodes only once the run has brought it. */
export const isBundled = (site: Site, product: Product): boolean =>
  site.bundle !== undefined && !productWish(site, product).reference.startsWith('/');

/** What Helm on this host makes of the site's chart and values, or its words where it refuses them. */
export async function helmAnswer(
  host: ReadOnlyHost,
  opened: Opened,
  { nodes }: { readonly nodes?: readonly { readonly name: string; readonly version: string }[] | undefined },
  wish: Wish,
): ReturnType<typeof renderChart> {
  const { site, product } = opened;
  const chart = productChart({ site, product, readChart, ...wish }, host.name);
  const login = chartLogin(chart.place, site.registry);
  return renderChart(host, {
    release: product.release,
    namespace: product.namespace,
    chart: chart.place,
    login,
    secret: login && (await secretOf(opened)),
    values: valuesText(site, product),
    kubernetes: nodes?.find(({ name }) => name === host.name)?.version ?? (await serverVersion(host)),
    files: new Map(chart.files.map(({ path, content }) => [path.slice(chart.place.chart.length + 1), content])),
  });
}

/** Of the registry's user, where it has one. Throws `Fault` where it is missing. */
const secretOf = async ({ site, passwords }: Opened): Promise<string | undefined> =>
  site.registry?.user === undefined ? undefined : registrySecret(site, passwords);

/** Text of the site's file, where it comes from one that can be read. */
export const siteFileText = async ({ from }: Pick<Opened, 'from'>): Promise<string | undefined> =>
  from === undefined ? undefined : textIfPresent(from).catch(() => undefined);

/** The same; throws `Fault` with Helm's words where it refuses them, and the lines of `site.yaml` that they come from. */
export async function renderedChart(
  host: ReadOnlyHost,
  opened: Opened,
  seen: Pick<Observation, 'nodes'>,
  wish: Wish,
): Promise<RenderedChart> {
  const { site, product, from } = opened;
  const answer = await helmAnswer(host, opened, seen, wish);
  if ('rendered' in answer) return answer.rendered;
  const text = await siteFileText(opened);
  const complaints = placed(parseSchemaWords(answer.said), { site, product, text });
  throw new Fault({
    what: `Helm refuses the chart of ${product.name} with the values of this site.`,
    where: complaints.length > 0 && from !== undefined ? from : productWish(site, product).reference,
    why: complaints.length > 0 ? complaints.map((each) => each.text).join('\n') : answer.said,
    unchanged: true,
    next: ['Correct site.yaml: its answers, `values`, `chart` or `registry`.'],
  });
}

/** What the registries say of the images that these objects start; undefined where nothing was asked or heard. */
export const imagesFound = async (
  host: ReadOnlyHost,
  opened: Opened,
  objects: readonly Manifest[],
): ReturnType<typeof askImages> =>
  askImages(
    host,
    {
      site: opened.site,
      hostOf: (node) => opened.world.hosts.get(targetOf(node)),
      secret: await secretOf(opened),
    },
    imagesOf(objects),
  );

/**
 * Throws `Fault` with each image that the registries do not give: its pods would never start. Gives those that a registry without an
 * answer may have: the node may reach it later.
 */
export async function refuseMissingImages(
  host: ReadOnlyHost,
  opened: Opened,
  objects: readonly Manifest[],
): Promise<readonly MissingImage[]> {
  const images = await imagesFound(host, opened, objects);
  const absent = images?.missing.filter(({ kind }) => kind === 'absent') ?? [];
  if (images === undefined || absent.length === 0) return images?.missing ?? [];
  throw new Fault({
    what: `${counted(absent.length, 'image')} of the product cannot be fetched.`,
    where: `asked from ${images.from}`,
    why: absent.map(({ image, problem }) => `${image}: ${problem}`).join('\n'),
    unchanged: true,
    next: [imageAdvice],
    exitCode: exitCode.preflightFailed,
  });
}
