import * as z from 'zod';
import type { Answer } from '../../host/answer.ts';
import type { Script } from '../../host/host.ts';
import { HostFault } from '../../host/host-fault.ts';
import { nodeState } from '../../host/node-state.ts';
import { holderOf } from '../../kubernetes/address-holder.ts';
import type { Where } from '../../kubernetes/kubectl.ts';
import { clusterNode } from '../../kubernetes/nodes.ts';
import {
  eventObject,
  layer2StatusObject,
  nodeObject,
  serviceObject,
  workloadObject,
} from '../../kubernetes/objects.ts';
import { readList, unlessAway } from '../../kubernetes/read.ts';
import { ofRelease, workloadKinds, workloadState } from '../../kubernetes/workloads.ts';
import { measuredDuration } from '../../text/duration.ts';
import { look, runCommand } from '../execution/carry-out.ts';
import { command, minutes, seconds as ms, plannedStep } from '../execution/define.ts';
import type { LookContext, PlannedStep, StateCheck, StepContext, StepKind } from '../step.ts';
import { StepFault } from '../step-fault.ts';

const parameters = z.object({
  node: z.string(),
  /** Another manager, which is asked meanwhile. */
  through: z.string(),
  /** s for which the node is cut off. */
  seconds: z.number().int(),
  release: z.string(),
  namespace: z.string(),
  /** The virtual address, whose move is measured. */
  address: z.string().exactOptional(),
});
type Parameters = z.output<typeof parameters>;

const unit = 'kloudspot-drill';
const restoreScript = `${nodeState}/drill-restore.sh`;

/**
 * Takes every interface of the machine down that carries a default route or an address of the cluster, after it has armed a timer
 * of systemd on the machine itself that brings them up again whatever happens here. Argument: seconds.
 */
const cut: Script = {
  name: 'drill-cut',
  text: `set -eu
faces=$(ip -o -4 addr show scope global | awk '{print $2}' | grep -Ev '^(lo|cali|vxlan|docker|br-|virbr|flannel|cni|nodelocaldns)' | sort -u)
[ -n "$faces" ]
install -d -m 0755 ${nodeState}
{ echo '#!/bin/sh'; for face in $faces; do echo "ip link set dev $face up"; done; echo 'netplan apply'; } >${restoreScript}
systemd-run --quiet --collect --unit=${unit} --on-active="$1" --timer-property=AccuracySec=100ms /bin/sh ${restoreScript}
systemctl is-active --quiet ${unit}.timer
systemd-run --quiet --collect --unit=${unit}-cut --on-active=2 --timer-property=AccuracySec=100ms /bin/sh -c "for face in $(echo $faces); do ip link set dev \\$face down; done"
`,
};

/** What was seen is the end state: a drill without its measures was none. */
async function state(context: LookContext): Promise<StateCheck> {
  const report = context.recall('report');
  return { ok: report !== undefined, observed: report ?? 'not done yet' };
}

/** One look at the cluster; what it did not answer in time is not known. */
interface Moment {
  /** ms since the cut began. */
  readonly at: number;
  readonly answered: boolean;
  readonly lost: boolean;
  readonly holder: string | undefined;
  readonly incomplete: readonly string[] | undefined;
}

async function act(context: StepContext, p: Parameters, step: PlannedStep): Promise<void> {
  const before = await moment(context, p, context.clock.elapsed());
  const begun = context.clock.elapsed();
  await runCommand(context, step, 'cut', { run: { deadline: ms(30) } });
  const seen: Moment[] = [];
  const until = begun + ms(p.seconds);
  while (context.clock.elapsed() < until) {
    seen.push(await moment(context, p, begun));
    const last = seen.at(-1);
    if (last) context.progress(sayMoment(p, last), Math.min(1, (context.clock.elapsed() - begun) / ms(p.seconds)));
    await context.clock.sleep(2_000, context.signal);
  }
  await returned(context, p);
  const back = context.clock.elapsed() - begun;
  context.remember('report', report(p, before, seen, back).join('; '));
}

async function moment(context: LookContext, p: Parameters, begun: number): Promise<Moment> {
  const within = { deadline: 10_000, signal: context.signal };
  const list = <Schema extends z.ZodType>(kinds: string | readonly string[], where: Where, schema: Schema) =>
    unlessAway(context.look(p.through).then((host) => readList(host, kinds, where, schema, within)));
  const [nodes, workloads, services, layer2, events] = await Promise.all([
    list('nodes', {}, nodeObject),
    list(workloadKinds, { namespace: p.namespace }, workloadObject),
    list('services', { all: true }, serviceObject),
    list('servicel2statuses.metallb.io', { all: true }, layer2StatusObject),
    list('events', { all: true, fields: 'reason=nodeAssigned' }, eventObject),
  ]);
  const states = valuesIn(nodes).map(clusterNode);
  const node = states.find(({ name }) => name === p.node);
  const away = new Set(states.filter(({ ready }) => !ready).map(({ name }) => name));
  const records = { services: valuesIn(services), layer2: valuesIn(layer2), events: valuesIn(events), lost: away };
  const parts = workloads.answered
    ? ofRelease(workloads.value, p.release).map((each) => workloadState(each))
    : undefined;
  return {
    at: context.clock.elapsed() - begun,
    answered: nodes.answered,
    lost: node !== undefined && !node.ready,
    holder: holderOf(p.address, records)?.node,
    incomplete: parts?.filter(({ complete }) => !complete).map(({ name }) => name),
  };
}

const valuesIn = <Value>(answer: Answer<Value[]>): Value[] => (answer.answered ? answer.value : []);

function sayMoment({ node }: Parameters, { lost, answered, holder, incomplete }: Moment): string {
  return [
    answered ? (lost ? `${node} is lost` : `${node} still counts as ready`) : 'the API does not answer',
    ...(holder === undefined ? [] : [`${holder} holds the virtual address`]),
    ...(incomplete === undefined ? [] : [sayParts(incomplete)]),
  ].join('; ');
}

const sayParts = (incomplete: readonly string[]): string =>
  incomplete.length === 0 ? 'every part is ready' : `not ready: ${incomplete.join(', ')}`;

/** The timer of the node itself brings it back; this only waits for it. */
function returned(context: StepContext, p: Parameters): Promise<void> {
  return context.until({
    for: `${p.node} to be back`,
    deadline: minutes(5),
    every: 3_000,
    probe: async () => {
      try {
        await context.reconnect(p.node);
        await look(context, p.node, ['true'], 10_000);
        return { ok: true, observed: 'it answers' };
      } catch (error) {
        if (error instanceof HostFault) return { ok: false, observed: error.message };
        throw error;
      }
    },
    causes: ['its interfaces came up without their addresses'],
    next: [`At the console of ${p.node}: sudo sh ${restoreScript}`],
  });
}

/** What the cluster lost, and for how long. */
function report(p: Parameters, before: Moment, seen: readonly Moment[], back: number): string[] {
  const first = (pick: (moment: Moment) => boolean) => seen.find(pick)?.at;
  const lost = first((each) => each.lost);
  const silent = seen.filter(({ answered }) => !answered);
  const moved = first((each) => each.holder !== undefined && each.holder !== p.node);
  return [
    `cut off for ${measuredDuration(ms(p.seconds))}, back after ${measuredDuration(back)}`,
    lost === undefined ? 'never counted as lost' : `counted as lost after ${measuredDuration(lost)}`,
    silent.length === 0
      ? 'the API always answered'
      : `the API did not answer ${silent.length} of ${seen.length} queries`,
    ...addressWords(p, before, moved),
    ...partWords(seen),
  ];
}

function addressWords(p: Parameters, before: Moment, moved: number | undefined): string[] {
  if (p.address === undefined) return [];
  if (before.holder !== p.node) return [`the virtual address stayed on ${before.holder ?? 'an unknown node'}`];
  return [
    moved === undefined
      ? 'the virtual address did not move'
      : `the virtual address moved after ${measuredDuration(moved)}`,
  ];
}

/** Each part that was not ready at some look: from when, and until when. */
function partWords(looks: readonly Moment[]): string[] {
  const seen = looks.flatMap(({ at, incomplete }) => (incomplete === undefined ? [] : [{ at, incomplete }]));
  if (seen.length === 0) return ['the API never told which parts were ready'];
  const names = [...new Set(seen.flatMap(({ incomplete }) => incomplete))];
  if (names.length === 0) return ['every part stayed ready'];
  return names.map((name) => {
    const from = seen.find(({ incomplete }) => incomplete.includes(name))?.at ?? 0;
    const end = seen.findLast(({ incomplete }) => incomplete.includes(name))?.at ?? 0;
    const still = seen.at(-1)?.incomplete.includes(name) ?? false;
    return `${name} not ready from ${measuredDuration(from)} ${still ? 'to the end of the cut' : `to ${measuredDuration(end)}`}`;
  });
}

export const drill: StepKind<typeof parameters> = {
  kind: 'drill',
  parameters,
  state,
  async act(context, p, step) {
    if (p.through === p.node)
      throw new StepFault({ tried: 'cut the node off', seen: 'no other manager could be queried meanwhile', next: [] });
    await act(context, p, step);
  },
};

export function planDrill(p: Parameters): PlannedStep {
  return plannedStep(drill, {
    node: p.node,
    group: 'Drill',
    title: `Cut ${p.node} off for ${measuredDuration(ms(p.seconds))}`,
    why: 'Shows whether the cluster survives the loss of a node before it happens. The node has its own timer and comes back whatever happens here.',
    risk: 'dangerous',
    deadline: ms(p.seconds) + minutes(8),
    parameters: p,
    commands: [command('cut', p.node, { ...cut, arguments: [String(p.seconds)] })],
    changes: ['addresses'],
  });
}
