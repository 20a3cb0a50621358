import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import * as z from 'zod';
import type { Fetched, Stores } from '../bundle/stores.ts';
import { codeNames } from '../bundle/ubuntu.ts';
import { Fault } from '../errors/fault.ts';
import { textOfFile } from '../host/read-text.ts';
import { trackIn } from '../microk8s/tracks.ts';
import type { Product } from '../product/schema.ts';
import { newestChart, objectsOf } from './tools/helm/chart.ts';
import { archiveVersion } from './tools/packages.ts';
import { signaturesOf, storeSnap } from './tools/snap-files.ts';

const chartText = z.object({ name: z.string(), version: z.string() });

/** What stands for the stores: files of the same names, each a few lines that the simulated programs understand. */
export function rehearsedStores(product: Product): Stores {
  return {
    async snap(name, channel, folder) {
      const text = storeSnap(name, channel);
      if (text === undefined) throw new Fault({ what: `error: snap "${name}" is not available on ${channel}` });
      const version = trackIn(channel)?.snap ?? '1.0';
      const snap = await written(join(folder, `${name}.snap`), text, name, version);
      return { snap, assertion: await written(join(folder, `${name}.assert`), signaturesOf(text), name, version) };
    },
    packages: (release, names, folder) =>
      Promise.all(
        names.map((name) => {
          if (codeNames[release] === undefined) throw new Fault({ what: `The archive has no Ubuntu ${release}.` });
          const version = archiveVersion(name);
          const text = stringify({ package: name, version });
          return written(join(folder, `${name}_${version.replaceAll(':', '.')}_amd64.deb`), text, name, version);
        }),
      ),
    image: (reference, file) => written(file, stringify({ image: reference }), reference, undefined),
    chart({ chart, version }, folder) {
      const name = chart.split('/').at(-1) ?? chart;
      const own = version ?? newestChart(name);
      return written(join(folder, `${name}-${own}.tgz`), stringify({ name, version: own }), name, own);
    },
    async render(chart, { release, namespace, values }) {
      const file = chart.endsWith('.tgz') ? chart : join(chart, 'Chart.yaml');
      const own = chartText.parse(parse(await textOfFile(file)));
      const given: unknown = parse(values, { version: '1.1' });
      return objectsOf({ ...own, appVersion: '', fetchMs: 0 }, given ?? {}, { release, namespace }, product);
    },
  };
}

async function written(file: string, text: string, name: string, version: string | undefined): Promise<Fetched> {
  await writeFile(file, text);
  return { file, name, version };
}
