// Whether this machine can hold the lab, said in words.
import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { at, lab } from './place.ts';

const programs: Record<string, string> = {
  mmdebstrap: 'mmdebstrap',
  'dpkg-deb': 'dpkg',
  unshare: 'util-linux',
  nsenter: 'util-linux',
  losetup: 'util-linux',
  mksquashfs: 'squashfs-tools',
  ip: 'iproute2',
  'ssh-keygen': 'openssh-client',
  openssl: 'openssl',
  sysctl: 'procps',
  bash: 'bash',
  curl: 'curl',
};

/** Every reason why the lab cannot run here; none means that it can. */
export function whatIsMissing(): string[] {
  if (process.platform !== 'linux') return [`Linux (this is ${process.platform})`];
  const missing = Object.entries(programs)
    .filter(([program]) => !onPath(program))
    .map(([program, from]) => `the program ${program} (package ${from})`);
  if (process.getuid?.() !== 0) return ['root', ...missing];
  if (!namespaces()) missing.push('leave to make mount, network and process namespaces');
  if (!loopDevices()) missing.push('loop devices (/dev/loop-control)');
  if (!existsSync(at('plane.stamp')) && !onPath('go'))
    missing.push('Go 1.24 or newer, to build the control plane once');
  if (!existsSync(at('root.stamp')) && freeGigabytes() < 8) missing.push(`8 GB free for ${lab}`);
  return missing;
}

/** One sentence, thrown by everything that would otherwise fail half-way. */
export function refuseIfIncomplete(): void {
  const missing = whatIsMissing();
  if (missing.length > 0) throw new Error(`The lab cannot run on this machine. It lacks: ${missing.join('; ')}.`);
}

function onPath(program: string): boolean {
  const folders = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/sbin', '/usr/local/go/bin'];
  return folders.some((folder) => runnable(join(folder, program)));
}

function runnable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function namespaces(): boolean {
  try {
    execFileSync(
      'unshare',
      ['--mount', '--net', '--pid', '--uts', '--ipc', '--cgroup', '--fork', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'],
      { stdio: 'ignore' },
    );
    return true;
  } catch {
    return false;
  }
}

const loopDevices = () => existsSync('/dev/loop-control');

function freeGigabytes(): number {
  const { bavail, bsize } = statfsSync('/var/tmp');
  return (bavail * bsize) / 1e9;
}
