import * as z from 'zod';
import { configMapObject } from '../../kubernetes/objects.ts';
import { readObject } from '../../kubernetes/read.ts';
import { microk8s } from '../../microk8s/microk8s.ts';
import { parseMicroK8sStatus, sayStatus } from '../../microk8s/status.ts';
import { kloudspot } from '../../text/command.ts';
import { backupFile, localBackups } from '../../workstation/backups.ts';
import { look, runCommand } from '../execution/carry-out.ts';
import { command, minutes, plannedStep } from '../execution/define.ts';
import { silent } from '../execution/told.ts';
import type { LookContext, PlannedStep, StateCheck, StepContext, StepKind } from '../step.ts';
import { StepFault } from '../step-fault.ts';
import { backupMark } from './backup.ts';
import { backupFiles, backupFolder, listBackups, parseBackups, sumsFile, writeBackup } from './backup-scripts.ts';

const parameters = z.object({ seed: z.string(), managers: z.array(z.string()), backup: z.string() });
type Parameters = z.output<typeof parameters>;

/** The object that each backup writes before it is made: the datastore says itself where it comes from. */
async function state(context: LookContext, { seed, backup }: Parameters): Promise<StateCheck> {
  const { name, namespace } = backupMark;
  const answer = await readObject(await context.look(seed), 'configmaps', name, namespace, configMapObject);
  if (!answer.answered) return silent(seed, answer.said);
  const from = answer.value?.data['backup'];
  const ok = from === backup && context.recall('restarted') === 'yes';
  return { ok, observed: from === undefined ? 'the datastore names no backup' : `the datastore is that of ${from}` };
}

async function act(context: StepContext, p: Parameters, step: PlannedStep): Promise<void> {
  if (!(await isThere(context, p))) await copyThere(context, p, step);
  await runCommand(context, step, 'restore', {
    run: {
      deadline: minutes(30),
      causes: ['the datastore has no quorum', 'the backup is of another version of MicroK8s'],
      next: [`sudo microk8s status on ${p.seed}`],
    },
  });
  // What the API servers hold in memory is older than what the datastore holds now.
  for (const manager of p.managers) {
    await runCommand(context, step, `restart ${manager}`, { run: { deadline: minutes(3) } });
    await untilAnswers(context, manager);
  }
  context.remember('restarted', 'yes');
}

async function isThere(context: LookContext, { seed, backup }: Parameters): Promise<boolean> {
  const { stdout } = await look(context, seed, listBackups(), minutes(2));
  return parseBackups(stdout).some(({ id, whole }) => id === backup && whole);
}

async function copyThere(context: StepContext, { backup, seed }: Parameters, step: PlannedStep): Promise<void> {
  const here = (await localBackups(context.files)).find(({ id, whole }) => id === backup && whole);
  if (here === undefined)
    throw new StepFault({
      tried: `copy backup ${backup} to ${seed}`,
      seen: 'neither that manager nor this machine has a complete copy',
      next: [`${kloudspot('backup --list')}  lists them`],
    });
  for (const file of [...backupFiles, sumsFile]) {
    const content = (await backupFile(here, file)).toString('base64');
    await runCommand(context, step, `copy ${file}`, { fill: { '<content>': content }, run: { deadline: minutes(10) } });
  }
}

function untilAnswers(context: StepContext, manager: string): Promise<void> {
  return context.until({
    for: `MicroK8s on ${manager} to answer again`,
    deadline: minutes(6),
    every: 3_000,
    probe: async () => {
      const status = parseMicroK8sStatus(await look(context, manager, microk8s.status(), minutes(2)));
      return { ok: status.state === 'running', observed: sayStatus(status) };
    },
    next: [`sudo microk8s inspect on ${manager}`],
  });
}

export const restore: StepKind<typeof parameters> = { kind: 'restore', parameters, state, act };

export function planRestore(p: Parameters): PlannedStep {
  const folder = `${backupFolder}/${p.backup}`;
  return plannedStep(restore, {
    group: 'Restore',
    title: `The datastore is that of ${p.backup}`,
    why: 'Every object of the backup is written again; objects created later under another name stay.',
    risk: 'dangerous',
    deadline: minutes(60),
    parameters: p,
    commands: [
      ...[...backupFiles, sumsFile].map((file) =>
        command(`copy ${file}`, p.seed, writeBackup(folder, file), {
          stdin: '<content>',
          when: 'the manager lacks the backup',
        }),
      ),
      command('restore', p.seed, microk8s.restore(`${folder}/datastore.tar.gz`)),
      ...p.managers.map((manager) =>
        command(`restart ${manager}`, manager, ['snap', 'restart', 'microk8s.daemon-kubelite']),
      ),
    ],
  });
}
