import * as z from 'zod';
import { authorization, parseAuthorization } from '../../microk8s/authorization.ts';
import { kloudspot } from '../../text/command.ts';
import { look, readText, runCommand, writeFiles } from '../execution/carry-out.ts';
import { command, minutes, notYet, plannedStep } from '../execution/define.ts';
import { madeNothing } from '../execution/gone.ts';
import type { LookContext, PlannedFile, PlannedStep, StateCheck, StepContext, StepKind } from '../step.ts';
import { StepFault } from '../step-fault.ts';
import { apiArgumentsFile, setApiArguments, startedSince } from './api-arguments.ts';
import { argumentIn } from './node-arguments.ts';

const parameters = z.object({
  node: z.string(),
  arguments: z.array(z.object({ name: z.string(), value: z.string() })),
  /** Names of arguments that an earlier site asked for. */
  gone: z.array(z.string()).default([]),
  /** Path of the certificate that one of these named. */
  remove: z.string().exactOptional(),
});
type Parameters = z.output<typeof parameters>;

/** A certificate is public. */
export const publicFile = { mode: 0o644, owner: 'root:root' } as const;

const restart = ['snap', 'restart', 'microk8s.daemon-kubelite'];

/** What the file says, and what the server that runs does: MicroK8s' own `rbac` may change the first alone. */
async function state(context: LookContext, p: Parameters, step: PlannedStep): Promise<StateCheck> {
  for (const { path, content } of step.files)
    if ((await readText(context, p.node, path)) !== content) return notYet(`${path} is missing or different`);
  if (p.remove !== undefined && (await readText(context, p.node, p.remove)) !== undefined)
    return notYet(`${p.remove} still exists`);
  const text = await readText(context, p.node, apiArgumentsFile);
  const other = p.arguments.find(({ name, value }) => argumentIn(text, name) !== value);
  if (other !== undefined)
    return notYet(`its API server has ${other.name}=${argumentIn(text, other.name) ?? '(nothing)'}`);
  const left = p.gone.find((name) => argumentIn(text, name) !== undefined);
  if (left !== undefined) return notYet(`its API server still has ${left}`);
  const { stdout } = await look(context, p.node, startedSince);
  if (stdout.trim() !== 'since yes')
    return notYet('its API server has not been restarted since its arguments were written');
  return serves(context, p);
}

const asksForRights = (p: Pick<Parameters, 'arguments'>): boolean =>
  p.arguments.some(({ value }) => /\bRBAC\b/.test(value));

/** Whether it answers, and lets a user do what no right was given for only where that is wanted. */
async function serves(context: LookContext, p: Parameters): Promise<StateCheck> {
  const seen = parseAuthorization((await look(context, p.node, authorization)).stdout);
  if (seen?.open === undefined) return { ...notYet('its API server does not answer yet'), silent: true };
  const observed = seen.open ? 'its API server authorizes every request' : 'its API server enforces RBAC';
  return { ok: seen.open !== asksForRights(p), observed };
}

async function act(context: StepContext, p: Parameters, step: PlannedStep): Promise<void> {
  const earlier = await readText(context, p.node, apiArgumentsFile);
  if (earlier !== undefined) context.remember('earlier', earlier);
  for (const { path } of step.files) {
    const text = await readText(context, p.node, path);
    if (text !== undefined) context.remember(path, text);
  }
  await writeFiles(context, step);
  await runCommand(context, step, 'set');
  await removeCertificate(context, p, step);
  try {
    await context.until({
      for: `the API server of ${p.node} to run with its arguments`,
      deadline: minutes(3),
      probe: () => state(context, p, step),
    });
  } catch (error) {
    if (!(error instanceof StepFault) || context.signal.aborted) throw error;
    throw await restored(context, p, error.seen);
  }
}

async function removeCertificate(context: StepContext, { node, remove }: Parameters, step: PlannedStep): Promise<void> {
  const text = remove === undefined ? undefined : await readText(context, node, remove);
  if (text === undefined) return;
  context.remember('certificate', text);
  await runCommand(context, step, 'remove');
}

/** An argument that the server does not take keeps it from starting: with those of before the manager serves again. */
async function restored(context: StepContext, p: Parameters, seen: string): Promise<StepFault> {
  const back = await putBack(context, p).then(
    () => 'it runs with its previous arguments again',
    (error: unknown) =>
      error instanceof StepFault ? `with its previous arguments: ${error.seen}` : Promise.reject(error),
  );
  return new StepFault({
    tried: `start the API server of ${p.node} with ${p.arguments.map(({ name }) => name).join(', ')}`,
    seen: `${seen}; ${back}`,
    causes: [
      'it rejects one of these arguments',
      'cluster.oidc in site.yaml names an issuer or a certificate that it refuses',
    ],
    next: [`sudo journalctl -u snap.microk8s.daemon-kubelite -n 50 on ${p.node}`, kloudspot('resume')],
  });
}

async function putBack(context: StepContext, { node, remove }: Parameters): Promise<void> {
  const [earlier, certificate] = [context.recall('earlier'), context.recall('certificate')];
  if (earlier === undefined) return;
  if (remove !== undefined && certificate !== undefined)
    await context.write(node, { path: remove, content: certificate, ...publicFile });
  await context.write(node, { path: apiArgumentsFile, content: earlier });
  await context.run(node, restart, { sudo: true });
  await context.until({
    for: `the API server of ${node} to answer again`,
    deadline: minutes(3),
    async probe() {
      const seen = parseAuthorization((await look(context, node, authorization)).stdout);
      const since = (await look(context, node, startedSince)).stdout.trim() === 'since yes';
      const ok = since && seen?.open !== undefined;
      return { ok, observed: ok ? 'it answers' : 'it does not answer yet' };
    },
  });
}

async function undo(context: StepContext, p: Parameters, step: PlannedStep): Promise<string> {
  const earlier = (path: string) => context.recall(path);
  for (const { path } of step.files) {
    const content = earlier(path);
    if (content !== undefined) await context.write(p.node, { path, content, ...publicFile });
  }
  await putBack(context, p);
  for (const { path } of step.files.filter((file) => earlier(file.path) === undefined))
    await context.run(p.node, ['rm', '-f', path], { sudo: true });
  return context.recall('earlier') === undefined ? madeNothing : 'its API server runs with its previous arguments';
}

export const apiServer: StepKind<typeof parameters> = { kind: 'api-server', parameters, state, act, undo };

function wordsOf(p: Parameters): Pick<PlannedStep, 'title' | 'why' | 'risk'> {
  if (asksForRights(p))
    return {
      title: `Enable RBAC on the API server of ${p.node}`,
      why: 'By default MicroK8s authorizes every request. Each manager has its own API server, which restarts: one after the other.',
      risk: 'low',
    };
  return {
    title: `Disable RBAC on the API server of ${p.node}`,
    why: 'cluster.rbac was removed from site.yaml: anyone with access may do everything, which is the default of MicroK8s.',
    risk: 'dangerous',
  };
}

/** The step for one manager. */
export function planApiServer(p: Parameters, files: readonly PlannedFile[]): PlannedStep {
  return plannedStep(apiServer, {
    node: p.node,
    group: 'API servers',
    ...wordsOf(p),
    deadline: minutes(8),
    parameters: p,
    commands: [
      command('set', p.node, setApiArguments, {
        stdin: [...p.arguments.map(({ name, value }) => `${name}=${value}`), ...p.gone]
          .map((line) => `${line}\n`)
          .join(''),
      }),
      ...(p.remove === undefined
        ? []
        : [command('remove', p.node, ['rm', '-f', p.remove], { when: 'an earlier site.yaml named it' })]),
    ],
    files,
  });
}
