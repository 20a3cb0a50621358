import { readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Fault } from '../errors/fault.ts';
import { textNow } from '../host/read-text-now.ts';
import { whyUnread } from '../host/unread.ts';
import { safeLine, visible } from '../text/safe-text.ts';

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
  const acting = names.find((name) => safeLine(name) !== name);
  if (acting !== undefined) throw namedToAct(join(folder, acting));
  const paths = names
    .map((name) => join(folder, name))
    .filter((path) => reading(path, () => !statSync(path).isDirectory()));
  return new Map(paths.map((path) => [relative(folder, path), reading(path, () => textNow(path) ?? '')]));
}

const namedToAct = (path: string): Fault =>
  new Fault({
    what: 'A file of the chart has a name that cannot be shown.',
    where: visible(path),
    why: 'A terminal acts on characters in it instead of showing them.',
    next: ['Rename it, or give another chart: chart.reference in site.yaml.'],
  });

function reading<Read>(path: string, read: () => Read): Read {
  try {
    return read();
  } catch (cause) {
    throw new Fault({
      what: 'A file of the chart cannot be read.',
      where: path,
      why: whyUnread(cause),
      next: ['Correct it, or give another chart: chart.reference in site.yaml.'],
      cause,
    });
  }
}
