import { parse } from 'yaml';
import * as z from 'zod';
import type { Machine } from '../model/machine.ts';
import { between, hexOf } from '../model/random.ts';
import { fileAt, namesIn, writePath } from '../node/file-system.ts';
import { type Call, optionsOf, type Program, refuse, type Steps } from './call.ts';

const lockWords =
  'E: Could not open lock file /var/lib/dpkg/lock-frontend - open (13: Permission denied)\n' +
  'E: Unable to acquire the dpkg frontend lock (/var/lib/dpkg/lock-frontend), are you root?';

/** Packages with a newer version that the lists on the machine know of. */
export function upgradable(machine: Machine): string[] {
  if (!machine.packages.listsFresh) return [];
  const { installed, newer } = machine.packages;
  return Object.keys(newer).filter((name) => installed[name] !== undefined && installed[name] !== newer[name]);
}

/** Packages of the archive that are not there at first; any other is unknown to it. */
const archive: Readonly<Record<string, string>> = {
  lvm2: '2.03.11-2.1ubuntu5',
  'open-iscsi': '2.1.5-1ubuntu1.1',
  curl: '7.81.0-1ubuntu1.20',
  snapd: '2.68.5+ubuntu22.04.1',
  jq: '1.6-2.1ubuntu3',
  chrony: '4.2-2ubuntu2',
  arping: '2.22-2',
  cryptsetup: '2:2.4.3-1ubuntu1.3',
  nftables: '1.0.2-1ubuntu3',
};

/** The version that the archive has of a package. */
export const archiveVersion = (name: string): string => archive[name] ?? '1.0-1';

function* aptGet(call: Call): Steps {
  const { flags, rest } = optionsOf(call.words, ['-o', '-t', '-c']);
  const [verb, ...names] = rest;
  if (flags.has('-s') || flags.has('--simulate')) return simulate(call, verb);
  if (!call.root) return refuse(call, lockWords, 100);
  switch (verb) {
    case 'update':
      return yield* update(call);
    case 'upgrade':
    case 'dist-upgrade':
      return yield* install(call, call.look(upgradable), 34_000, 46_000);
    case 'install':
      return yield* installNamed(call, names);
    case 'remove':
    case 'purge':
      return yield* remove(call, names);
    case 'autoremove':
    case 'clean':
      yield 1_500;
      return 0;
    default:
      return refuse(call, `E: Invalid operation ${verb ?? ''}`, 100);
  }
}

function simulate(call: Call, verb: string | undefined): number {
  if (verb !== 'upgrade' && verb !== 'dist-upgrade') return 0;
  const { installed, newer } = call.look((machine) => machine.packages);
  for (const name of call.look(upgradable)) {
    call.out(`Inst ${name} [${installed[name]}] (${newer[name]} Ubuntu:22.04/jammy-updates [amd64])\n`);
    call.out(`Conf ${name} (${newer[name]} Ubuntu:22.04/jammy-updates [amd64])\n`);
  }
  return 0;
}

/** With no way to the archive it warns, and keeps the lists that it has: exit code 0. */
function* offlineUpdate(call: Call): Steps {
  yield 4_000;
  call.err(
    "W: Failed to fetch http://archive.ubuntu.com/ubuntu/dists/jammy/InRelease  Temporary failure resolving 'archive.ubuntu.com'\nW: Some index files failed to download. They have been ignored, or old ones used instead.\n",
  );
  return 0;
}

function* update(call: Call): Steps {
  if (!call.look(({ online }) => online)) return yield* offlineUpdate(call);
  const sources = ['jammy', 'jammy-updates', 'jammy-backports', 'jammy-security'];
  for (const [index, source] of sources.entries()) {
    yield 1_100;
    call.out(`${index === 0 ? 'Hit' : 'Get'}:${index + 1} http://archive.ubuntu.com/ubuntu ${source} InRelease\n`);
  }
  yield 1_600;
  call.out('Reading package lists...\n');
  call.change((machine) => {
    machine.packages.listsFresh = true;
  });
  return 0;
}

function* installNamed(call: Call, names: readonly string[]): Steps {
  const known = (name: string) =>
    archive[name] !== undefined || call.look((machine) => machine.packages.installed[name] !== undefined);
  const unknown = names.find((name) => !known(name));
  if (unknown !== undefined) return refuse(call, `E: Unable to locate package ${unknown}`, 100);
  return yield* install(call, names, 5_000, 9_000);
}

function* install(call: Call, names: readonly string[], least: number, most: number): Steps {
  const { installed, newer } = call.look((machine) => machine.packages);
  const wanted = names.filter(
    (name) => installed[name] !== (newer[name] ?? archive[name] ?? installed[name]) || !installed[name],
  );
  call.out('Reading package lists...\nBuilding dependency tree...\nReading state information...\n');
  const added = wanted.filter((name) => installed[name] === undefined);
  if (wanted.length > 0) {
    call.out(
      `The following packages will be ${added.length === 0 ? 'upgraded' : 'installed'}:\n  ${wanted.join(' ')}\n`,
    );
  }
  call.out(
    `${wanted.length - added.length} upgraded, ${added.length} newly installed, 0 to remove and 0 not upgraded.\n`,
  );
  if (wanted.length === 0) {
    yield 900;
    return 0;
  }
  if (!call.look(({ online }) => online)) return cannotFetch(call, wanted);
  const whole = call.look((machine) => between(`apt/${machine.id}/${wanted.join()}`, least, most));
  const part = whole / (wanted.length * 2);
  for (const [index, name] of wanted.entries()) {
    yield part;
    call.out(
      `Get:${index + 1} http://archive.ubuntu.com/ubuntu jammy-updates/main amd64 ${name} amd64 ${newer[name] ?? archive[name]}\n`,
    );
  }
  for (const name of wanted) {
    yield part;
    call.out(`Setting up ${name} (${newer[name] ?? archive[name]}) ...\n`);
  }
  call.change((machine) => {
    for (const name of wanted) settle(machine, name);
  });
  return 0;
}

function cannotFetch(call: Call, names: readonly string[]): number {
  for (const name of names)
    call.err(
      `E: Failed to fetch http://archive.ubuntu.com/ubuntu/pool/main/${name}.deb  Temporary failure resolving 'archive.ubuntu.com'\n`,
    );
  return refuse(call, 'E: Unable to fetch some archives, maybe run apt-get update or try with --fix-missing?', 100);
}

/** `install-from-folder FOLDER PACKAGE…`: what the folder has and the machine has not, from its files alone. */
export function* installFromFolder(call: Call): Steps {
  const [folder = ''] = call.words;
  const files = call.look((machine) => namesIn(machine, folder).filter((name) => name.endsWith('.deb')));
  const found = files.map((name) => call.look((machine) => fileAt(machine, `${folder}/${name}`)?.content ?? ''));
  for (const text of found) {
    const read = debFile.safeParse(parse(text));
    if (!read.success) return refuse(call, 'dpkg-deb: error: it is not a Debian format archive', 1);
    const { package: name, version } = read.data;
    if (call.look((machine) => machine.packages.installed[name] !== undefined)) continue;
    yield 2_500;
    call.out(`Setting up ${name} (${version}) ...\n`);
    call.change((machine) => settle(machine, name, version));
  }
  return 0;
}

const debFile = z.object({ package: z.string(), version: z.string() });

function settle(machine: Machine, name: string, version = machine.packages.newer[name] ?? archiveVersion(name)): void {
  machine.packages.installed[name] = version;
  if (name.startsWith('linux-image') || name === 'libc6' || name === 'systemd') {
    writePath(machine, '/run/reboot-required', '*** System restart required ***\n');
    writePath(machine, '/run/reboot-required.pkgs', `${name}\n`);
  }
  if (name === 'open-iscsi' && machine.units['iscsid.service'] === undefined) {
    machine.units['iscsid.service'] = { enabled: 'disabled', active: false };
    const id = hexOf(`iscsi/${machine.id}`, 12);
    writePath(machine, '/etc/iscsi/initiatorname.iscsi', `InitiatorName=iqn.2004-10.com.ubuntu:01:${id}\n`, {
      mode: 0o600,
    });
  }
}

function* remove(call: Call, names: readonly string[]): Steps {
  yield 4_000;
  call.change((machine) => {
    for (const name of names) delete machine.packages.installed[name];
  });
  return 0;
}

/** `dpkg --configure -a`: no change of a rehearsed machine's packages is ever cut off in its middle. */
function dpkg(call: Call): number {
  if (!call.root) return refuse(call, 'dpkg: error: requested operation requires superuser privilege', 2);
  return call.words.includes('--configure') ? 0 : refuse(call, 'dpkg: error: need an action option', 2);
}

export const packages: Readonly<Record<string, Program>> = { 'apt-get': aptGet, dpkg };
