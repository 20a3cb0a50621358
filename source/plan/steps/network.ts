import { HostFault } from '../../host/host-fault.ts';
import { look, readText, runCommand, sayAway, writeFiles } from '../execution/carry-out.ts';
import { command, minutes, plannedStep, seconds } from '../execution/define.ts';
import { armTimer, isActive } from '../execution/restore-timer.ts';
import { closedPorts } from '../execution/tcp-probe.ts';
import type { PlannedCommand, PlannedStep, StateCheck, StepContext, StepKind } from '../step.ts';
import { StepFault } from '../step-fault.ts';
import {
  applyUnit,
  backUnit,
  baseName,
  bootUnit,
  bootUnitFile,
  cloudInitFile,
  cloudInitText,
  files,
  isRestoring,
  kept,
  othersOf,
  type Parameters,
  parameters,
  restoreAfterSeconds,
  restoreScript,
  restoreText,
  restoreTimer,
  undoUnit,
} from './network-files.ts';
import { disarm, isArmed, restored, restoreNow, stopRestoreTimer, untilBack } from './network-restore.ts';

const armed = 'an earlier change is still armed';

const firstTry = 'at the first try of a run';
const oursBefore = 'it has another content';

/** Where the files that are set aside wait for the way back. */
function folderCommands({ node, keep, aside, path }: Parameters): PlannedCommand[] {
  const ours = command('keep-ours', node, ['install', '-m', '0600', path, `${kept(keep)}/${baseName(path)}`], {
    when: oursBefore,
  });
  return [
    command('clear-folder', node, ['rm', '-rf', kept(keep)], { note: firstTry }),
    command('make-folder', node, ['mkdir', '-p', kept(keep)]),
    ...(aside.includes(path) ? [ours] : []),
  ];
}

function commands(p: Parameters): PlannedCommand[] {
  const { node, keep } = p;
  const moves = othersOf(p).map((path) =>
    command(`set-aside ${path}`, node, ['mv', path, `${kept(keep)}/${baseName(path)}`]),
  );
  const folder = folderCommands(p);
  const generate = command('generate', node, ['netplan', 'generate'], { note: 'checks the new file' });
  if (p.atNextBoot) return [...folder, ...moves, generate];
  return [
    command('disarm-earlier', node, stopRestoreTimer, { when: armed }),
    command('restore-earlier', node, restoreNow(backUnit), { when: armed }),
    ...folder,
    command('arm-boot', node, ['systemctl', 'enable', `${bootUnit}.service`], {
      note: 'restores everything at the next boot, should the power fail before kloudspot confirms',
    }),
    command('arm', node, armTimer(restoreTimer, restoreAfterSeconds, restoreScript), {
      note: `restores everything after ${restoreAfterSeconds} s unless kloudspot confirms`,
    }),
    ...moves,
    generate,
    command('apply', node, ['systemd-run', `--unit=${applyUnit}`, '--collect', 'netplan', 'apply']),
    command('disarm-boot', node, ['systemctl', 'disable', `${bootUnit}.service`]),
    command('remove-boot', node, ['rm', '-f', bootUnitFile]),
    command('disarm', node, stopRestoreTimer, { note: 'only after kloudspot has reached the node on its new address' }),
  ];
}

/** `2: eth0    inet 10.0.4.22/24 brd … scope global [dynamic] eth0` */
async function addressState(context: StepContext, { node, address }: Parameters): Promise<StateCheck> {
  const { stdout } = await look(context, node, ['ip', '-4', '-o', 'address', 'show'], seconds(10));
  const line = stdout.split('\n').find((text) => text.includes(` inet ${address}/`));
  if (!line) return { ok: false, observed: `${node} does not have ${address}` };
  const leased = / dynamic\b/.test(line);
  return { ok: !leased, observed: leased ? `${address} is still a lease of DHCP` : `${node} has ${address}` };
}

async function state(context: StepContext, p: Parameters): Promise<StateCheck> {
  const looked = await inForce(context, p);
  if (looked.ok && (await isArmed(context, p.node))) return { ok: false, observed: armed };
  return looked;
}

/** Whether the node is as wanted, be it for good or until it restores. */
async function inForce(context: StepContext, p: Parameters): Promise<StateCheck> {
  if ((await readText(context, p.node, p.path)) !== p.content) return { ok: false, observed: `${p.path} is another` };
  for (const path of othersOf(p)) {
    if ((await readText(context, p.node, path)) !== undefined)
      return { ok: false, observed: `${path} is still in force` };
  }
  if (p.cloudInit && (await readText(context, p.node, cloudInitFile)) !== cloudInitText) {
    return { ok: false, observed: "cloud-init's network part is not turned off" };
  }
  if (p.atNextBoot) return { ok: true, observed: `${p.node} has ${p.address} from its next boot on` };
  return addressState(context, p);
}

async function act(context: StepContext, p: Parameters, step: PlannedStep): Promise<void> {
  if (p.atNextBoot) return prepare(context, p, step);
  if (await isArmed(context, p.node)) {
    // an earlier process ended between the change and its confirmation
    const good = (await inForce(context, p)).ok && (await reached(context, p)).ok;
    if (good) return disarm(context, step);
    for (const name of ['disarm-earlier', 'restore-earlier'])
      await runCommand(context, step, name, { run: { allow: [0, 5] } });
    await untilBack(context, p, minutes(2));
  }
  await writeFiles(context, step, {}, isRestoring);
  await keepOld(context, p, step);
  const until = context.clock.elapsed() + seconds(restoreAfterSeconds - 20);
  for (const name of ['arm-boot', 'arm']) await runCommand(context, step, name);
  await setAside(context, p, step);
  await writeFiles(context, step, {}, (path) => !isRestoring(path));
  await generate(context, p, step);
  await runCommand(context, step, 'apply').catch(onlyLost);
  await untilReached(context, p, until);
  await disarm(context, step);
}

/** The file that was ours before is kept before anything can restore: restoring removes the new one by its name. */
async function keepOld(context: StepContext, p: Parameters, step: PlannedStep): Promise<void> {
  if (context.recall('begun') === undefined) await runCommand(context, step, 'clear-folder');
  await runCommand(context, step, 'make-folder');
  const ours = await readText(context, p.node, p.path);
  if (p.aside.includes(p.path) && ours !== undefined && ours !== p.content)
    await runCommand(context, step, 'keep-ours');
  context.remember('begun', 'yes');
}

/** What an earlier attempt has set aside already lies in the folder. */
async function setAside(context: StepContext, p: Parameters, step: PlannedStep): Promise<void> {
  for (const path of othersOf(p)) {
    const there = (await readText(context, p.node, path)) !== undefined;
    const aside = there ? undefined : await readText(context, p.node, `${kept(p.keep)}/${baseName(path)}`);
    if (aside === undefined) await runCommand(context, step, `set-aside ${path}`);
  }
}

/** Nothing changes before the boot. The new file comes first: between the two a boot finds an address in any case. */
async function prepare(context: StepContext, p: Parameters, step: PlannedStep): Promise<void> {
  await writeFiles(context, step, {}, isRestoring);
  await keepOld(context, p, step);
  await writeFiles(context, step, {}, (path) => !isRestoring(path));
  await setAside(context, p, step);
  await generate(context, p, step);
}

/** The connection may break before or while it asks: whether the node is reached on its new address is what counts. */
function onlyLost(error: unknown): void {
  if (!(error instanceof HostFault && away.has(error.kind))) throw error;
}

const away: ReadonlySet<HostFault['kind']> = new Set(['lost', 'unreachable']);

/** A file that netplan refuses is restored at once: nothing was applied yet. */
async function generate(context: StepContext, p: Parameters, step: PlannedStep): Promise<void> {
  try {
    await runCommand(context, step, 'generate');
  } catch (error) {
    await context.run(p.node, stopRestoreTimer, { sudo: true, allow: [0, 5] });
    await context.run(p.node, ['/bin/sh', restoreScript], { sudo: true });
    throw error;
  }
}

/** Gives up well before the node's own timer: a confirmation must never meet the taking back half way. */
async function untilReached(context: StepContext, p: Parameters, until: number): Promise<void> {
  try {
    await context.until({
      for: `${p.node} to answer on ${p.address}`,
      deadline: Math.max(0, until - context.clock.elapsed()),
      every: 1_000,
      probe: () => reached(context, p),
    });
  } catch (error) {
    if (!(error instanceof StepFault)) throw error;
    throw await restored(context, p, error.seen);
  }
}

async function reached(context: StepContext, p: Parameters): Promise<{ ok: boolean; observed: string }> {
  try {
    await context.reconnect(p.node);
    if (await isActive(context, p.node, `${applyUnit}.service`)) return { ok: false, observed: 'netplan is at work' };
    const { ok, observed } = await addressState(context, p);
    if (!ok || p.witness === undefined) return { ok, observed };
    const closed = await closedPorts(context, p.witness, p.address, [p.sshPort]);
    return {
      ok: closed.length === 0,
      observed: closed.length === 0 ? observed : `${p.witness} does not reach ${p.address}`,
    };
  } catch (error) {
    return { ok: false, observed: sayAway(error) };
  }
}

async function undo(context: StepContext, p: Parameters): Promise<void> {
  if ((await readText(context, p.node, restoreScript)) !== restoreText(p)) return;
  await context.run(p.node, restoreNow(undoUnit), { sudo: true });
  await untilBack(context, p, minutes(2));
}

export const network: StepKind<typeof parameters> = {
  kind: 'network',
  parameters,

  state,
  act,
  undo,
};

export function planNetwork(p: Parameters, before: string | undefined): PlannedStep {
  return plannedStep(network, {
    node: p.node,
    group: 'Addresses',
    title: `Give ${p.node} the static address ${p.address}${p.atNextBoot ? ' from its next boot on' : ''}`,
    why: 'The datastore and the certificates keep the address of a node: it must never change again.',
    risk: 'dangerous',
    deadline: minutes(6),
    parameters: p,
    commands: commands(p),
    files: files(p, before),
    changes: ['addresses', 'netplan'],
  });
}
