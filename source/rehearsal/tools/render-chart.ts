import { parse } from 'yaml';
import * as z from 'zod';
import { type Call, optionsOf, refuse, type Steps } from './call.ts';
import { printManifest } from './helm/ask.ts';
import { type Chart, chartOf, objectsOf } from './helm/chart.ts';
import { refusedValues } from './helm/judge.ts';

const chartFile = z.object({ name: z.string(), version: z.string() });

/** `render-chart RELEASE NAMESPACE KUBERNETES CHART VERSION REPOSITORY HOST USER`: what Helm would make, with nothing changed. */
export function* renderChart(call: Call): Steps {
  const [release = '', namespace = '', , word = '', version = '', repository = '', host = '', user = ''] = call.words;
  const [values = '', secret = '', ...files] = call.stdin.split('\n');
  const plain = (text: string) => Buffer.from(text, 'base64').toString();
  yield 1_500;
  if (user !== '' && secret === '') return refuse(call, `Error: ${host} refuses the login of ${user}`);
  const sent = new Map(
    files.map((line) => line.split(' ')).map(([path = '', text = '']) => [plain(path), plain(text)]),
  );
  const own = chartFile.safeParse(parse(sent.get('Chart.yaml') ?? ''));
  const options = optionsOf([
    ...(version === '' ? [] : [`--version=${version}`]),
    ...(repository === '' ? [] : [`--repo=${repository}`]),
  ]);
  const chart: Chart | string = own.success
    ? { ...own.data, appVersion: '', fetchMs: 0 }
    : chartOf(call, word, options);
  if (typeof chart === 'string') return refuse(call, `Error: ${chart}`);
  const given: unknown = parse(plain(values), { version: '1.1' });
  const [schema, defaults] = [sent.get('values.schema.json'), sent.get('values.yaml')];
  const refused = refusedValues({ name: chart.name, schema, defaults }, given ?? {});
  if (refused !== undefined) return refuse(call, `Error: ${refused}`);
  call.out(`name: ${chart.name}\nversion: ${chart.version}\n--- # manifest\n`);
  return printManifest(call, objectsOf(chart, given ?? {}, { release, namespace }, call.product));
}
