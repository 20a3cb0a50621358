import { isAbsolute } from 'node:path';
import { exitCode, Fault } from '../errors/fault.ts';
import { unlessFault } from '../errors/unless-fault.ts';
import { atHome } from '../host/home-path.ts';
import { isOfShell } from '../host/read-text-now.ts';
import type { Plan, PlanSource } from '../plan/document/document.ts';
import { digestOf } from '../plan/document/hash.ts';
import { wantedCharts } from '../plan/stages/charts.ts';
import { loadProduct } from '../product/load.ts';
import { loadSite, parseDraft } from '../site/load.ts';
import type { SiteDraft } from '../site/schema.ts';
import { kloudspot } from '../text/command.ts';
import { isMapping } from '../text/mapping.ts';
import { quote } from '../text/quote.ts';
import { treeDifferences } from '../text/tree-differences.ts';
import { readChart } from '../workstation/chart-files.ts';
import { bundleOf } from './bundle/of-site.ts';
import type { Settings } from './settings.ts';
import { exists, type OpenedSite } from './site.ts';

/** Differences that are named; the others are counted. */
const most = 8;

type Opened = Pick<OpenedSite, 'site' | 'product' | 'from' | 'draft'>;

/** What the plan of a site is made from. The draft of a rehearsal and the pipe of a shell are not there to be read again. */
export async function planSources({ site, product, from, draft }: Opened): Promise<PlanSource[]> {
  const bundle = site.bundle === undefined ? undefined : atHome(site.bundle);
  const folders = wantedCharts(site, product).flatMap(({ place, origin }) =>
    origin === undefined ? [place.chart] : [],
  );
  return [
    ...(isAbsolute(from) && !isOfShell(from) ? [siteSource(from, draft())] : []),
    await productSource(product.file),
    ...folders.map(chartSource),
    ...(bundle === undefined ? [] : [await bundleSource(bundle)]),
  ];
}

const siteSource = (path: string, written: SiteDraft): PlanSource => ({
  what: 'site',
  path,
  digest: digestOf(written),
  written,
});

async function productSource(path: string): Promise<PlanSource> {
  const { file: _file, ...product } = await loadProduct(path);
  return { what: 'product', path, digest: digestOf(product) };
}

const chartSource = (path: string): PlanSource => ({
  what: 'chart',
  path,
  digest: digestOf([...readChart(path)].toSorted(([a], [b]) => (a < b ? -1 : 1))),
});

async function bundleSource(path: string): Promise<PlanSource> {
  return { what: 'bundle', path, digest: digestOf((await bundleOf({ bundle: path }))?.manifest ?? {}) };
}

function readAgain({ what, path }: PlanSource): Promise<PlanSource> {
  switch (what) {
    case 'site':
      return loadSite(path).then(({ text }) => siteSource(path, parseDraft(text)));
    case 'product':
      return productSource(path);
    case 'chart':
      return unlessFault(async () => chartSource(path)).then((read) => read ?? { what, path, digest: '' });
    case 'bundle':
      return bundleSource(path);
  }
}

/**
 * Throws a `Fault` (exit code 6) where a file that the plan was made from says something else now. Gives what could not be compared: a
 * plan may be carried out on another machine. `--site` names the file to compare with.
 */
export async function refuseStale(
  plan: Plan,
  file: string,
  { site, siteGiven, files }: Pick<Settings, 'site' | 'siteGiven' | 'files'>,
): Promise<string[]> {
  const sources = (plan.sources ?? []).map((source) =>
    source.what === 'site' && siteGiven ? { ...source, path: site } : source,
  );
  const looks = await Promise.all(sources.map(compared));
  const changed = looks.flatMap(({ source, now }) => (now && now.digest !== source.digest ? [{ source, now }] : []));
  if (changed.length > 0) {
    const from = sources.find(({ what, path }) => what === 'site' && path !== files.site)?.path;
    throw stale(file, changed, from);
  }
  return looks.flatMap(({ source, now }) => (now === undefined ? [notThere(source)] : []));
}

interface Compared {
  readonly source: PlanSource;
  /** Undefined: not on this machine. */
  readonly now: PlanSource | undefined;
}

interface Changed extends Compared {
  readonly now: PlanSource;
}

async function compared(source: PlanSource): Promise<Compared> {
  return { source, now: (await exists(source.path)) ? await readAgain(source) : undefined };
}

const notThere = ({ path }: PlanSource): string =>
  `${path} is not on this machine: cannot determine whether it has changed since the plan was made.`;

function stale(file: string, changed: readonly Changed[], from: string | undefined): Fault {
  const site = from === undefined ? '' : ` --site ${quote(from)}`;
  return new Fault({
    what: `The plan is stale: ${changed.map(({ source }) => names[source.what]).join(' and ')} changed after it was made.`,
    where: file,
    why: changed.map(({ source, now }) => [source.path, ...differing(source, now)].join('\n  ')).join('\n'),
    unchanged: true,
    next: [`${kloudspot(`plan${site} --save ${quote(file)}`)}  makes a new one.`],
    exitCode: exitCode.refused,
  });
}

const names = { site: 'site.yaml', product: 'the product', chart: 'the chart', bundle: 'the bundle' } as const;

function differing(was: PlanSource, is: PlanSource): string[] {
  if (was.written === undefined || is.written === undefined) return [];
  const all = differences(was.written, is.written);
  if (all.length === 0) return ['its lists have another order'];
  return [...all.slice(0, most), ...(all.length > most ? [`and ${all.length - most} more`] : [])];
}

/** In words, by dotted paths; entries of a list that have names are compared by name. */
export const differences = (before: unknown, after: unknown): string[] =>
  treeDifferences(before, after, byName).map(({ path, was, is }) => {
    if (was === undefined) return isMapping(is) ? `${path} is new` : `${path} is new: ${JSON.stringify(is)}`;
    return is === undefined ? `${path} is gone` : `${path} was ${JSON.stringify(was)}, is ${JSON.stringify(is)}`;
  });

function byName(value: unknown): unknown {
  if (!Array.isArray(value) || !value.every(isMapping)) return value;
  const entries = value.map((entry): [string, unknown] => [String(entry['name']), entry]);
  const distinct = new Set(entries.map(([name]) => name)).size === entries.length;
  return distinct && value.every(({ name }) => typeof name === 'string') ? Object.fromEntries(entries) : value;
}
