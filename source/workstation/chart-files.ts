import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Fault } from '../errors/fault.ts';

/** The texts of a chart in a folder of this machine, by their paths in it. Throws `Fault` where the folder is not a chart. */
export function readChart(folder: string): ReadonlyMap<string, string> {
  let names: string[];
  try {
    names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    statSync(join(folder, 'Chart.yaml'));
  } catch (cause) {
    throw new Fault({
      what: `No chart in ${folder}.`,
      why: 'A chart is a folder with a file Chart.yaml in it.',
      next: ['Give such a folder, an oci:// reference, or repository/name: chart.reference in site.yaml.'],
      cause,
    });
  }
  const paths = names.map((name) => join(folder, name)).filter((path) => statSync(path).isFile());
  return new Map(paths.map((path) => [relative(folder, path), readFileSync(path, 'utf8')]));
}
