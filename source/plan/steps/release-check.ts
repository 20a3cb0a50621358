import * as z from 'zod';
import { imagesOf } from '../../bundle/references.ts';
import { imageAdvice, type MissingImage } from '../../facts/images-probe.ts';
import { serverVersion } from '../../kubernetes/outside-versions.ts';
import { type RenderedChart, renderChart } from '../../kubernetes/render-chart.ts';
import { parseSchemaWords } from '../../kubernetes/schema-words.ts';
import { kloudspot } from '../../text/command.ts';
import { counted } from '../../text/plural.ts';
import { minutes, plannedStep } from '../execution/define.ts';
import { chartLogin, type PlannedChart } from '../release/charts.ts';
import { askImages } from '../release/product-images.ts';
import { registryFill } from '../release/registry.ts';
import { placed } from '../release/value-places.ts';
import type { LookContext, PlannedStep, StateCheck, StepContext, StepKind } from '../step.ts';
import { StepFault } from '../step-fault.ts';
import { valuesText } from '../values.ts';

const parameters = z.object({
  node: z.string(),
  release: z.string(),
  namespace: z.string(),
  /** As Helm on the node finds it. */
  chart: z.object({
    chart: z.string(),
    repository: z.string().exactOptional(),
    version: z.string().exactOptional(),
  }),
});
type Parameters = z.output<typeof parameters>;

/** Only a look, and one that takes seconds: what it found is kept. */
async function state(context: LookContext): Promise<StateCheck> {
  const found = context.recall('taken');
  return { ok: found !== undefined, observed: found ?? 'not judged yet' };
}

async function act(context: StepContext, p: Parameters): Promise<void> {
  const secret = await secretOf(context);
  const { name, version, objects } = await rendered(context, p, secret);
  const images = await askImages(
    await context.look(p.node),
    { site: context.site, hostOf: (node) => context.look(node.name), secret },
    imagesOf(objects),
  );
  const missing = images?.missing ?? [];
  const absent = missing.filter(({ kind }) => kind === 'absent');
  if (absent.length > 0) throw imagesAbsent(p, absent);
  for (const { image, problem } of missing)
    context.progress(`${image} was not found, and not every registry answered: ${problem}`);
  const found = images === undefined ? '' : `, ${counted(images.asked - missing.length, 'image')} found`;
  context.remember('taken', `Helm takes ${name} ${version} with these values${found}`);
}

async function secretOf(context: StepContext): Promise<string | undefined> {
  if (context.site.registry?.user === undefined) return undefined;
  // It masks the secret.
  await registryFill(context);
  return context.registrySecret();
}

async function rendered(context: LookContext, p: Parameters, secret: string | undefined): Promise<RenderedChart> {
  const { site, product } = context;
  const host = await context.look(p.node);
  const login = chartLogin(p.chart, site.registry);
  const answer = await renderChart(host, {
    ...p,
    login,
    secret: login && secret,
    values: valuesText(site, product),
    kubernetes: await serverVersion(host),
  });
  if ('rendered' in answer) return answer.rendered;
  const complaints = placed(parseSchemaWords(answer.said), { site, product, text: undefined });
  throw new StepFault({
    tried: `render the chart ${p.chart.chart} with the values of this site`,
    seen: complaints.length > 0 ? complaints.map(({ text }) => text).join('; ') : answer.said,
    where: p.node,
    causes: complaints.length > 0 ? [] : ['the node cannot reach the chart', 'the chart refuses an answer'],
    next: correct(['its answers, `values`, `chart` or `registry`']),
  });
}

const imagesAbsent = ({ node }: Parameters, absent: readonly MissingImage[]): StepFault =>
  new StepFault({
    tried: `find the images of the product from ${node}`,
    seen: absent.map(({ image, problem }) => `${image}: ${problem}`).join('; '),
    where: node,
    next: [imageAdvice, ...correct([])],
  });

/** A plan holds the site it was made for: a corrected one needs a new plan. */
const correct = (keys: readonly string[]): string[] => [
  ...keys.map((each) => `Correct site.yaml: ${each}.`),
  `No other node has joined yet. After a correction of site.yaml: ${kloudspot('apply')}`,
];

/** Chart, values and images of the release are judged while nothing but the first node's MicroK8s is there. */
export const releaseCheck: StepKind<typeof parameters> = { kind: 'release-check', parameters, state, act };

export function planReleaseCheck(p: Omit<Parameters, 'chart'>, { place }: PlannedChart): PlannedStep {
  return plannedStep(releaseCheck, {
    node: p.node,
    group: 'Prepare the product',
    title: 'Check chart, values and images of the product',
    why: 'What Helm or a registry would refuse at the end of the run is found before nodes join.',
    risk: 'none',
    deadline: minutes(5),
    parameters: parameters.parse({ ...p, chart: place }),
    skippable: true,
  });
}
