import { said } from '../../../microk8s/messages.ts';
import { type Addon, addonsOn, enabledOf } from '../../cluster/addons.ts';
import { apiAnswers, clusterOf, datastoreAnswers } from '../../cluster/membership.ts';
import { isReady } from '../../cluster/schemas.ts';
import { find, list } from '../../cluster/store.ts';
import type { Machine } from '../../model/machine.ts';
import type { State } from '../../model/state.ts';
import { answer, type Call, lastValue, optionsOf, refuse, type Steps, say } from '../call.ts';

const pollMs = 2_000;
/** ms that it takes when the datastore is sick: ten tries with their timeouts. */
const sickMs = 52_000;

/** `microk8s status`: MicroK8s fact sheet, section 1.2. */
export function* status(call: Call): Steps {
  const options = optionsOf(call.words, ['--format', '-t', '--timeout', '-a', '--addon']);
  const format = lastValue(options, '--format') ?? 'pretty';
  const known = ['-w', '--wait-ready', '--yaml'];
  const unknown = [...options.flags].find((flag) => !known.includes(flag));
  if (unknown !== undefined || !['pretty', 'yaml', 'short'].includes(format)) {
    return refuse(
      call,
      `usage: microk8s status [-h] [--format {pretty,yaml,short}] [-w] [-t TIMEOUT] [-a ADDON]\nmicrok8s status: error: unrecognized arguments: ${unknown ?? format}`,
      2,
    );
  }
  yield 900;
  if (options.flags.has('-w') || options.flags.has('--wait-ready')) {
    yield* wait(call, Number(lastValue(options, '-t', '--timeout') ?? 0));
  }
  const answers = call.look((machine, state, now) => datastoreAnswers(state, machine, now));
  if (!answers && call.look((machine, state) => (clusterOf(state, machine)?.members.length ?? 0) > 1)) yield sickMs;
  const ready = call.look(isSomebodyReady);
  const asked = lastValue(options, '-a', '--addon')?.replace(/^core\//, '');
  if (asked !== undefined) {
    const on = call.look(enabledAddons).some(({ name }) => name === asked);
    return say(call, on ? 'enabled' : 'disabled', ready ? 0 : 1);
  }
  if (format === 'yaml') return asYaml(call, ready);
  if (!ready) return answer(call, said('notReady'));
  return format === 'short' ? short(call) : pretty(call);
}

function* wait(call: Call, seconds: number): Steps {
  const from = call.look((_machine, _state, now) => now);
  while (!call.look(isSomebodyReady)) {
    const gone = call.look((_machine, _state, now) => now) - from;
    if (seconds > 0 && gone >= seconds * 1000) return 1;
    yield pollMs;
  }
  return 0;
}

/** True as soon as any node is Ready: not this one, not all. */
export function isSomebodyReady(machine: Machine, state: State, now: number): boolean {
  const cluster = clusterOf(state, machine);
  if (cluster === undefined || !apiAnswers(state, machine, now)) return false;
  return find(cluster, 'Service', 'default', 'kubernetes') !== undefined && list(cluster, 'Node').some(isReady);
}

function enabledAddons(machine: Machine, state: State): readonly Addon[] {
  const cluster = clusterOf(state, machine);
  return cluster === undefined ? [] : enabledOf(addonsOn(machine), cluster, machine);
}

/** Members as the datastore lists them; none where it does not answer. */
function members(
  machine: Machine,
  state: State,
  now: number,
): readonly { readonly address: string; readonly role: string }[] {
  return datastoreAnswers(state, machine, now) ? (clusterOf(state, machine)?.members ?? []) : [];
}

function sorted(call: Call): { readonly enabled: readonly Addon[]; readonly disabled: readonly Addon[] } {
  const enabled = call.look(enabledAddons);
  const names = enabled.map(({ name }) => name);
  return { enabled, disabled: call.look((machine) => addonsOn(machine)).filter(({ name }) => !names.includes(name)) };
}

function asYaml(call: Call, ready: boolean): number {
  call.out(`microk8s:\n  running: ${ready ? 'True' : 'False'}\nhigh-availability:\n  enabled: True\n`);
  const nodes = call.look(members);
  call.out(
    `  nodes:${nodes.length === 0 ? '' : `\n${nodes.map(({ address, role }) => `    - address: ${address}\n      role: ${role}`).join('\n')}`}\n`,
  );
  if (!ready) return say(call, `  message: ${said('notReady').text}`, 1);
  const { enabled, disabled } = sorted(call);
  call.out('addons:\n');
  for (const { name, about, version } of [...enabled, ...disabled]) {
    const mark = enabled.some((addon) => addon.name === name) ? 'enabled' : 'disabled';
    call.out(
      `  - name: ${name}\n    repository: core\n    description: ${about}\n    version: ${version}\n    status: ${mark}\n`,
    );
  }
  return 0;
}

function pretty(call: Call): number {
  const nodes = call.look(members);
  const of = (role: string) =>
    nodes
      .filter((node) => node.role === role)
      .map((node) => node.address)
      .join(' ') || 'none';
  const voters = nodes.filter((node) => node.role === 'voter').length;
  const { enabled, disabled } = sorted(call);
  const line = (addon: Addon) => `    ${addon.name.padEnd(20)} # (core) ${addon.about}\n`;
  call.out(`microk8s is running
high-availability: ${voters > 2 ? 'yes' : 'no'}
  datastore master nodes: ${of('voter')}
  datastore standby nodes: ${of('standby')}
addons:
  enabled:
${enabled.map(line).join('')}  disabled:
${disabled.map(line).join('')}`);
  return 0;
}

function short(call: Call): number {
  const { enabled, disabled } = sorted(call);
  call.out('microk8s is running\naddons:\n');
  for (const addon of enabled) call.out(`core/${addon.name}: enabled\n`);
  for (const addon of disabled) call.out(`core/${addon.name}: disabled\n`);
  return 0;
}
