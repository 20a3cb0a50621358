import * as z from 'zod';
import { type ChartLogin, helm, loginFolder } from '../../kubernetes/helm.ts';
import { runCommand } from '../execution/carry-out.ts';
import { command, minutes, plannedStep } from '../execution/define.ts';
import { silent } from '../execution/told.ts';
import type { PlannedChart } from '../release/charts.ts';
import { registryFill, secretPlace } from '../release/registry.ts';
import {
  heal,
  healCommands,
  madeOf,
  releaseOn,
  releaseSeen,
  rollBackCommands,
  rolledBack,
} from '../release/release.ts';
import {
  type LookContext,
  type PlannedCommand,
  type PlannedStep,
  rolledBackMark,
  type StateCheck,
  type StepContext,
  type StepKind,
} from '../step.ts';
import { StepFault } from '../step-fault.ts';
import { valuesPath } from './written-files.ts';

const parameters = z.object({
  seed: z.string(),
  release: z.string(),
  namespace: z.string(),
  /** Changes with the values and with the chart that is asked for. */
  digest: z.string(),
  /** Take the newest chart that is allowed, even where the same was asked for before. */
  newest: z.boolean(),
  /** When Helm refuses the change half way, the revision before is put in force again. */
  rollBack: z.boolean(),
});
type Parameters = z.output<typeof parameters>;

async function inForce(context: LookContext, p: Parameters): Promise<StateCheck> {
  const seen = await releaseSeen(context, p.seed, p);
  if (!seen.answered) return silent(p.seed, seen.said);
  const release = seen.value;
  if (!release) return { ok: false, observed: `no release ${p.release}` };
  const revision = `revision ${release.revision}`;
  if (release.status !== 'deployed') return { ok: false, observed: `${revision} is ${release.status}` };
  const same = release.description === madeOf(p.digest);
  return {
    ok: same,
    observed: same ? `${revision} is deployed` : `${revision} was installed with other values or another chart`,
  };
}

/** The newest chart has to be fetched once in a run, also where an older one is in force. */
async function state(context: LookContext, p: Parameters): Promise<StateCheck> {
  const check = await inForce(context, p);
  const fetch = p.newest && context.recall('fetched') !== 'yes';
  return fetch && check.ok ? { ok: false, observed: `${check.observed}; the newest chart is requested` } : check;
}

export const helmInstall: StepKind<typeof parameters> = {
  kind: 'helm-install',
  parameters,
  state,
  async act(context, p, step) {
    await heal(context, step, p.seed, p);
    try {
      await upgrade(context, p, step);
    } catch (error) {
      if (!(error instanceof StepFault) || !p.rollBack || context.signal.aborted) throw error;
      // Refused before it began, for its values or its chart: the revision before was never out of force.
      if ((await releaseOn(context, p.seed, p))?.status === 'deployed') {
        context.remember(rolledBackMark, 'never replaced');
        throw error;
      }
      throw await rolledBack(context, step, p.seed, p, error);
    }
    context.remember('fetched', 'yes');
  },
};

/** With a login Helm has it only meanwhile, whatever comes of it. */
async function upgrade(context: StepContext, p: Parameters, step: PlannedStep): Promise<void> {
  const run = { deadline: minutes(14), ...advice(p) };
  if (!step.commands.some(({ name }) => name === 'login'))
    return void (await runCommand(context, step, 'upgrade', { run }));
  const fill = await registryFill(context);
  try {
    await runCommand(context, step, 'login-folder');
    await runCommand(context, step, 'login', { fill, run: loginAdvice });
    await runCommand(context, step, 'upgrade', { run });
  } finally {
    await runCommand(context, step, 'forget-login');
  }
}

const loginAdvice = {
  causes: ['the user or the secret is wrong', 'the node cannot reach the registry', 'its certificate is not trusted'],
  next: ['Correct registry in site.yaml, or the secret in its file'],
};

/** Around `upgrade`, where the chart's place asks for a login. */
function loginCommands(seed: string, login: ChartLogin, upgrading: PlannedCommand): PlannedCommand[] {
  return [
    command('login-folder', seed, ['install', '-d', '-m', '0700', loginFolder]),
    command('login', seed, helm.login(login), {
      stdin: secretPlace,
      note: 'the secret goes through standard input; Helm keeps it in that folder until the chart is fetched',
    }),
    upgrading,
    command('forget-login', seed, ['rm', '-rf', loginFolder]),
  ];
}

const advice = (p: Parameters) => ({
  causes: [
    'the chart refuses the values',
    'the size or class of a volume that exists was changed, which Kubernetes forbids',
    'the node cannot reach the chart',
    'a hook of the chart does not end',
  ],
  next: [`sudo microk8s helm3 status ${p.release} -n ${p.namespace} on ${p.seed}`],
});

export function planHelmInstall(
  p: Parameters,
  chart: PlannedChart,
  purpose: 'install' | 'update',
  login?: ChartLogin,
): PlannedStep {
  const upgrading = command(
    'upgrade',
    p.seed,
    helm.upgrade(p, chart.place, { values: valuesPath, description: madeOf(p.digest), minutes: 10, login }),
  );
  return plannedStep(helmInstall, {
    group: purpose === 'install' ? 'Install the product' : 'Update the product',
    title: purpose === 'install' ? `Install release ${p.release}` : `Update release ${p.release}`,
    why: 'Helm keeps every revision for a rollback.',
    deadline: minutes(25),
    parameters: p,
    commands: [
      ...healCommands(p.seed, p),
      ...(p.rollBack ? rollBackCommands(p.seed, p) : []),
      ...(login === undefined ? [upgrading] : loginCommands(p.seed, login, upgrading)),
    ],
  });
}
