import { basename, resolve } from 'node:path';
import { lookAtNodes } from '../../app/connect.ts';
import { followAddresses } from '../../app/follow-addresses.ts';
import { checkedPlan, refuseDrift } from '../../app/plan.ts';
import { registrySecret } from '../../app/registry-secret.ts';
import { underSudo } from '../../app/settings.ts';
import { openWorld, type World } from '../../app/world.ts';
import { outcomeExitCode } from '../../engine/outcome.ts';
import { readOrigin } from '../../engine/process/origin.ts';
import { faultReport } from '../../engine/worker/fault-report.ts';
import { stopSwitch } from '../../engine/worker/stop-switch.ts';
import { carryOutRun, type WorkerParts } from '../../engine/worker/worker.ts';
import { Fault } from '../../errors/fault.ts';
import { runEnvironment } from '../../host/program.ts';
import { readPasswords } from '../../host/secrets.ts';
import { outsideOf, outsideText } from '../../kubernetes/outside-words.ts';
import { type GatheredTimes, gatherTimes } from '../../operator/gathered-times.ts';
import { openMemory } from '../../operator/memory.ts';
import type { Plan } from '../../plan/document/document.ts';
import { stepKinds } from '../../plan/kinds.ts';
import { loadProduct } from '../../product/load.ts';
import { calledWith } from '../../text/command.ts';
import { defined } from '../../text/defined.ts';
import { takeOver } from '../line/flags.ts';
import { defineVerb } from '../line/verb.ts';

export default defineVerb({
  name: 'run-worker',
  about:
    'The process that carries out a run. Other verbs start it: it reads passwords from its standard input, and writes to the journal of the run.',
  flags: {
    attended: { type: 'boolean', about: 'When a step fails, wait for an order instead of ending.' },
    'take-over': takeOver,
    undo: { type: 'boolean', about: 'Undo what the run did.' },
    step: { type: 'string', value: 'ID', about: 'With --undo: only this step.' },
  },
  operand: { name: 'FOLDER', about: 'The folder of the run.' },
  run: async ({ args, operand }) => {
    if (operand === undefined) throw new Fault({ what: 'run-worker needs the folder of a run.' });
    const directory = resolve(operand);
    // Meant for this process alone.
    for (const name of Object.keys(runEnvironment)) delete process.env[name];
    const stop = stopSwitch();
    listenForSignals(stop.tell);
    const options = {
      attended: args.attended ?? false,
      takeOver: args['take-over'] ?? false,
      stop,
      ...(args.undo ? { undo: defined({ step: args.step }) } : {}),
    };
    try {
      calledWith((await readOrigin(directory)).flags, underSudo(process.env));
      const { outcome } = await carryOutRun({ id: basename(directory), directory }, options, workerParts());
      // A step that did not listen to its end must not act on without the lock.
      return process.exit(outcomeExitCode(outcome));
    } catch (error) {
      process.stdout.write(`${faultReport(error)}\n`);
      return process.exit(error instanceof Fault ? error.exitCode : 1);
    }
  },
});

/** The first signal lets running steps end, the second ends them. The hang-up of a terminal is ignored. */
function listenForSignals(tell: (why: string, now: boolean) => void): void {
  let told = 0;
  for (const name of ['SIGTERM', 'SIGINT'] as const)
    process.on(name, () => tell(`the process got ${name}`, told++ > 0));
  process.on('SIGHUP', () => undefined);
}

function workerParts(): WorkerParts {
  let opened: World | undefined;
  let times: GatheredTimes | undefined;
  process.on('exit', () => times?.keep());
  return {
    kinds: stepKinds,
    parsePlan: checkedPlan,
    onEnd: followAddresses,
    openWorld: async (files, { rehearsal }) => {
      const passwords = await readPasswords({ fd: 0 });
      opened = await openWorld({ files, passwords, rehearsal });
      const { hosts, clock } = opened;
      return {
        hosts,
        clock,
        trustHostKeys: opened.trustHostKeys,
        secrets: passwords.all(),
        registrySecret: async (site) => {
          const secret = await registrySecret(site, passwords);
          // The model of simulated machines is kept on disk: no real secret goes there.
          return rehearsal === undefined ? secret : 'rehearsed';
        },
        close: async () => opened?.close(),
      };
    },
    loadProduct: ({ product }) => loadProduct(product),
    reword: (text, { targets: [target] }) =>
      target?.kubeconfig === undefined ? text : outsideText(text, outsideOf(target.kubeconfig), target.node),
    refuseDrift: async (plan: Plan, _, begun) => {
      if (opened === undefined) return;
      const { facts } = await lookAtNodes(plan.targets, opened);
      refuseDrift(plan, facts, begun);
    },
    onStepTime: (files, kind, ms, changed) => {
      times ??= gatherTimes(openMemory(files));
      times.note({ kind, ms, changed });
    },
  };
}
