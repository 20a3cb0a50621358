import { handOverRole } from '../cluster/settle-roles.ts';
import type { Machine } from '../model/machine.ts';
import { at, type State } from '../model/state.ts';
import { fileAt } from '../node/file-system.ts';
import { turnMount } from '../node/mounts.ts';
import { isRunning } from '../node/services.ts';
import { type Call, optionsOf, type Program, refuse, type Steps } from './call.ts';

const full = (name: string) => (/\.(service|timer|socket|target|mount)$/.test(name) ? name : `${name}.service`);
/** ms that a machine takes from the order to restart until nothing answers, and from there until its power is back. */
const shutDownMs = 1_500;
const darkMs = 4_500;

/** Whether a unit is there and runs; undefined where there is none. */
function activity(machine: Machine, state: State, now: number, name: string): boolean | undefined {
  const unit = full(name);
  if (unit.startsWith('snap.microk8s.')) {
    if (machine.microk8s === undefined) return undefined;
    const managerOnly = /k8s-dqlite|apiserver-kicker/.test(unit);
    if (/etcd|flanneld/.test(unit) || (managerOnly && machine.microk8s.worker)) return false;
    return isRunning(machine, now);
  }
  if (unit.endsWith('.timer')) return timerOf(state, machine, unit) !== undefined ? true : undefined;
  return (
    machine.units[unit]?.active ?? (fileAt(machine, `/etc/systemd/system/${unit}`) === undefined ? undefined : false)
  );
}

function timerOf(state: State, machine: Machine, unit: string): State['agenda'][number] | undefined {
  const name = unit.replace(/\.timer$/, '');
  return state.agenda.find(
    ({ event }) => event.kind === 'timer' && event.machine === machine.id && event.unit === name,
  );
}

function* systemctl(call: Call): Steps {
  const { flags, rest } = optionsOf(call.words, ['-p', '--property', '--when']);
  const [verb = 'list-units', ...units] = rest;
  if (verb === 'is-active' || verb === 'is-enabled')
    return ask(call, verb, units, flags.has('-q') || flags.has('--quiet'));
  if (!call.root)
    return refuse(call, `Failed to ${verb} ${units[0] ?? 'system'}: Interactive authentication required.`);
  if (verb === 'reboot') return reboot(call);
  if (verb === 'daemon-reload') return 0;
  yield 120;
  for (const unit of units) {
    const code = turn(call, verb, full(unit), flags.has('--now'));
    if (code !== 0) return code;
  }
  return 0;
}

function ask(call: Call, verb: string, units: readonly string[], quiet: boolean): number {
  const answers = units.map((name) =>
    call.look((machine, state, now) => {
      const active = activity(machine, state, now, name);
      if (verb === 'is-active') return active === true ? 'active' : 'inactive';
      return machine.units[full(name)]?.enabled ?? (active === undefined ? '' : 'enabled');
    }),
  );
  if (!quiet) {
    for (const [index, answer] of answers.entries()) {
      if (answer === '')
        call.err(`Failed to get unit file state for ${full(units[index] ?? '')}: No such file or directory\n`);
      else call.out(`${answer}\n`);
    }
  }
  if (verb === 'is-active') return answers.includes('active') ? 0 : 3;
  return answers.some((answer) => answer === 'enabled' || answer === 'static') ? 0 : 1;
}

function reboot(call: Call): number {
  call.change((machine, state, now) => {
    handOverRole(state, machine);
    at(state, now + shutDownMs, { kind: 'power-off', machine: machine.id });
    at(state, now + shutDownMs + darkMs, { kind: 'power-on', machine: machine.id });
  });
  return 0;
}

function turn(call: Call, verb: string, unit: string, now: boolean): number {
  if (verb === 'stop' && unit.endsWith('.timer')) {
    return call.change((machine, state) => {
      const timer = timerOf(state, machine, unit);
      if (timer === undefined) return refuse(call, `Failed to stop ${unit}: Unit ${unit} not loaded.`, 5);
      state.agenda.splice(state.agenda.indexOf(timer), 1);
      return 0;
    });
  }
  return call.change((machine, state, time) => {
    const known = activity(machine, state, time, unit);
    if (known === undefined && verb === 'stop')
      return refuse(call, `Failed to stop ${unit}: Unit ${unit} not loaded.`, 5);
    if (known === undefined)
      return refuse(call, `Failed to ${verb} unit: Unit file ${unit} does not exist.`, verb === 'start' ? 5 : 1);
    const before = machine.units[unit] ?? { enabled: 'disabled', active: known };
    const turnOn = verb === 'start' || verb === 'restart' || (verb === 'enable' && now);
    const turnOff = verb === 'stop' || (verb === 'disable' && now);
    const failed = unit.endsWith('.mount') && (turnOn || turnOff) ? turnMount(machine, unit, turnOn) : undefined;
    if (failed !== undefined) return refuse(call, failed);
    machine.units[unit] = {
      enabled:
        verb === 'enable' ? 'enabled' : verb === 'disable' ? 'disabled' : verb === 'mask' ? 'masked' : before.enabled,
      active: turnOn || (before.active && !turnOff),
    };
    if (verb === 'enable' && before.enabled !== 'enabled') {
      call.err(`Created symlink /etc/systemd/system/multi-user.target.wants/${unit} → /lib/systemd/system/${unit}.\n`);
    }
    return 0;
  });
}

export const systemctlPrograms: Readonly<Record<string, Program>> = { systemctl };
