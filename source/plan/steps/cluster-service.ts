import * as z from 'zod';
import type { Answer } from '../../host/answer.ts';
import { nodeState } from '../../host/node-state.ts';
import { apiObject, claimObject, namedObject } from '../../kubernetes/objects.ts';
import { readList, readObject } from '../../kubernetes/read.ts';
import { microk8s } from '../../microk8s/microk8s.ts';
import { type ClusterService, serviceIn } from '../../microk8s/services.ts';
import { quantityBytes } from '../../text/quantity.ts';
import { runCommand, writeFiles } from '../execution/carry-out.ts';
import { command, minutes, plannedStep } from '../execution/define.ts';
import { madeNothing, untilGone } from '../execution/gone.ts';
import { silent, told } from '../execution/told.ts';
import { type WorkloadsWanted, workloadsThere } from '../execution/workload-wait.ts';
import { chartValues } from '../release/service-values.ts';
import type { LookContext, PlannedFile, PlannedStep, StateCheck, StepContext } from '../step.ts';
import { StepFault } from '../step-fault.ts';
import { addonKind } from './addon.ts';
import {
  className,
  disableIfUnused,
  hostpath,
  isDefault as hostpathIsDefault,
  isOn as isHostpathOn,
  notDefault,
} from './hostpath.ts';

const parameters = z.object({
  seed: z.string(),
  channel: z.string(),
  name: z.string(),
  /** Its volumes, and the class that they are asked of. GiB. */
  claims: z.array(z.object({ id: z.string(), claim: z.string(), gib: z.number().int(), storageClass: z.string() })),
});
type Parameters = z.output<typeof parameters>;

function serviceOf({ channel, name }: Pick<Parameters, 'channel' | 'name'>): ClusterService {
  const found = serviceIn(channel, name);
  if (found === undefined) throw new Error(`MicroK8s ${channel} has no service ${name}.`);
  return found;
}

const kinds = { Deployment: 'deployments', StatefulSet: 'statefulsets', DaemonSet: 'daemonsets' } as const;

function wanted(p: Parameters): WorkloadsWanted {
  const { namespace, parts } = serviceOf(p);
  return {
    through: p.seed,
    namespace,
    pick: (all) => all.filter(({ kind, metadata }) => parts.includes(`${kinds[kind]}/${metadata.name}`)),
    atLeast: parts.length,
  };
}

/** That its parts run does not show that the API server found them, nor on what their data lies. */
async function rest(context: LookContext, p: Parameters): Promise<StateCheck> {
  const { label, apis } = serviceOf(p);
  for (const name of apis) {
    const answer = await readObject(await context.look(p.seed), 'apiservices', name, undefined, apiObject);
    if (!answer.answered) return silent(p.seed, answer.said);
    const available = answer.value?.status.conditions.find(({ type }) => type === 'Available');
    if (available?.status !== 'True') return { ok: false, observed: `the API ${name} does not answer yet` };
  }
  const claims = await claimsOf(context, p);
  if (!claims.answered) return silent(p.seed, claims.said);
  for (const { claim, gib, storageClass } of p.claims) {
    const there = claims.value.find(({ metadata }) => metadata.name === claim);
    const size = there?.spec.resources.requests['storage'] ?? '';
    if (there === undefined) return { ok: false, observed: `claim ${claim} is missing` };
    if (there.spec.storageClassName !== storageClass || quantityBytes(size) !== gib * 2 ** 30)
      return { ok: false, observed: `${claim} is ${size} of class ${there.spec.storageClassName}` };
    if (there.status.phase !== 'Bound') return { ok: false, observed: `${claim} waits for its volume` };
  }
  const takes = await takesDefault(context, p);
  if (!takes.answered) return silent(p.seed, takes.said);
  if (takes.value) return { ok: false, observed: `${className} is the default class` };
  const lies = p.claims.map(({ claim, gib }) => `${claim} ${gib} GB`);
  return { ok: true, observed: [`${label} runs`, ...lies].join(', ') };
}

async function claimsOf(context: LookContext, p: Parameters) {
  const host = await context.look(p.seed);
  return readList(host, 'persistentvolumeclaims', { namespace: serviceOf(p).namespace }, claimObject);
}

/** What an interrupted `enable` left makes MicroK8s call the addon enabled: it goes first. What holds data stays. */
async function clear(context: StepContext, p: Parameters, step: PlannedStep): Promise<void> {
  context.remember('on-before', JSON.stringify(await onBefore(context, p)));
  const there = await workloadsThere(context, wanted(p));
  const { parts } = serviceOf(p);
  if (there < parts.length) context.remember('made', p.name);
  if (there > 0 && there < parts.length) await startOver(context, p, step);
  await writeFiles(context, step);
}

/** The default class that came along takes every claim without a class to the disk of one node's system. */
async function takesDefault(context: LookContext, p: Parameters): Promise<Answer<boolean>> {
  if (!serviceOf(p).brings.includes(hostpath) || recalled(context).includes(hostpath))
    return { answered: true, value: false };
  return hostpathIsDefault(await context.look(p.seed));
}

/** Its parts run. Where the rest does not follow, MicroK8s' script is run again from the start. */
async function complete(context: StepContext, p: Parameters, step: PlannedStep): Promise<void> {
  if (await told(context, p.seed, `class ${className}`, () => takesDefault(context, p)))
    await runCommand(context, step, 'not-default');
  try {
    const { label } = serviceOf(p);
    return await context.until({ for: `${label} to be found`, deadline: minutes(3), probe: () => rest(context, p) });
  } catch (error) {
    if (!(error instanceof StepFault) || context.signal.aborted) throw error;
  }
  await startOver(context, p, step);
  await runCommand(context, step, 'enable', { run: { deadline: minutes(10) } });
}

/** Throws where it holds data, or does not tell whether it does: to disable it would remove that. */
async function startOver(context: StepContext, p: Parameters, step: PlannedStep): Promise<void> {
  const { label } = serviceOf(p);
  const claims = await told(context, p.seed, `the claims of ${label}`, () => claimsOf(context, p));
  if (claims.length === 0) return void (await runCommand(context, step, 'disable'));
  const { observed } = await rest(context, p);
  throw new StepFault({
    tried: `set up ${label}`,
    seen: `it does not match site.yaml: ${observed}`,
    causes: ['a size or class of its volumes was changed after they were made', 'its installation was interrupted'],
    next: [
      'Give storage.volumes in site.yaml the sizes of the existing claims',
      `Or remove it with its data on ${p.seed}: sudo microk8s disable ${p.name}`,
    ],
  });
}

/** The addons that its script brings along and that ran before. */
async function onBefore(context: StepContext, p: Parameters): Promise<string[]> {
  const on: string[] = [];
  for (const name of serviceOf(p).brings) if (await isOn(context, p, name)) on.push(name);
  return on;
}

async function isOn(context: StepContext, { seed, channel }: Parameters, name: string): Promise<boolean> {
  const service = serviceIn(channel, name);
  if (service === undefined) return name === hostpath && isHostpathOn(context, seed);
  const found = await told(context, seed, `the parts of ${name}`, (host) =>
    readList(host, 'deployments', { namespace: service.namespace }, namedObject),
  );
  return found.some(({ metadata }) => service.parts.includes(`deployments/${metadata.name}`));
}

const recalled = (context: LookContext): readonly string[] =>
  z.array(z.string()).safeParse(JSON.parse(context.recall('on-before') ?? '[]')).data ?? [];

/** It goes, and so do the addons that came with it and that nothing else uses. */
async function undo(context: StepContext, p: Parameters): Promise<string> {
  if (context.recall('made') === undefined) return madeNothing;
  const before = recalled(context);
  if ((await workloadsThere(context, wanted(p))) > 0)
    await context.run(p.seed, microk8s.disable(p.name), { sudo: true, deadline: minutes(6) });
  const { label, brings } = serviceOf(p);
  const partsLeft = async (): Promise<StateCheck> => {
    const there = await workloadsThere(context, wanted(p));
    return { ok: there > 0, observed: there > 0 ? `${there} parts of ${label} are there` : `${label} is removed` };
  };
  const seen = await untilGone(context, partsLeft, minutes(3));
  for (const name of brings.filter((each) => !before.includes(each))) {
    if (serviceIn(p.channel, name) === undefined) await disableIfUnused(context, p.seed);
    else if (await isOn(context, p, name)) await disable(context, p, name);
  }
  return seen;
}

async function disable(context: StepContext, p: Parameters, name: string): Promise<void> {
  await context.run(p.seed, microk8s.disable(name), { sudo: true, deadline: minutes(6) });
  const isLeft = async (): Promise<StateCheck> => {
    const on = await isOn(context, p, name);
    return { ok: on, observed: `${name} is ${on ? 'still' : 'no longer'} there` };
  };
  await untilGone(context, isLeft, minutes(3));
}

/** A service of the cluster by choice: an addon of MicroK8s whose end state is looked at. */
export const clusterService = addonKind({
  kind: 'cluster-service',
  parameters,
  title: (p) => serviceOf(p).label,
  wanted,
  rest,
  clear,
  complete,
  madeUnder: () => 'made',
  undo,
  advice: (p) => ({
    causes: [
      'a node does not answer: MicroK8s changes services on all nodes',
      ...(serviceOf(p).charts.length > 0 ? [`${p.seed} cannot reach ${serviceOf(p).servers.join(', ')}`] : []),
    ],
    next: [`sudo microk8s enable ${p.name} on ${p.seed} shows its output`],
  }),
});

/** Where `enable` reads the values of its charts that ask for claims. */
const valuesFile = (name: string, chart: string): string => `${nodeState}/charts/${name}.${chart}.values.yaml`;

export function planClusterService(p: Parameters): PlannedStep {
  const service = serviceOf(p);
  const values = chartValues(p.claims);
  const words = values.map(({ chart }) => `--${chart}-values=${valuesFile(p.name, chart)}`);
  const files: PlannedFile[] = values.map(({ chart, text }) => ({
    node: p.seed,
    path: valuesFile(p.name, chart),
    content: text,
    mode: 0o644,
  }));
  return plannedStep(clusterService, {
    name: p.name,
    group: 'Services of the cluster',
    title: `${service.label}, an addon of MicroK8s`,
    why: service.help,
    deadline: minutes(35),
    parameters: p,
    commands: [
      command('enable', p.seed, microk8s.enable(p.name, ...words)),
      command('disable', p.seed, microk8s.disable(p.name), {
        when: 'an interrupted installation left parts of it, which make MicroK8s call it enabled',
      }),
      ...(service.brings.includes(hostpath)
        ? [
            command('not-default', p.seed, notDefault, {
              when: 'the storage addon that comes with it made its class the default one',
            }),
          ]
        : []),
    ],
    files,
  });
}
