import { defined } from '../../text/defined.ts';
import { type ChartWish, chartLogin, digestOf, type PlannedChart, planChart } from '../release/charts.ts';
import type { PlannedStep } from '../step.ts';
import { planHelmInstall } from '../steps/helm-install.ts';
import { planNamespace } from '../steps/namespace.ts';
import { planRegistrySecret } from '../steps/registry-secret.ts';
import { planReleaseCheck } from '../steps/release-check.ts';
import { planRollout } from '../steps/rollout.ts';
import { planTlsSecret } from '../steps/tls-secret.ts';
import { planChartFiles, planValues } from '../steps/written-files.ts';
import { registrySecretName, valuesText } from '../values.ts';
import { productWish } from './charts.ts';
import { planGrowth } from './growth.ts';
import type { Planning } from './planning.ts';

/** Everything that stands in the product's own namespace: certificate, values, chart, release, and its becoming ready. */
export function planProduct(planning: Planning): void {
  const grows = planGrowth(planning).length > 0;
  planBeforeRelease(planning);
  planRelease(planning, grows);
}

/** What the release needs in its namespace and on the node it is installed from; no storage and no address is asked for yet. */
export function planBeforeRelease(planning: Planning): void {
  const { site, product, seed, list } = planning;
  const { namespace } = product;
  // It is there, it belongs to no one, and nothing is written on it.
  if (namespace !== 'default') list.addCluster(planNamespace({ seed: seed.name, namespace }));
  const tls = { seed: seed.name, namespace, name: product.tlsSecret, mode: site.tls.mode };
  list.addCluster(planTlsSecret(tls));
  if (site.registry?.user !== undefined) {
    const secret = { seed: seed.name, namespace, name: registrySecretName(product) };
    list.addCluster(planRegistrySecret(secret, site.registry));
  }
  const written = new Set(list.steps.map(({ id }) => id));
  list.addCluster(...filesOfRelease(planning).filter(({ id }) => !written.has(id)));
}

/** What Helm reads on its node: the values, and the files of a local chart. */
function filesOfRelease(planning: Planning): PlannedStep[] {
  const { site, product, seed } = planning;
  const { files } = productChart(planning, seed.name);
  const values = planValues(seed.name, valuesText(site, product));
  return files.length > 0 ? [values, planChartFiles(seed.name, files)] : [values];
}

/**
 * Where no cluster stands that preflight could ask: chart, values and images are judged on the first node as soon as it has Helm,
 * and the others join after that.
 */
export function planEarlyJudgement(planning: Planning): void {
  const { site, product, seed, list, cluster } = planning;
  if (site.deploy !== 'now' || cluster !== undefined) return;
  const { namespace, release } = product;
  for (const step of filesOfRelease(planning)) list.addNode(seed.name, step);
  list.addNode(seed.name, planReleaseCheck({ node: seed.name, namespace, release }, productChart(planning, seed.name)));
}

/** The release, and its becoming ready. `grows`: volumes become larger before. */
export function planRelease(planning: Planning, grows: boolean): void {
  const { purpose, site, product, seed, list, newestChart: newest = false, revision, notReady } = planning;
  const { namespace, release } = product;
  const place = { seed: seed.name, namespace, release };
  const chart = productChart(planning, seed.name);
  const digest = digestOf(valuesText(site, product), chart.digest);
  const update = purpose === 'update';
  // A revision with smaller volumes can never be in force again.
  const rollBack = update && !grows;
  const install = { ...place, digest, newest, rollBack };
  const login = chartLogin(chart.place, site.registry);
  list.addCluster(planHelmInstall(install, chart, update ? 'update' : 'install', login));
  list.addCluster(
    planRollout({ ...place, digest, rollBack, ...defined({ before: revision, notReady: notReady && [...notReady] }) }),
  );
}

/** The chart that a run would install through this node. Throws `Fault` where a local one is none. */
export function productChart(
  input: Pick<Planning, 'site' | 'product' | 'newestChart' | 'chartVersion' | 'readChart' | 'bundle'>,
  node: string,
): PlannedChart {
  return planChart(chartWish(input), input.product.release, node, {
    read: input.readChart,
    bundle: input.bundle,
  });
}

/** Neither site nor product pins a version: an update stays on the one that runs. */
function chartWish({ site, product, newestChart, chartVersion }: Parameters<typeof productChart>[0]): ChartWish {
  const { version, ...wish } = productWish(site, product);
  return { ...wish, version: version ?? (newestChart ? undefined : chartVersion) };
}
