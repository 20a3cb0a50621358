import { createHash } from 'node:crypto';
import { hexOf, nextHex } from '../model/random.ts';
import { at } from '../model/state.ts';
import { fileAt, writePath } from '../node/file-system.ts';
import { type Call, lastValue, optionsOf, type Program, refuse, type Steps, say } from './call.ts';

/** `journalctl`: a simulated machine keeps no log. */
const journalctl: Program = (call) => say(call, '-- No entries --');

function* hostnamectl(call: Call): Steps {
  const { rest, flags } = optionsOf(call.words);
  const [verb, name] = rest;
  if ((verb === 'set-hostname' || verb === 'hostname') && name !== undefined) {
    if (!call.root) return refuse(call, 'Could not set property: Interactive authentication required.');
    if (!/^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(name)) {
      return refuse(call, `Could not set static hostname: Invalid static hostname '${name}'`);
    }
    yield 180;
    call.change((machine) => {
      machine.hostname = name;
      writePath(machine, '/etc/hostname', `${name}\n`);
    });
    return 0;
  }
  const own = call.look((machine) => machine.hostname);
  if (flags.has('--static') || flags.has('--transient') || verb === 'hostname') return say(call, own);
  return say(call, ` Static hostname: ${own}\n       Icon name: computer-server\n         Chassis: server`);
}

function* machineIdSetup(call: Call): Steps {
  yield 100;
  const there = call.look((machine) => fileAt(machine, '/etc/machine-id')?.content.trim());
  if (there !== undefined && there !== '') return 0;
  call.change((machine, state) => writePath(machine, '/etc/machine-id', `${nextHex(state, 32)}\n`, { mode: 0o444 }));
  call.err('Initializing machine ID from random generator.\n');
  return 0;
}

/** `systemd-run [--unit=NAME] [--on-active=SECONDS] [--collect] [--property=…] COMMAND…` */
function* systemdRun(call: Call): Steps {
  const valued = ['--unit', '-u', '--on-active', '--timer-property', '--property', '-p', '--description'];
  const end = call.words.findIndex(
    (word, index) => !word.startsWith('-') && !valued.includes(call.words[index - 1] ?? ''),
  );
  const options = optionsOf(call.words.slice(0, end === -1 ? undefined : end), valued);
  const command = end === -1 ? [] : call.words.slice(end).filter((word, index) => index > 0 || word !== '--');
  if (command.length === 0) return refuse(call, 'Command line to execute required.');
  if (!call.root) return refuse(call, 'Failed to start transient service unit: Interactive authentication required.');
  const delay = lastValue(options, '--on-active');
  yield 60;
  return call.change((machine, state, now) => {
    const unit = (
      lastValue(options, '--unit', '-u') ?? `run-r${hexOf(`${machine.id}/${now}/${state.serial}`, 32)}`
    ).replace(/\.service$/, '');
    if (delay === undefined) {
      at(state, now + 20, { kind: 'command', machine: machine.id, bootId: machine.bootId, command: [...command] });
      call.err(`Running as unit: ${unit}.service\n`);
      return 0;
    }
    const taken = state.agenda.some(
      ({ event }) => event.kind === 'timer' && event.machine === machine.id && event.unit === unit,
    );
    if (taken)
      return refuse(
        call,
        `Failed to start transient timer unit: Unit ${unit}.timer was already loaded or has a fragment file.`,
      );
    at(state, now + seconds(delay) * 1000, { kind: 'timer', machine: machine.id, unit, command: [...command] });
    call.err(`Running timer as unit: ${unit}.timer\nWill run service as unit: ${unit}.service\n`);
    return 0;
  });
}

/** systemd's spans: `90`, `90s`, `2min`. */
function seconds(span: string): number {
  const [, value = '0', unit = 's'] = /^([\d.]+)\s*(\w*)$/.exec(span) ?? [];
  const factors: Readonly<Record<string, number>> = { '': 1, s: 1, sec: 1, ms: 0.001, m: 60, min: 60, h: 3600 };
  return Number(value) * (factors[unit] ?? 1);
}

/** `ssh-keygen -lf FILE` */
function sshKeygen(call: Call): number {
  const path = call.words.find((word) => word.startsWith('/')) ?? '';
  const text = call.look((machine) => fileAt(machine, path)?.content);
  const [, key, comment = 'no comment'] = /^\S+ (\S+)(?: (.*))?/.exec(text ?? '') ?? [];
  if (key === undefined) return refuse(call, `ssh-keygen: ${path}: No such file or directory`, 255);
  const digest = createHash('sha256').update(Buffer.from(key, 'base64')).digest('base64').replace(/=+$/, '');
  return say(call, `256 SHA256:${digest} ${comment} (ED25519)`);
}

export const system: Readonly<Record<string, Program>> = {
  journalctl,
  hostnamectl,
  'systemd-machine-id-setup': machineIdSetup,
  'systemd-run': systemdRun,
  'systemd-detect-virt': (call) => {
    const kind = call.look((machine) => machine.hardware.virtualization);
    return say(call, kind, kind === 'none' ? 1 : 0);
  },
  timedatectl: (call) =>
    say(
      call,
      `NTPSynchronized=${call.look((machine) => (Math.abs(machine.hardware.clockSkewMs) > 2_000 ? 'no' : 'yes'))}`,
    ),
  'ssh-keygen': sshKeygen,
};
