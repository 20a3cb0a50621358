import * as z from 'zod';
import { HostFault } from '../../host/host-fault.ts';
import { nodeState } from '../../host/node-state.ts';
import { kloudspot } from '../../text/command.ts';
import { defined } from '../../text/defined.ts';
import { look, readText, runCommand, sayAway, writeFiles } from '../execution/carry-out.ts';
import { command, minutes, plannedStep, seconds } from '../execution/define.ts';
import { armTimer, isActive, stopTimer } from '../execution/restore-timer.ts';
import { closedPorts } from '../execution/tcp-probe.ts';
import type { PlannedCommand, PlannedFile, PlannedStep, StateCheck, StepContext, StepKind } from '../step.ts';
import { StepFault } from '../step-fault.ts';

const parameters = z.object({
  node: z.string(),
  /** The netplan file that is ours, and its text. */
  path: z.string(),
  content: z.string(),
  /** Files that would add to ours: netplan merges lists. */
  aside: z.array(z.string()),
  /** cloud-init is there and would write its own file again. */
  cloudInit: z.boolean(),
  /** IPv4 literal that the node is to answer on. */
  address: z.string(),
  /** Name of a folder for what stood there before; another one for every document. */
  keep: z.string(),
  /** Another node that must reach the new address too; set where the workstation changes its own. */
  witness: z.string().optional(),
  sshPort: z.number().int(),
  /** The files are written now and count from the next boot on: the new network is not here. */
  atNextBoot: z.boolean().optional(),
});
type Parameters = z.output<typeof parameters>;

const cloudInitFile = '/etc/cloud/cloud.cfg.d/99-disable-network-config.cfg';
const cloudInitText = 'network: {config: disabled}\n';
const restoreScript = `${nodeState}/network-restore.sh`;
const restoreTimer = 'kloudspot-network-restore';
const applyUnit = 'kloudspot-network-apply';
const backUnit = 'kloudspot-network-back';
const undoUnit = 'kloudspot-network-undo';
/** A timer does not outlive a power cut: this unit restores at the boot after one. */
const bootUnit = 'kloudspot-network-boot';
const bootUnitFile = `/etc/systemd/system/${bootUnit}.service`;
const bootUnitText = `# Put here by kloudspot: enabled while a change of this node's addresses is not confirmed.
[Unit]
Description=Restore the addresses that this node had before kloudspot changed them
After=systemd-networkd.service NetworkManager.service

[Service]
Type=oneshot
ExecStart=${restoreScript}

[Install]
WantedBy=multi-user.target
`;
/** While one of them is at work the connection may still break. */
const restoring = [restoreTimer, backUnit, undoUnit, bootUnit];
/** The node takes everything back by itself after this time, unless the workstation has reached it on its new address. */
export const restoreAfterSeconds = 90;
const armed = 'an earlier change is still armed';

const kept = (keep: string) => `${nodeState}/netplan-before/${keep}`;
const baseName = (path: string) => path.slice(path.lastIndexOf('/') + 1);

/** A file, because systemd 252 breaks `sh -c "a; b"` as a unit's command. */
function restoreText({ path, keep, cloudInit }: Parameters): string {
  return `#!/bin/sh
# Put here by kloudspot: takes the change of this node's addresses back.
rm -f ${path}${cloudInit ? ` ${cloudInitFile}` : ''}
for file in ${kept(keep)}/*; do
  [ -e "$file" ] && mv -f "$file" /etc/netplan/
done
systemctl disable ${bootUnit}.service
rm -f ${bootUnitFile}
netplan apply
`;
}

function files(p: Parameters, before: string | undefined): PlannedFile[] {
  return [
    { node: p.node, path: restoreScript, content: restoreText(p), mode: 0o700 },
    ...(p.atNextBoot ? [] : [{ node: p.node, path: bootUnitFile, content: bootUnitText, mode: 0o644 }]),
    ...(p.cloudInit ? [{ node: p.node, path: cloudInitFile, content: cloudInitText, mode: 0o644 }] : []),
    { node: p.node, path: p.path, content: p.content, mode: 0o600, ...defined({ before }) },
  ];
}

const isRestoring = (path: string) => path === restoreScript || path === bootUnitFile;

const stop = stopTimer(restoreTimer);
const restoreNow = (unit: string) => ['systemd-run', `--unit=${unit}`, '--collect', restoreScript];

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
    command('disarm-earlier', node, stop, { when: armed }),
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
    command('disarm', node, stop, { note: 'only after kloudspot has reached the node on its new address' }),
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

/** Whether the node would still restore by itself: after its time, or at its next boot. */
async function isArmed(context: StepContext, node: string): Promise<boolean> {
  if (await isActive(context, node, `${restoreTimer}.timer`)) return true;
  const { stdout } = await look(context, node, ['systemctl', 'is-enabled', `${bootUnit}.service`], seconds(10));
  return stdout.trim() === 'enabled';
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

/** Files of others; ours is written over. */
const othersOf = ({ aside, path }: Parameters): string[] => aside.filter((one) => one !== path);

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

/** The timer goes last: until then the node restores whatever happens to the machine that kloudspot runs on. */
async function disarm(context: StepContext, step: PlannedStep): Promise<void> {
  for (const name of ['disarm-boot', 'remove-boot']) await runCommand(context, step, name);
  await runCommand(context, step, 'disarm', { run: { allow: [0, 5] } });
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
    await context.run(p.node, stop, { sudo: true, allow: [0, 5] });
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

async function restored(context: StepContext, p: Parameters, seen: string): Promise<StepFault> {
  let back = 'it has not come back on its old address yet';
  try {
    await untilBack(context, p, seconds(restoreAfterSeconds + 30));
    back = 'it has rolled the change back by itself';
  } catch (error) {
    if (!(error instanceof StepFault)) throw error;
  }
  return new StepFault({
    tried: `reach ${p.node} on ${p.address}`,
    seen: `${seen}; ${back}`,
    causes: [
      'the gateway, the prefix or the interface is another than planned',
      'another machine has the address',
      'the switch port is in another network',
    ],
    next: [
      `Correct the address in site.yaml, then: ${kloudspot('init')}`,
      `The console of ${p.node} shows: ip address`,
    ],
  });
}

async function undo(context: StepContext, p: Parameters): Promise<void> {
  if ((await readText(context, p.node, restoreScript)) !== restoreText(p)) return;
  await context.run(p.node, restoreNow(undoUnit), { sudo: true });
  await untilBack(context, p, minutes(2));
}

/** The restoring runs on the node by itself: the connection that asked for it breaks with the address. */
function untilBack(context: StepContext, p: Parameters, deadline: number): Promise<void> {
  return context.until({
    for: `${p.node} to answer with its old addresses`,
    deadline,
    every: 2_000,
    probe: async () => {
      try {
        await context.reconnect(p.node);
        const gone = (await readText(context, p.node, p.path)) !== p.content;
        const active = await Promise.all(restoring.map((unit) => isActive(context, p.node, `${unit}.service`)));
        const ready = gone && !active.includes(true);
        return { ok: ready, observed: ready ? 'restored' : 'not restored yet' };
      } catch (error) {
        return { ok: false, observed: sayAway(error) };
      }
    },
  });
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
