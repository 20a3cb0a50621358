import * as z from 'zod';
import type { Answer } from '../../host/answer.ts';
import { kubectl } from '../../kubernetes/kubectl.ts';
import { type ClaimSizeObject, claimSizeObject, claimTemplatesObject, eventObject } from '../../kubernetes/objects.ts';
import { readList, readObject } from '../../kubernetes/read.ts';
import { latestWarnings } from '../../kubernetes/workloads.ts';
import { gibibyte } from '../../storage/bytes.ts';
import { defined } from '../../text/defined.ts';
import { counted } from '../../text/plural.ts';
import { quantityBytes } from '../../text/quantity.ts';
import { runCommand } from '../execution/carry-out.ts';
import { command, minutes, plannedStep } from '../execution/define.ts';
import { silent, told } from '../execution/told.ts';
import type { LookContext, PlannedStep, StateCheck, StepContext, StepKind } from '../step.ts';
import { StepFault } from '../step-fault.ts';

const parameters = z.object({
  seed: z.string(),
  namespace: z.string(),
  volume: z.string(),
  label: z.string(),
  gib: z.number().int().positive(),
  claims: z.array(z.string()).min(1),
  /** The set that made the claims; undefined where they are alone. */
  statefulSet: z.string().optional(),
});
type Parameters = z.output<typeof parameters>;

/** The file system grows when a pod mounts the volume: nothing more happens before. */
const waitsForPod = 'FileSystemResizePending';
const commandOf = (claim: string) => `grow ${claim}`;

async function claimsOf(
  context: LookContext,
  { seed, namespace, claims }: Parameters,
): Promise<Answer<ClaimSizeObject[]>> {
  const answer = await readList(await context.look(seed), 'persistentvolumeclaims', { namespace }, claimSizeObject);
  if (!answer.answered) return answer;
  return { answered: true, value: answer.value.filter(({ metadata }) => claims.includes(metadata.name)) };
}

function isGrown({ spec, status }: ClaimSizeObject, gib: number): boolean {
  const enough = (sizes: Readonly<Record<string, string>>) =>
    (quantityBytes(sizes['storage'] ?? '') ?? 0) >= gib * gibibyte;
  const waits = status.conditions.some(({ type, status: is }) => type === waitsForPod && is === 'True');
  return enough(spec.resources.requests) && (waits || enough(status.capacity));
}

async function grown(context: LookContext, p: Parameters): Promise<StateCheck> {
  const answer = await claimsOf(context, p);
  if (!answer.answered) return silent(p.seed, answer.said);
  const open = answer.value.filter((claim) => !isGrown(claim, p.gib));
  if (open.length === 0) return { ok: true, observed: `${counted(answer.value.length, 'claim')} of ${p.gib} GB` };
  const said = open.map(({ metadata, status }) => `${metadata.name} has ${status.capacity['storage'] ?? 'no volume'}`);
  return { ok: false, observed: said.join(', ') };
}

/** Size that the set's template asks for; undefined where there is no such set, or no such template. */
async function templateSize(context: LookContext, p: Parameters): Promise<Answer<string | undefined>> {
  if (p.statefulSet === undefined) return { answered: true, value: undefined };
  const host = await context.look(p.seed);
  const answer = await readObject(host, 'statefulsets', p.statefulSet, p.namespace, claimTemplatesObject);
  if (!answer.answered) return answer;
  const templates = answer.value?.spec.volumeClaimTemplates ?? [];
  const own = templates.find(({ metadata }) =>
    p.claims.some((claim) => claim.startsWith(`${metadata.name}-${p.statefulSet}-`)),
  );
  return { answered: true, value: own?.spec.resources.requests['storage'] };
}

/** The claims have the size, and no stateful set asks for another one. */
async function state(context: LookContext, p: Parameters): Promise<StateCheck> {
  const claims = await grown(context, p);
  if (!claims.ok) return claims;
  const size = await templateSize(context, p);
  if (!size.answered) return silent(p.seed, size.said);
  if (!isFormer(size.value, p)) return claims;
  return { ok: false, observed: `${claims.observed}, but ${p.statefulSet} requests ${size.value}` };
}

const isFormer = (size: string | undefined, { gib }: Parameters): boolean =>
  size !== undefined && quantityBytes(size) !== gib * gibibyte;

async function act(context: StepContext, p: Parameters, step: PlannedStep): Promise<void> {
  const there = await told(context, p.seed, `the claims of ${p.label}`, () => claimsOf(context, p));
  for (const claim of there) {
    if (!isGrown(claim, p.gib)) await runCommand(context, step, commandOf(claim.metadata.name));
  }
  await untilGrown(context, p);
  const size = await told(context, p.seed, 'the stateful set', () => templateSize(context, p));
  if (isFormer(size, p)) await runCommand(context, step, 'release-pods');
}

async function untilGrown(context: StepContext, p: Parameters): Promise<void> {
  try {
    await context.until({
      for: `${counted(p.claims.length, 'claim')} to have ${p.gib} GB`,
      deadline: minutes(6),
      every: 3_000,
      probe: () => grown(context, p),
    });
  } catch (error) {
    if (!(error instanceof StepFault) || context.signal.aborted) throw error;
    const host = await context.look(p.seed);
    const events = await readList(host, 'events', { namespace: p.namespace }, eventObject);
    const own = events.answered ? events.value.filter(({ involvedObject: { name } }) => p.claims.includes(name)) : [];
    throw new StepFault({
      tried: error.tried,
      seen: error.seen,
      causes: [...latestWarnings(own, 3), 'the volume group or the pool of a node has no space left'],
      next: [`sudo microk8s kubectl describe pvc -n ${p.namespace} on ${p.seed}`],
      cause: error,
    });
  }
}

/** Grows the claims of one volume of the product, and lets go of the stateful set whose template cannot be changed. */
export const growClaims: StepKind<typeof parameters> = { kind: 'grow-claims', parameters, state, act };

export function planGrowClaims(p: Parameters): PlannedStep {
  const { seed, namespace, claims, gib, statefulSet } = p;
  const change = { spec: { resources: { requests: { storage: `${gib}Gi` } } } };
  return plannedStep(growClaims, {
    name: p.volume,
    group: 'Grow volumes',
    title: `Grow ${p.label} to ${gib} GB (${counted(claims.length, 'claim')})`,
    why: statefulSet === undefined ? whyClaims : `${whyClaims} ${whySet}`,
    deadline: minutes(8),
    parameters: { ...p, ...defined({ statefulSet }) },
    commands: [
      ...claims.map((claim) =>
        command(commandOf(claim), seed, kubectl.patch('persistentvolumeclaims', claim, namespace, change)),
      ),
      ...(statefulSet === undefined
        ? []
        : [
            command('release-pods', seed, kubectl.deleteOrphaning('statefulsets', statefulSet, namespace), {
              when: 'the stateful set asks for the former size',
              note: 'its pods run on; the release makes it again with the new size, and it adopts them',
            }),
          ]),
    ],
  });
}

const whyClaims = 'The engine grows each volume and its file system while it is in use.';
const whySet = 'Kubernetes does not change the volume template of a stateful set, so the set is made again.';
