// A node with a kernel of its own: User-Mode Linux over the root of all nodes. It boots slowly and runs no pods here, but has what the
// machine's kernel may lack: device-mapper, partition tables, udev.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, openSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { quietly } from './hub.ts';
import { writeNodeDisk } from './node-disk.ts';
import { address, at, hardwareAddress, hub, nodePath, user } from './place.ts';
import { type Outcome, overSsh, sshOptions } from './reach.ts';

const kernel = '/usr/bin/linux.uml';
const modules = '/usr/lib/uml/modules';
/** A processor with AMX has more registers than this kernel (6.1) keeps room for: it ends at boot, "ptrace set fp regs failed, errno = 14". */
const tooManyRegisters = () => /\bamx_tile\b/.test(readFileSync('/proc/cpuinfo', 'utf8'));

/** What Debian's package `user-mode-linux` brings, which the lab needs for nothing else, on a processor that it runs on. */
export const hasKernel = () => existsSync(kernel) && existsSync(modules) && !tooManyRegisters();

/** Units that start what no test of a kernel asks for; without snapd its client would be waited for. */
const units = ['snapd.service', 'snapd.socket', 'snapd.seeded.service', 'snapd.apparmor.service'];

/** A node of this number, booted as far as its login, with blank disks /dev/ubdb, /dev/ubdc, … of these sizes, as `8G`. */
export async function addWithKernel(n: number, disks: readonly string[]): Promise<void> {
  await writeNodeDisk(n, { upgrade: false });
  await root(n);
  const tap = `t${n}`;
  await quietly`ip -n ${hub} tuntap add ${tap} mode tap`;
  await quietly`ip -n ${hub} link set ${tap} master br0 up`;
  const images = disks.map((size, index) => ({ name: `ubd${String.fromCharCode(98 + index)}`, size }));
  for (const { name, size } of images) await quietly`truncate -s ${size} ${nodePath(n, `${name}.img`)}`;
  powerOn(
    n,
    images.map(({ name }) => name),
  );
  await untilLogin(n);
}

/** The same root as all nodes have, mounted here: the kernel reads and writes it as a folder of this machine. */
async function root(n: number): Promise<void> {
  const upper = nodePath(n, 'upper');
  const etc = join(upper, 'etc/systemd/system');
  rmSync(join(upper, 'usr/local/sbin/udevadm'));
  rmSync(join(etc, 'multi-user.target.wants/lab-seed.service'));
  for (const unit of units) symlinkSync('/dev/null', join(etc, unit));
  // what a system does at its first boot after its files were renewed was done when the root was built
  for (const folder of ['etc', 'var']) {
    mkdirSync(join(upper, folder), { recursive: true });
    writeFileSync(join(upper, folder, '.updated'), '');
  }
  writeFileSync(join(upper, 'usr/local/bin/snap'), '#!/bin/sh\nexit 1\n');
  const netplan = join(upper, 'etc/netplan/50-cloud-init.yaml');
  writeFileSync(netplan, readFileSync(netplan, 'utf8').replace('eth0', 'vec0'));
  mkdirSync(join(upper, 'usr/lib/modules'), { recursive: true });
  const layers = `lowerdir=${at('root')},upperdir=${upper},workdir=${nodePath(n, 'work')}`;
  await quietly`mount -t overlay overlay -o ${layers} ${nodePath(n, 'mnt')}`;
  await quietly`mount --bind ${modules} ${nodePath(n, 'mnt/usr/lib/modules')}`;
}

/** The first disk is left out: its number is that of a root that is a folder. */
function powerOn(n: number, disks: readonly string[]): void {
  const console = openSync(nodePath(n, 'console'), 'a');
  const words = ['mem=512M', `umid=${hub}-${n}`, 'rootfstype=hostfs', `rootflags=${nodePath(n, 'mnt')}`, 'rw'].concat(
    disks.map((name) => `${name}=${nodePath(n, `${name}.img`)}`),
    [`vec0:transport=tap,ifname=t${n},depth=128,mac=${hardwareAddress(n)}`],
    ['con=null', 'con0=null,fd:1', 'quiet', 'systemd.show_status=0'],
  );
  // its processes end with the first of them
  const alone = ['netns', 'exec', hub, 'unshare', '--pid', '--fork', '--kill-child', kernel, ...words];
  const env = { ...process.env, TMPDIR: '/dev/shm' };
  const running = spawn('ip', alone, { detached: true, stdio: ['ignore', console, console], env });
  running.unref();
  writeFileSync(nodePath(n, 'kernel'), String(running.pid));
}

async function untilLogin(n: number): Promise<void> {
  const ended = () => /Kernel panic - .*/.exec(readFileSync(nodePath(n, 'console'), 'utf8'))?.[0];
  for (const deadline = Date.now() + 300_000; Date.now() < deadline && !ended(); await sleep(500))
    if ((await overSsh(n, 'true')).code === 0) return;
  throw new Error(
    `The kernel of node ${n} did not boot${ended() ? `: ${ended()}` : ''}. Its console: ${nodePath(n, 'console')}`,
  );
}

export interface RootShell {
  run(command: string, input?: string): Promise<Outcome>;
  close(): void;
}

/** One login and one sudo for many commands, one after the other: each costs such a kernel a second or two. */
export function rootShell(n: number): RootShell {
  // the derivation of a LUKS key holds its one processor for longer than a link may be silent elsewhere
  const patient = ['-o', 'ServerAliveInterval=0', ...sshOptions];
  const words = ['netns', 'exec', hub, 'ssh', ...patient, `${user}@${address(n)}`, 'sudo LC_ALL=C bash'];
  const child = spawn('ip', words, { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.on('error', () => undefined); // the next line that is read says so
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const line = async (): Promise<string> => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`The login on node ${n} ended. Its console: ${nodePath(n, 'console')}`);
    return value;
  };
  const encoded = (text: string) => Buffer.from(text).toString('base64');
  const decoded = (text: string) => Buffer.from(text, 'base64').toString();
  return {
    async run(command, input = '') {
      child.stdin.write(
        `base64 -d <<<'${encoded(input)}' | bash -c "$(base64 -d <<<'${encoded(command)}')" >/run/out 2>/run/err
echo $?; base64 -w0 /run/out; echo; base64 -w0 /run/err; echo\n`,
      );
      return { code: Number(await line()), stdout: decoded(await line()), stderr: decoded(await line()) };
    },
    // Without that wait for a sign of life it would outlive a node that goes down, and hold the test's output open.
    close: () => void child.kill(),
  };
}
