import { packetFilterRules } from '../../host/node-state.ts';
import type { Machine } from '../model/machine.ts';
import { nextUuid } from '../model/random.ts';
import { at, type State } from '../model/state.ts';
import { applyNetplan } from './apply-netplan.ts';
import { startKernel } from './kernel.ts';
import { openListed } from './mounts.ts';
import { NetplanError, readNetplan } from './netplan.ts';
import { isStopped } from './services.ts';

/** ms from the end of the boot until MicroK8s' services answer. */
const servicesMs = 18_000;

/** Everything on the machine stops. What waits for it to boot waits on. */
export function powerOff(state: State, machine: Machine): void {
  if (machine.power === 'on') machine.downSince = state.time;
  machine.power = 'off';
  state.agenda = state.agenda.filter(
    ({ event }) => !['up', 'timer', 'command', 'join'].includes(event.kind) || event.machine !== machine.id,
  );
}

export function powerOn(state: State, machine: Machine): void {
  if (machine.power !== 'off') return;
  machine.power = 'booting';
  at(state, state.time + machine.hardware.bootMs, { kind: 'up', machine: machine.id });
}

/** The machine has booted: files count again, /run is empty, enabled units run. */
export function boot(state: State, machine: Machine): void {
  machine.power = 'on';
  delete machine.downSince;
  machine.bootId = nextUuid(state);
  machine.bootedAt = state.time;
  machine.hostname = machine.files['/etc/hostname']?.content.trim() || 'localhost';
  machine.kernel = kernelOf(machine);
  startKernel(machine);
  openListed(machine);
  for (const path of Object.keys(machine.files)) if (path.startsWith('/run/')) delete machine.files[path];
  for (const unit of Object.values(machine.units)) unit.active = unit.enabled === 'enabled';
  startFilter(machine);
  try {
    applyNetplan(machine, readNetplan(machine));
  } catch (thrown) {
    if (!(thrown instanceof NetplanError)) throw thrown;
    for (const port of machine.network.interfaces) port.addresses = [];
  }
  if (machine.microk8s !== undefined && !isStopped(machine)) machine.microk8s.upSince = state.time + servicesMs;
  const change = machine.snapChange;
  if (change !== undefined && change.readyAt < state.time) {
    change.readyAt = state.time + servicesMs;
    at(state, change.readyAt, { kind: 'snap', machine: machine.id, change: change.id });
  }
}

/** The unit loads the rules where it is enabled. */
function startFilter(machine: Machine): void {
  const rules = machine.files[packetFilterRules]?.content;
  delete machine.filter;
  if (rules !== undefined && machine.units['kloudspot-firewall.service']?.active) machine.filter = rules;
}

/** `5.15.0-130-generic` of the package version `5.15.0.130.128`. */
function kernelOf(machine: Machine): string {
  const [, base, abi] = /^(\d+\.\d+\.\d+)\.(\d+)\./.exec(machine.packages.installed['linux-image-generic'] ?? '') ?? [];
  return base === undefined ? machine.kernel : `${base}-${abi}-generic`;
}
