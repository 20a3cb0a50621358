import * as z from 'zod';
import { HostFault } from '../../host/host-fault.ts';
import { kubectl } from '../../kubernetes/kubectl.ts';
import { microk8s } from '../../microk8s/microk8s.ts';
import { keepBackup, localBackups, pruneLocalBackups } from '../../workstation/backups.ts';
import { look, runCommand } from '../execution/carry-out.ts';
import { command, minutes, plannedStep } from '../execution/define.ts';
import { manifestText, ownLabels } from '../release/manifest.ts';
import type {
  LookContext,
  PlannedCommand,
  PlannedStep,
  StateCheck,
  StepContext,
  StepKind,
  StepRunOptions,
} from '../step.ts';
import {
  backupFiles,
  backupFolder,
  backupsKept,
  collectBackup,
  listBackups,
  parseBackups,
  pruneBackups,
  readBackup,
  sumsFile,
  writeBackup,
} from './backup-scripts.ts';

const parameters = z.object({
  seed: z.string(),
  /** Every manager that keeps a copy, the seed among them. */
  managers: z.array(z.string()),
  /** Part of its name: `before-nodes`. */
  reason: z.string(),
});
type Parameters = z.output<typeof parameters>;

const id = '<backup>';
const folder = `${backupFolder}/${id}`;
/** Object of the cluster that names the backup which its datastore comes from: what proves a restore. */
export const backupMark = { name: 'kloudspot-backup', namespace: 'kube-system' } as const;

async function state(context: LookContext, { seed, managers }: Parameters): Promise<StateCheck> {
  const made = context.recall('backup');
  if (made === undefined) return { ok: false, observed: 'not made yet' };
  const here = (await localBackups(context.files)).find((each) => each.id === made);
  if (here?.whole !== true) return { ok: false, observed: `${made} is missing or incomplete on this machine` };
  const kept: string[] = [];
  for (const manager of managers) if (await keeps(context, manager, made)) kept.push(manager);
  const ok = kept.includes(seed);
  return { ok, observed: ok ? `${made}: here and on ${kept.join(', ')}` : `${made} is not on ${seed}` };
}

async function keeps(context: LookContext, manager: string, made: string): Promise<boolean> {
  try {
    const { stdout } = await look(context, manager, listBackups(), minutes(2));
    return parseBackups(stdout).some((each) => each.id === made && each.whole);
  } catch (error) {
    if (error instanceof HostFault) return false;
    throw error;
  }
}

async function act(context: StepContext, p: Parameters, step: PlannedStep): Promise<void> {
  const time = new Date(context.clock.now()).toISOString().slice(0, 19).replaceAll(':', '-');
  context.remember('backup', `${time}Z-${p.reason}`);
  const made = context.recall('backup') ?? '';
  const fill = { [id]: made };
  const full = 'no space left under /var/lib';
  const space = { causes: [full], next: [`df -h /var/lib on ${p.seed}`] };
  const quorum = { causes: ['the datastore has no quorum'], next: [`sudo microk8s status on ${p.seed}`] };
  const run = (name: string, rest: StepRunOptions = space) =>
    runCommand(context, step, name, { fill, run: { deadline: minutes(10), ...rest } });
  await run('mark', quorum);
  await run('folder');
  await run('datastore', { ...quorum, causes: [...quorum.causes, full] });
  for (const file of step.files) await context.write(p.seed, { ...file, path: file.path.replace(id, made) });
  await run('collect');
  const files = await fetched(context, step, fill);
  await keepBackup(context.files, made, files);
  for (const manager of p.managers.filter((name) => name !== p.seed)) await copyTo(context, step, manager, fill, files);
  await run('prune');
  await pruneLocalBackups(context.files, backupsKept, made);
}

/** Its lines are keys of the cluster: they are kept from the journal. */
async function fetched(
  context: StepContext,
  step: PlannedStep,
  fill: Record<string, string>,
): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  for (const file of [...backupFiles, sumsFile]) {
    const lines: string[] = [];
    const onLine = (line: string, stream: 'stdout' | 'stderr') => void (stream === 'stdout' && lines.push(line));
    await runCommand(context, step, `fetch ${file}`, {
      fill,
      run: { deadline: minutes(10), secretOutput: true, onLine },
    });
    files.set(file, Buffer.from(lines.join(''), 'base64'));
  }
  return files;
}

/** A manager that does not answer keeps no copy: the seed and this machine have one. */
async function copyTo(
  context: StepContext,
  step: PlannedStep,
  manager: string,
  fill: Record<string, string>,
  files: ReadonlyMap<string, Buffer>,
): Promise<void> {
  try {
    for (const [file, content] of files) {
      const stdin = content.toString('base64');
      await runCommand(context, step, `copy ${file} to ${manager}`, {
        fill: { ...fill, '<content>': stdin },
        run: { deadline: minutes(10) },
      });
    }
    await runCommand(context, step, `prune ${manager}`, { fill, run: { deadline: minutes(1) } });
  } catch (error) {
    if (!(error instanceof HostFault)) throw error;
    context.progress(`${manager} keeps no copy: ${error.message}`);
  }
}

export const backup: StepKind<typeof parameters> = { kind: 'backup', parameters, state, act };

function commands({ seed, managers }: Parameters): PlannedCommand[] {
  const mark = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { ...backupMark, labels: ownLabels },
    data: { backup: id },
  };
  const others = managers.filter((name) => name !== seed);
  const all = [...backupFiles, sumsFile];
  return [
    command('mark', seed, kubectl.apply(), {
      stdin: manifestText([mark]),
      note: 'the datastore then names the backup that it comes from',
    }),
    command('folder', seed, ['install', '-d', '-m', '0700', folder]),
    command('datastore', seed, microk8s.backup(`${folder}/datastore.tar.gz`)),
    command('collect', seed, collectBackup(folder)),
    ...all.map((file) => command(`fetch ${file}`, seed, readBackup(folder, file))),
    ...others.flatMap((manager) => [
      ...all.map((file) =>
        command(`copy ${file} to ${manager}`, manager, writeBackup(folder, file), { stdin: '<content>' }),
      ),
      command(`prune ${manager}`, manager, pruneBackups(backupsKept, id)),
    ]),
    command('prune', seed, pruneBackups(backupsKept, id), { note: `the newest ${backupsKept} stay` }),
  ];
}

export interface BackupPlan extends Parameters {
  /** Texts of the site that the cluster was made for, and of its values. */
  readonly site: string;
  readonly values: string;
}

export function planBackup({ site, values, ...p }: BackupPlan): PlannedStep {
  const file = (name: string, content: string) => ({ node: p.seed, path: `${folder}/${name}`, content, mode: 0o600 });
  return plannedStep(backup, {
    name: p.reason,
    group: 'Backup',
    title: `Backup ${p.reason.replaceAll('-', ' ')}`,
    why: 'Datastore, site, values, release, certificates and the map of volumes: kept on every manager and here.',
    deadline: minutes(40),
    parameters: p,
    commands: commands(p),
    files: [file('site.yaml', site), file('values.yaml', values)],
  });
}
