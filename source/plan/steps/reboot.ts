import * as z from 'zod';
import type { Answer } from '../../host/answer.ts';
import type { Script } from '../../host/host.ts';
import { bootMarker, packagesMarker } from '../../host/node-state.ts';
import { microk8s } from '../../microk8s/microk8s.ts';
import { parseMicroK8sStatus, sayStatus } from '../../microk8s/status.ts';
import { kloudspot } from '../../text/command.ts';
import { resumeService, resumeUnit, resumeUnitPath, thisProgram } from '../../workstation/resume-unit.ts';
import { carryOut, look, sayAway } from '../execution/carry-out.ts';
import { command, minutes, plannedStep } from '../execution/define.ts';
import { OwnReboot } from '../execution/own-reboot.ts';
import { silent, untilTold } from '../execution/told.ts';
import type {
  LookContext,
  PlannedCommand,
  PlannedFile,
  PlannedStep,
  StateCheck,
  StepContext,
  StepKind,
} from '../step.ts';

const parameters = z.object({
  node: z.string(),
  mode: z.enum(['when-needed', 'always']),
  /** It is the machine that this program runs on. */
  local: z.boolean(),
  /** It belongs to a cluster already: the next one waits until MicroK8s answers here again. */
  member: z.boolean(),
});
type Parameters = z.output<typeof parameters>;

/** Prints `boot-id ID`, `reboot-required yes|no` and `booted-since-update yes|no|never`. */
const bootState: Script = {
  name: 'boot-state',
  text: `now=$(cat /proc/sys/kernel/random/boot_id)
echo "boot-id $now"
if [ -e /run/reboot-required ] || [ -e /var/run/reboot-required ]; then echo 'reboot-required yes'; else echo 'reboot-required no'; fi
if [ ! -e ${bootMarker} ]; then echo 'booted-since-update never'
elif [ "$(cat ${bootMarker})" = "$now" ] || [ ${packagesMarker} -nt ${bootMarker} ]; then echo 'booted-since-update no'
else echo 'booted-since-update yes'; fi
`,
};

async function ask(context: LookContext, node: string): Promise<ReadonlyMap<string, string>> {
  const { stdout } = await look(context, node, bootState);
  return new Map(
    stdout.split('\n').flatMap((line) => {
      const [key, value] = line.split(' ');
      return key && value ? [[key, value]] : [];
    }),
  );
}

/** Without it no later look would tell whether it has restarted. */
async function bootId(context: LookContext, node: string): Promise<Answer<string>> {
  const value = (await ask(context, node)).get('boot-id');
  return value === undefined ? { answered: false, said: 'nothing of its last boot' } : { answered: true, value };
}

async function state(context: LookContext, { node, mode }: Parameters): Promise<StateCheck> {
  const now = await ask(context, node);
  if (!now.has('reboot-required')) return silent(node, 'nothing of its last boot');
  if (mode === 'always') {
    const since = now.get('booted-since-update') === 'yes';
    return { ok: since, observed: since ? 'restarted since the update' : 'not restarted since the update' };
  }
  if (now.get('reboot-required') !== 'no') return { ok: false, observed: 'an update requires a restart' };
  const since = now.get('booted-since-update') === 'yes';
  return { ok: true, observed: since ? 'restarted, no other restart is required' : 'no restart is required' };
}

function commands({ node, local }: Parameters): PlannedCommand[] {
  const resume = [
    command('reload-units', node, ['systemctl', 'daemon-reload']),
    command('enable-resume', node, ['systemctl', 'enable', resumeService]),
  ];
  const delay = `--on-active=${local ? 5 : 2}`;
  return [
    ...(local ? resume : []),
    command('mark', node, ['install', '-D', '-m', '0644', '/proc/sys/kernel/random/boot_id', bootMarker]),
    command('reboot', node, ['systemd-run', delay, '--timer-property=AccuracySec=100ms', 'systemctl', 'reboot'], {
      note: 'a few seconds later, so that this answer still arrives',
    }),
  ];
}

function files({ node, local }: Parameters): PlannedFile[] {
  return local ? [{ node, path: resumeUnitPath, content: resumeUnit, mode: 0o644 }] : [];
}

async function act(context: StepContext, p: Parameters, step: PlannedStep): Promise<void> {
  const before = await untilTold(context, { node: p.node, what: 'its last boot', ask: () => bootId(context, p.node) });
  if (p.local) {
    await carryOut(context, step, { fill: thisProgram(context.files) });
    throw new OwnReboot(p.node);
  }
  await carryOut(context, step);
  await context.until({
    for: `${p.node} to be back after its restart`,
    deadline: minutes(10),
    probe: async () => {
      try {
        await context.reconnect(p.node);
        const now = (await ask(context, p.node)).get('boot-id');
        return now && now !== before
          ? { ok: true, observed: 'a new start' }
          : { ok: false, observed: 'it has not restarted yet' };
      } catch (error) {
        return { ok: false, observed: sayAway(error) };
      }
    },
    causes: ['the machine waits at its console (disk check, boot menu)', 'its address changed with the restart'],
    next: [`Check the console of ${p.node}, then: ${kloudspot('resume')}`],
  });
  if (p.member) await untilClusterAnswers(context, p.node);
}

/** Two managers that restart together would stop the cluster's API. */
function untilClusterAnswers(context: StepContext, node: string): Promise<void> {
  return context.until({
    for: `MicroK8s on ${node} to answer again`,
    deadline: minutes(5),
    every: 5_000,
    probe: async () => {
      const status = parseMicroK8sStatus(await look(context, node, microk8s.status(), minutes(2)));
      return { ok: status.state === 'running' || status.state === 'worker', observed: sayStatus(status) };
    },
    next: [`sudo microk8s inspect on ${node}`],
  });
}

export const reboot: StepKind<typeof parameters> = { kind: 'reboot', parameters, state, act };

export function planReboot(p: Parameters): PlannedStep {
  return plannedStep(reboot, {
    node: p.node,
    group: 'Restarts',
    title: p.mode === 'always' ? 'Restart' : 'Restart if an update requires it',
    why: p.local
      ? 'A new kernel runs only after a restart. kloudspot runs on this node: the run continues by itself when it is back.'
      : 'A new kernel and new libraries run only after a restart.',
    risk: p.member || p.local ? 'dangerous' : 'low',
    alone: p.local,
    deadline: minutes(16),
    parameters: p,
    commands: commands(p),
    files: files(p),
    skippable: true,
  });
}
