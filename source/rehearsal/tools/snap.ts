import * as z from 'zod';
import { keptFolder } from '../../microk8s/node.ts';
import { trackIn } from '../../microk8s/tracks.ts';
import { offeredConfiguration, readLaunchConfiguration } from '../cluster/launch-configuration.ts';
import type { Machine } from '../model/machine.ts';
import { between } from '../model/random.ts';
import { at, type State } from '../model/state.ts';
import { fileAt, writePath } from '../node/file-system.ts';
import { mountedIn } from '../node/mounts.ts';
import { type Call, lastValue, optionsOf, type Program, refuse, type Steps, say } from './call.ts';
import { ack, installBase, missingBase, readSnapFile, signaturesOf, storeSnap } from './snap-files.ts';
import { fetchingPart, tasks } from './snap-tasks.ts';

/** ms that snapd takes for MicroK8s: download, mount, services. */
const installMs = [60_000, 88_000] as const;
const wholeMs = ({ id }: Machine): number => between(`snap/${id}`, ...installMs);
const removeMs = 14_000;
const lookAgainMs = 3_000;
/** ms until services answer again after a restart. */
const restartMs = 9_000;

function* snap(call: Call): Steps {
  const options = optionsOf(call.words, ['--channel', '--revision', '--last', '--basename', '--target-directory']);
  const [verb, name = ''] = options.rest;
  const channel = lastValue(options, '--channel');
  switch (verb) {
    case 'install':
      return yield* install(call, name, channel ?? 'latest/stable', {
        classic: options.flags.has('--classic'),
        dangerous: options.flags.has('--dangerous'),
      });
    case 'download':
      return yield* download(call, name, channel ?? 'latest/stable', lastValue(options, '--target-directory') ?? '.');
    case 'remove':
      return yield* remove(call, name);
    case 'refresh': {
      const hold = options.flags.has('--hold') || options.values.has('--hold');
      return yield* refresh(call, options.rest[1], hold, options.flags.has('--unhold'), channel);
    }
    case 'revert':
      return yield* revert(call, name);
    case 'ack':
      return call.root ? ack(call, name) : refuse(call, accessDenied);
    case 'switch':
      return switchTo(call, name, channel);
    case 'restart':
      return yield* restart(call);
    default:
      return answerAtOnce(call, options.rest);
  }
}

/** What takes no time. */
function answerAtOnce(call: Call, words: readonly string[]): number {
  const [verb, name] = words;
  switch (verb) {
    case 'version':
      return say(call, call.look(versionText));
    case 'list':
      return list(call, name);
    case 'changes':
      return changes(call);
    case 'tasks':
      return tasks(call, name ?? '');
    case 'get':
      return getSystem(call, words);
    case 'set':
      return setSystem(call, words.slice(1));
    case 'services':
    case 'wait':
      return 0;
    case undefined:
      return say(call, 'The snap command lets you install, configure, refresh and remove snaps.');
    default:
      return refuse(call, `error: unknown command "${verb}", see 'snap help'.`, 64);
  }
}

/** Where snapd keeps what was set for the system; here nothing but the proxy. */
const systemState = '/var/lib/snapd/system-proxy.json';
const proxyOf = (machine: Machine): Record<string, string> => {
  const read = z.record(z.string(), z.string()).safeParse(JSON.parse(fileAt(machine, systemState)?.content ?? '{}'));
  return read.success ? read.data : {};
};

/** `snap get -d system proxy` */
function getSystem(call: Call, [, snapName, key]: readonly string[]): number {
  const proxy = call.look(proxyOf);
  if (snapName !== 'system' || key !== 'proxy' || Object.keys(proxy).length === 0)
    return refuse(call, `error: snap "core" has no "${key ?? ''}" configuration option`);
  return say(call, JSON.stringify({ proxy }, undefined, '\t'));
}

/** `snap set system proxy.KEY=VALUE…`: kept, and written into /etc/environment as snapd does; an empty value removes it. */
function setSystem(call: Call, [snapName, ...pairs]: readonly string[]): number {
  if (snapName !== 'system') return 0;
  return call.change((machine) => {
    const proxy = proxyOf(machine);
    for (const pair of pairs) {
      const [, key = '', value = ''] = /^proxy\.([a-z-]+)=(.*)$/.exec(pair) ?? [];
      if (value === '') delete proxy[key];
      else proxy[key] = value;
    }
    writePath(machine, systemState, JSON.stringify(proxy));
    const others = (fileAt(machine, '/etc/environment')?.content ?? '')
      .split('\n')
      .filter((line) => !/^(https?|no)_proxy=/.test(line) && line !== '');
    const own = Object.entries(proxy).map(([key, value]) => `${key === 'no-proxy' ? 'no' : key}_proxy=${value}`);
    writePath(machine, '/etc/environment', [...others, ...own].map((line) => `${line}\n`).join(''));
    return 0;
  });
}

function versionText(machine: Machine): string {
  const snapd = machine.packages.installed['snapd'] ?? '2.63';
  return `snap    ${snapd}\nsnapd   ${snapd}\nseries  16\nubuntu  22.04\nkernel  ${machine.kernel}`;
}

const summaries = { install: 'Install', refresh: 'Refresh', revert: 'Revert', remove: 'Remove' } as const;

function changes(call: Call): number {
  const change = call.look((machine) => machine.snapChange);
  if (change === undefined) return refuse(call, 'error: no changes found');
  const summary = `${summaries[change.verb]} "${change.snap}" snap`;
  return say(
    call,
    `ID   Status  Spawn               Ready               Summary\n${String(change.id).padEnd(4)} Doing   today at 08:18 UTC  -                   ${summary}`,
  );
}

function list(call: Call, name: string | undefined): number {
  const { snaps } = call.look((machine) => machine);
  const rows = Object.entries(snaps).filter(([own]) => name === undefined || own === name);
  if (rows.length === 0)
    return refuse(call, name === undefined ? 'No snaps are installed yet.' : 'error: no matching snaps installed');
  call.out('Name      Version      Rev    Tracking       Publisher    Notes\n');
  for (const [own, { version, revision, channel, publisher, notes, held }] of rows) {
    const marks = held ? (notes === '-' ? 'held' : `${notes},held`) : notes;
    call.out(
      `${own.padEnd(9)} ${version.padEnd(12)} ${revision.padEnd(6)} ${channel.padEnd(14)} ${publisher.padEnd(12)} ${marks}\n`,
    );
  }
  return 0;
}

const accessDenied = 'error: access denied (try with sudo)';

interface InstallFlags {
  readonly classic: boolean;
  readonly dangerous: boolean;
}

function* install(call: Call, word: string, channel: string, flags: InstallFlags): Steps {
  if (!call.root) return refuse(call, accessDenied);
  if (word.endsWith('.snap')) return yield* installFile(call, word, flags);
  if (!call.look(({ online }) => online)) return refuse(call, 'error: unable to contact snap store');
  return yield* installNamed(call, word, channel, { classic: flags.classic, file: false });
}

/** A file whose signatures are known, without the store; it follows no channel until it is told to. */
function* installFile(call: Call, path: string, { classic, dangerous }: InstallFlags): Steps {
  const found = readSnapFile(call, path, dangerous);
  if (typeof found === 'string') return refuse(call, found);
  const base = missingBase(call, found.snap, found.base);
  if (base !== undefined) return refuse(call, base);
  if (found.snap !== 'microk8s') return installBase(call, found);
  return yield* installNamed(call, found.snap, found.channel, { classic, file: true });
}

/** `snap download NAME`: the client's own work, which snapd knows nothing of. The signatures come last. */
function* download(call: Call, name: string, channel: string, folder: string): Steps {
  call.out(`Fetching snap "${name}"\n`);
  if (!call.look(({ online }) => online))
    return refuse(call, 'error: Post "https://api.snapcraft.io/v2/snaps/refresh": dial tcp: i/o timeout');
  const text = storeSnap(name, channel);
  if (text === undefined) return refuse(call, `error: snap "${name}" not found`);
  yield Math.round(call.look(wholeMs) * fetchingPart);
  const file = `${folder}/${name}`;
  call.out(`Fetching assertions for "${name}"\n`);
  return call.change((machine) => {
    writePath(machine, `${file}.snap`, text);
    writePath(machine, `${file}.assert`, signaturesOf(text));
    return say(call, `Install the snap with:\n   snap ack ${file}.assert\n   snap install ${file}.snap`);
  });
}

/** `snap switch --channel=CHANNEL NAME` */
function switchTo(call: Call, name: string, channel: string | undefined): number {
  if (!call.root) return refuse(call, accessDenied);
  if (channel === undefined) return refuse(call, 'error: missing --channel=<channel-name> parameter');
  const there = call.change((machine) => {
    const own = machine.snaps[name];
    if (own === undefined) return false;
    own.channel = channel;
    delete own.addons;
    return true;
  });
  if (!there) return refuse(call, `error: snap "${name}" is not installed`);
  return say(call, `"${name}" switched to the "${channel}" channel`);
}

interface Installation {
  readonly classic: boolean;
  readonly file: boolean;
}

function* installNamed(call: Call, name: string, channel: string, { classic, file }: Installation): Steps {
  if (name !== 'microk8s') return refuse(call, `error: snap "${name}" not found`);
  const there = call.look((machine) => machine.snaps[name]);
  if (there !== undefined) {
    call.err(`snap "${name}" is already installed, see 'snap help refresh'\n`);
    return 0;
  }
  const offered = trackIn(channel);
  if (offered === undefined) {
    return refuse(
      call,
      `error: snap "${name}" is not available on ${channel} but is available to install on other channels`,
    );
  }
  if (!classic) {
    return refuse(
      call,
      `error: This revision of snap "${name}" was published using classic confinement and thus may perform
       arbitrary system changes outside of the security sandbox that snaps are usually confined to,
       which may put your system at risk.

       If you understand and want to proceed repeat the command including --classic.`,
    );
  }
  const running = call.look((machine) => machine.snapChange);
  if (running !== undefined) return refuse(call, `error: snap "${name}" has "${running.verb}-snap" change in progress`);
  const change = call.change((machine, state, now) => begin(machine, state, now, 'install', channel, file));
  return yield* follow(call, change, 'install', `${name} (${channel}) ${offered.snap} from Canonical✓ installed`);
}

type Verb = NonNullable<Machine['snapChange']>['verb'];

function begin(machine: Machine, state: State, now: number, verb: Verb, channel: string, file = false): number {
  state.serial += 1;
  const id = state.serial;
  const loads = verb === 'install' || verb === 'refresh';
  const ms = loads ? Math.round(wholeMs(machine) * (file ? 1 - fetchingPart : 1)) : removeMs;
  machine.snapChange = {
    id,
    verb,
    snap: 'microk8s',
    channel,
    startedAt: now,
    readyAt: now + ms,
    ...(file ? { file } : {}),
  };
  at(state, now + ms, { kind: 'snap', machine: machine.id, change: id });
  return id;
}

/** Waits for the end of snapd's change. The client shows nothing meanwhile where no terminal is attached. */
function* follow(call: Call, change: number, verb: Verb, done: string): Steps {
  for (;;) {
    const left = call.look(({ snapChange }, _state, now) =>
      snapChange?.id === change ? snapChange.readyAt - now : undefined,
    );
    if (left === undefined) {
      const there = call.look(({ snaps }) => snaps['microk8s']);
      if (verb === 'install' && there === undefined) return refuse(call, hookFailed(call.look(offeredConfiguration)));
      if (verb === 'remove' && there !== undefined) return refuse(call, notRemoved(call, there.revision));
      return say(call, done);
    }
    yield Math.max(50, Math.min(lookAgainMs, left));
  }
}

function hookFailed(configuration: string): string {
  const why = readLaunchConfiguration(configuration);
  return `error: cannot perform the following tasks:
- Run install hook of "microk8s" snap if present (run hook "install": ${typeof why === 'string' ? why : 'signal: killed'})`;
}

function notRemoved(call: Call, revision: string | number): string {
  const [mount] = call.look((machine) => mountedIn(machine, keptFolder));
  return `error: cannot perform the following tasks:
- Remove data for snap "microk8s" (${revision}) (unlinkat ${mount}: device or resource busy)`;
}

function* remove(call: Call, name: string): Steps {
  if (!call.root) return refuse(call, 'error: access denied (try with sudo)');
  const there = call.look((machine) => machine.snaps[name]);
  if (there === undefined) {
    call.err(`snap "${name}" is not installed\n`);
    return 0;
  }
  if (call.look((machine) => machine.snapChange) !== undefined) {
    return refuse(call, `error: snap "${name}" has changes in progress`);
  }
  const change = call.change((machine, state, now) => begin(machine, state, now, 'remove', there.channel));
  return yield* follow(call, change, 'remove', `${name} removed`);
}

function* refresh(
  call: Call,
  name: string | undefined,
  hold: boolean,
  unhold: boolean,
  channel: string | undefined,
): Steps {
  if (!call.root) return refuse(call, 'error: access denied (try with sudo)');
  if (name === undefined) return say(call, 'All snaps up to date.');
  if (call.look((machine) => machine.snaps[name]) === undefined)
    return refuse(call, `error: snap "${name}" is not installed`);
  yield 300;
  if (channel !== undefined) {
    if (!call.look(({ online }) => online)) return refuse(call, 'error: unable to contact snap store');
    return yield* change(call, name, 'refresh', channel);
  }
  if (!hold && !unhold) {
    call.err(`snap "${name}" has no updates available\n`);
    return 0;
  }
  call.change((machine) => {
    const own = machine.snaps[name];
    if (own !== undefined) own.held = hold;
  });
  return say(
    call,
    hold ? `General refreshes of "${name}" held indefinitely` : `Removed general refresh hold of "${name}"`,
  );
}

/** `snap restart microk8s.daemon-…`: the API of the machine is away meanwhile. */
function* restart(call: Call): Steps {
  if (!call.root) return refuse(call, 'error: access denied (try with sudo)');
  yield 1_500;
  call.change((machine, _state, now) => {
    if (machine.microk8s !== undefined) machine.microk8s.upSince = now + restartMs;
  });
  return say(call, 'Restarted.');
}

/** A refresh to a channel outruns a hold, as it was asked for by name. */
function* change(call: Call, name: string, verb: 'refresh' | 'revert', channel: string): Steps {
  const offered = trackIn(channel);
  if (offered === undefined)
    return refuse(
      call,
      `error: snap "${name}" is not available on ${channel} but is available to install on other channels`,
    );
  if (call.look((machine) => machine.snaps[name]?.channel) === channel) {
    call.err(`snap "${name}" has no updates available\n`);
    return 0;
  }
  const running = call.look((machine) => machine.snapChange);
  if (running !== undefined) return refuse(call, `error: snap "${name}" has "${running.verb}-snap" change in progress`);
  const id = call.change((machine, state, now) => begin(machine, state, now, verb, channel));
  const done =
    verb === 'refresh'
      ? `${name} (${channel}) ${offered.snap} from Canonical✓ refreshed`
      : `${name} reverted to ${offered.snap}`;
  return yield* follow(call, id, verb, done);
}

/** `snap revert NAME`: back to the revision before the last refresh, with its own data. */
function* revert(call: Call, name: string): Steps {
  if (!call.root) return refuse(call, 'error: access denied (try with sudo)');
  const before = call.look((machine) => machine.snaps[name]?.before);
  if (before === undefined) return refuse(call, `error: cannot revert "${name}": no revision to revert to`);
  return yield* change(call, name, 'revert', before.channel);
}

export const snaps: Readonly<Record<string, Program>> = { snap };
