import * as z from 'zod';
import { HostFault } from '../../host/host-fault.ts';
import { packetFilterRules } from '../../host/node-state.ts';
import { kloudspot } from '../../text/command.ts';
import { look, readText, runCommand, sayAway, writeFiles } from '../execution/carry-out.ts';
import { command, minutes, notYet, plannedStep, seconds } from '../execution/define.ts';
import { madeNothing } from '../execution/gone.ts';
import { armTimer, isActive, stopTimer } from '../execution/restore-timer.ts';
import { silent, untilTold } from '../execution/told.ts';
import type { LookContext, PlannedCommand, PlannedStep, StateCheck, StepContext, StepKind } from '../step.ts';
import { StepFault } from '../step-fault.ts';
import { candidateFile, firewallFiles, firewallUnit, restoreScript, restoreTimer } from './firewall-files.ts';
import { endFirewall, inKernel, loadEarlier, verifyRestored } from './firewall-state.ts';

const parameters = z.object({ node: z.string(), local: z.boolean() });
type Parameters = z.output<typeof parameters>;

/** The node drops the new rules by itself after this time, unless a new connection has reached it. */
const restoreAfterSeconds = 60;
const armed = 'rules of an earlier run are not confirmed yet';
const rulesOf = (step: PlannedStep) => step.files.find(({ path }) => path === candidateFile)?.content;

const onTrial = (context: LookContext, node: string) => isActive(context, node, `${restoreTimer}.timer`);

async function state(context: LookContext, { node }: Parameters, step: PlannedStep): Promise<StateCheck> {
  const text = await readText(context, node, packetFilterRules);
  if (text !== rulesOf(step))
    return notYet(text === undefined ? 'no packet filter of kloudspot' : `${packetFilterRules} is another`);
  const live = await inKernel(context, node);
  if (!live.answered) return silent(node, live.said);
  if (live.value !== 'same')
    return notYet(
      live.value === 'absent' ? 'its rules are not loaded' : `the loaded rules do not match ${packetFilterRules}`,
    );
  const { code } = await look(context, node, ['systemctl', 'is-enabled', firewallUnit]);
  if (code !== 0) return notYet('it is not loaded at boot');
  const trial = await onTrial(context, node);
  if (!trial.answered) return silent(node, trial.said);
  return trial.value ? notYet(armed) : { ok: true, observed: 'the rules are loaded, also at boot' };
}

async function act(context: StepContext, p: Parameters, step: PlannedStep): Promise<void> {
  context.remember('earlier', (await readText(context, p.node, packetFilterRules)) ?? '');
  const ask = () => onTrial(context, p.node);
  if (await untilTold(context, { node: p.node, what: `unit ${restoreTimer}`, ask }))
    await runCommand(context, step, 'disarm-earlier');
  await writeFiles(context, step);
  for (const name of ['check', 'arm', 'load']) await runCommand(context, step, name);
  await untilReached(context, p);
  for (const name of ['keep', 'reload', 'enable', 'disarm']) await runCommand(context, step, name);
}

/** A connection that is open lives on under any rules: only a new one shows that SSH is let in. */
async function untilReached(context: StepContext, p: Parameters): Promise<void> {
  try {
    await context.until({
      for: `${p.node} to take a new connection`,
      deadline: seconds(restoreAfterSeconds - 20),
      every: 1_000,
      probe: () => reached(context, p),
    });
  } catch (error) {
    if (!(error instanceof StepFault)) throw error;
    throw await restored(context, p, error.seen);
  }
}

async function reached(context: LookContext, { node, local }: Parameters): Promise<StateCheck> {
  try {
    if (!local) await context.reconnect(node);
    await look(context, node, ['true'], seconds(10));
    return { ok: true, observed: `${node} answers` };
  } catch (error) {
    return notYet(sayAway(error));
  }
}

/** What to say once the node has dropped the rules that cut it off. */
async function restored(context: StepContext, p: Parameters, seen: string): Promise<StepFault> {
  let back = 'it has not come back yet';
  try {
    await context.until({
      for: `${p.node} to drop the new rules`,
      deadline: seconds(restoreAfterSeconds + 30),
      probe: () => reached(context, p),
    });
    back = 'it has dropped the new rules by itself';
  } catch (error) {
    if (!(error instanceof StepFault) && !(error instanceof HostFault)) throw error;
  }
  return new StepFault({
    tried: `reach ${p.node} under the new rules`,
    seen: `${seen}; ${back}`,
    causes: [
      'network.firewall.administrators does not hold the address of the machine that kloudspot runs on, or of its jump host',
    ],
    next: [`Correct network.firewall in site.yaml, then: ${kloudspot('apply')}`],
  });
}

/** The rules of before, or none. */
async function undo(context: StepContext, { node }: Parameters): Promise<string> {
  const earlier = context.recall('earlier');
  if (earlier === undefined) return madeNothing;
  const run = (words: readonly string[], allow: readonly number[]) => context.run(node, words, { sudo: true, allow });
  if (earlier !== '') {
    await run(endFirewall.disarm.words, endFirewall.disarm.allow);
    await loadEarlier(context, node, earlier);
  } else {
    for (const { words, allow } of Object.values(endFirewall)) await run(words, allow);
  }
  return verifyRestored(context, node, earlier === '' ? 'absent' : 'same');
}

export const firewall: StepKind<typeof parameters> = { kind: 'firewall', parameters, state, act, undo };

function commands(node: string): PlannedCommand[] {
  const stop = stopTimer(restoreTimer);
  return [
    command('disarm-earlier', node, stop, { when: armed }),
    command('check', node, ['nft', '-c', '-f', candidateFile], { note: 'changes nothing' }),
    command('arm', node, armTimer(restoreTimer, restoreAfterSeconds, restoreScript), {
      note: `drops the new rules after ${restoreAfterSeconds} s unless kloudspot confirms`,
    }),
    command('load', node, ['nft', '-f', candidateFile]),
    command('keep', node, ['install', '-D', '-m', '600', candidateFile, packetFilterRules], {
      note: 'only after a new connection has reached the node',
    }),
    command('reload', node, ['systemctl', 'daemon-reload']),
    command('enable', node, ['systemctl', 'enable', firewallUnit]),
    command('disarm', node, stop),
  ];
}

/** The step that puts these rules in force on a node. */
export const planFirewall = (p: Parameters, rules: string): PlannedStep =>
  plannedStep(firewall, {
    node: p.node,
    group: 'Firewall',
    title: `Allow only the ports of the cluster and the product on ${p.node}`,
    why: 'Traffic that this site does not need is dropped before a program sees it. Packets that a node forwards to pods are not filtered.',
    risk: 'dangerous',
    deadline: minutes(5),
    parameters: p,
    commands: commands(p.node),
    files: firewallFiles(p.node, rules),
  });
