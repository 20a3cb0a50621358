import { wholeReference } from '../../bundle/references.ts';
import { addonImages } from '../../microk8s/images.ts';
import { type ChartAhead, planImagesAhead } from '../steps/images-ahead.ts';
import { wantedCharts } from './charts.ts';
import type { Planning } from './planning.ts';
import { productChart } from './product.ts';

/** Apart from everything else, once MicroK8s is there on all that get it. A bundle brings images by itself. */
export function addImagesAhead(planning: Planning): void {
  const { site, seed, facts, bundle, list } = planning;
  if (bundle !== undefined) return;
  const nodes = site.nodes.map(({ name }) => name).filter((name) => facts.get(name)?.microk8s?.installed !== true);
  // The seed renders the charts: one that is not new has them in its cluster already.
  if (!nodes.includes(seed.name)) return;
  const metallb = site.network.virtualAddress !== undefined;
  const images = addonImages(site.cluster.channel, { metallb }).map(wholeReference);
  list.addApart(planImagesAhead({ seed: seed.name, nodes, images, charts: chartsOf(planning) }), list.lastOf(...nodes));
}

/** Charts of engines and, where it is deployed in this run, of the product. */
function chartsOf(planning: Planning): ChartAhead[] {
  const { site, product, seed, readChart } = planning;
  return wantedCharts(site, product)
    .filter(({ for: user }) => user === 'storage' || site.deploy === 'now')
    .map(({ release, namespace, values, place, origin, for: user }) => {
      // That of the product lies on the seed by now, where it was judged.
      if (user === 'product')
        return { release, namespace, values, place: productChart(planning, seed.name).place, files: [] };
      const files = origin === undefined ? [...readChart(place.chart)] : [];
      return { release, namespace, values, place, files: files.map(([path, content]) => ({ path, content })) };
    });
}
