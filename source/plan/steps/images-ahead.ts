import * as z from 'zod';
import { imagesOf } from '../../bundle/references.ts';
import { messageOf } from '../../errors/thrown.ts';
import type { Script } from '../../host/host.ts';
import { renderChart } from '../../kubernetes/render-chart.ts';
import { microk8s } from '../../microk8s/microk8s.ts';
import { trackOf } from '../../microk8s/tracks.ts';
import { defined } from '../../text/defined.ts';
import { runCommand } from '../execution/carry-out.ts';
import { command, minutes, plannedStep } from '../execution/define.ts';
import { imagesOn } from '../execution/import-images.ts';
import { chartLogin } from '../release/charts.ts';
import type { LookContext, PlannedStep, StepContext, StepKind } from '../step.ts';

const chart = z.object({
  release: z.string(),
  namespace: z.string(),
  place: z.object({
    chart: z.string(),
    repository: z.string().optional(),
    version: z.string().optional(),
  }),
  /** Text of values.yaml. */
  values: z.string(),
  /** Of a chart that is a folder here, by their path in it. */
  files: z.array(z.object({ path: z.string(), content: z.string() })),
});
const parameters = z.object({
  /** Renders the charts. */
  seed: z.string(),
  nodes: z.array(z.string()),
  /** Whole references that are known before, in the order in which they are needed. */
  images: z.array(z.string()),
  charts: z.array(chart),
});
type Parameters = z.output<typeof parameters>;
export type ChartAhead = z.output<typeof chart>;

/** At once on one node. The kubelet, too, may ask containerd for several: https://kubernetes.io/docs/concepts/containers/images/ */
const pulls = 3;
/** ms after which nothing more is fetched, as a run that is to stop waits for it: what is still missing comes with its pods. */
const most = minutes(5);
/** Docker Hub gives 100 images to one address in 6 h, and pods need theirs: https://docs.docker.com/docker-hub/usage/ */
const hubPulls = 60;

async function act(context: StepContext, p: Parameters, step: PlannedStep): Promise<void> {
  const ends = context.clock.elapsed() + most;
  const rendered: string[] = [];
  for (const each of p.charts) rendered.push(...(await imagesIn(context, p, each)));
  const images = affordable(context, p.nodes.length, [...new Set([...p.images, ...rendered])]);
  const all = images.length * p.nodes.length;
  let there = 0;
  const tell = (image: string) => context.progress(`${++there} of ${all}: ${image}`, there / all);
  const fetched = await Promise.all(p.nodes.map((node) => fetchOn({ context, step, node, ends, tell }, images)));
  const count = fetched.reduce((sum, some) => sum + some, 0);
  context.remember('tried', `${count} of ${all}`);
}

/** The images that a chart starts, as Helm on the seed renders it; none where it cannot. */
async function imagesIn(context: LookContext, { seed }: Parameters, each: ChartAhead): Promise<string[]> {
  const login = chartLogin(each.place, context.site.registry);
  const answer = await renderChart(await context.look(seed), {
    ...each,
    chart: each.place,
    files: new Map(each.files.map(({ path, content }) => [path, content])),
    kubernetes: `v${trackOf(context.site.cluster.channel)}.0`,
    ...defined({ login, secret: login && (await context.registrySecret()) }),
  }).catch((error: unknown) => {
    if (context.signal.aborted) throw error;
    return { said: messageOf(error) };
  });
  if ('rendered' in answer) return imagesOf(answer.rendered.objects);
  context.progress(`the images of ${each.release} come with its pods: ${answer.said}`);
  return [];
}

/** Without those that need a login, which containerd is not told of, and without more of Docker Hub than it gives. */
function affordable({ site }: StepContext, nodes: number, images: readonly string[]): string[] {
  const { registry } = site;
  let left = registry?.mirrors['docker.io'] === undefined ? hubPulls : Number.POSITIVE_INFINITY;
  return images.filter((image) => {
    // A chart may call an image anything; a word that begins with a dash is an option to ctr.
    if (image.startsWith('-')) return false;
    if (registry?.user !== undefined && image.startsWith(`${registry.host}/`)) return false;
    if (!image.startsWith('docker.io/')) return true;
    left -= nodes;
    return left >= 0;
  });
}

interface Place {
  readonly context: StepContext;
  readonly step: PlannedStep;
  readonly node: string;
  /** On the clock that never jumps. */
  readonly ends: number;
  readonly tell: (image: string) => void;
}

/** How many of them are on the node in the end. What a registry refuses, its pod says when it starts. */
async function fetchOn(place: Place, images: readonly string[]): Promise<number> {
  const { context, node, ends, tell } = place;
  const had = (await tried(context, () => imagesOn(context, node))) ?? new Set();
  const queue = images.filter((image) => !had.has(image));
  let count = images.length - queue.length;
  const work = async () => {
    for (let image = queue.shift(); image !== undefined; image = queue.shift()) {
      const left = ends - context.clock.elapsed();
      if (left <= 0) return;
      const fill = { [imagePlace]: image };
      const done = await tried(context, () => runCommand(context, place.step, node, { fill, run: { deadline: left } }));
      if (done === undefined) continue;
      count += 1;
      tell(image);
    }
  };
  await Promise.all(Array.from({ length: pulls }, work));
  return count;
}

/** Undefined where it failed: the step goes on. */
async function tried<Result>(context: LookContext, work: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await work();
  } catch (error) {
    if (context.signal.aborted) throw error;
    return undefined;
  }
}

const imagePlace = '<image>';

/** It draws its progress many times a second, also where no one looks. */
const pullScript: Script = {
  name: 'pull-image',
  text: `exec ${microk8s.pullImage('"$1"').join(' ')} >/dev/null
`,
  arguments: [imagePlace],
};

/** Nothing rests on it: what was not fetched, each node fetches when it starts a pod. That it was tried is enough. */
export const imagesAhead: StepKind<typeof parameters> = {
  kind: 'images-ahead',
  parameters,
  async state(context) {
    const tried = context.recall('tried');
    return { ok: tried !== undefined, observed: tried === undefined ? 'not fetched yet' : `${tried} images are there` };
  },
  act,
};

/** While nodes join: a join restarts kubelite and the datastore, never containerd (recorded as `join-manager-good`). */
export function planImagesAhead(p: Parameters): PlannedStep {
  return plannedStep(imagesAhead, {
    group: 'Fetch images',
    title: 'Fetch images for pods that start later',
    why: 'The nodes fetch them while others join. What is not fetched in time is pulled when its pod starts.',
    risk: 'none',
    // Before it, Helm renders up to three charts, in 2 minutes each.
    deadline: most + minutes(8),
    parameters: p,
    commands: p.nodes.map((node) =>
      command(node, node, pullScript, { when: 'containerd does not have it, for each image' }),
    ),
    skippable: true,
  });
}
