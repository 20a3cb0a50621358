import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { HostFiles, HostTarget } from '../host.ts';
import { HostFault } from '../host-fault.ts';
import { type Answer, ask } from '../shell/child.ts';
import { type LoginProbe, probeInput, probeLimit, probeLine, readLoginProbe } from '../shell/login-probe.ts';
import { askPass } from './ask-pass.ts';
import { endMaster } from './end-master.ts';
import { changedKey } from './known-hosts.ts';
import { loginFault, mostTelling, noSsh } from './ssh-faults.ts';
import { holding, pinning, reaching, sshEnvironment } from './ssh-options.ts';

export interface SshOptions {
  readonly target: HostTarget;
  readonly files: HostFiles;
  /** A private folder with a short path, see `socketFolder`. */
  readonly sockets: string;
  readonly loginPassword: () => string | undefined;
  readonly sudoPassword: () => string | undefined;
}

/** A master connection that stands, and what the machine said first. */
export interface Login {
  readonly socket: string;
  readonly probe: LoginProbe;
}

/** ms that an address gets before the next one is tried beside it: an address that is gone keeps one waiting for 3 to 8 s. */
const headStart = 1_000;

/** Logs in at the first of the node's addresses that lets us in. Throws the most telling `HostFault` where none does. */
export async function logIn(options: SshOptions): Promise<Login> {
  const { node, addresses } = options.target;
  const enough = new AbortController();
  const faults: HostFault[] = [];
  const tries: Promise<Login | undefined>[] = [];
  try {
    for (const address of addresses) {
      const attempt = logInAt(options, address, enough.signal).then((outcome) => {
        if (!(outcome instanceof HostFault)) return outcome;
        faults.push(outcome);
        return undefined;
      });
      tries.push(attempt);
      const open = await Promise.race([anyOf(tries), wait(headStart, undefined, { signal: enough.signal })]);
      if (open) return open;
      // it was the right machine: another address leads to no other answer
      if (faults.some(({ kind }) => kind === 'login-refused')) break;
    }
    const open = await anyOf(tries);
    if (open) return open;
  } finally {
    enough.abort();
  }
  throw mostTelling(faults) ?? new HostFault('unreachable', node, { what: `${node} has no address.` });
}

/** The first login that stands; undefined once all have failed. */
function anyOf(tries: readonly Promise<Login | undefined>[]): Promise<Login | undefined> {
  const standing = tries.map((attempt) => attempt.then((login) => login ?? Promise.reject(new Error('no login'))));
  return Promise.any(standing).catch(() => undefined);
}

/** Ends a master connection, whose socket is then no longer used. */
export async function logOut(socket: string): Promise<void> {
  await endMaster(socket, 2_000);
  await rm(socket, { force: true });
}

/** `signal`: another address let us in; this login is no longer wanted. */
async function logInAt(options: SshOptions, address: string, signal: AbortSignal): Promise<Login | HostFault> {
  const { target, files, sockets, loginPassword, sudoPassword } = options;
  const socket = join(sockets, `m-${randomBytes(5).toString('hex')}`);
  const tried = sudoPassword();
  const passwordGiven = loginPassword() !== undefined;
  let answer = await probeAt(options, { address, socket, signal });
  if (passwordGiven && /Too many authentication failures/.test(answer.stderr)) {
    // an agent full of keys used up the tries before the password's turn
    answer = await probeAt(options, { address, socket, signal, more: ['-o', 'PubkeyAuthentication=no'] });
  }
  if (answer.ending === 255 && answer.stderr.trim() === '' && answer.stdout.trim() === '') {
    // what PAM says of an account comes as a banner, which ssh shows from this level on
    answer = await probeAt(options, { address, socket, signal, more: ['-o', 'LogLevel=INFO'] });
  }
  const probe = readLoginProbe(answer.stdout, address);
  if (probe && !signal.aborted) return { socket, probe: { ...probe, outdated: () => tried !== sudoPassword() } };
  await logOut(socket);
  if (answer.ending === 127 && answer.stderr === '' && answer.stdout === '') return noSsh(target.node);
  const fault = loginFault({
    target,
    address,
    said: answer.stderr,
    printed: answer.stdout,
    passwordGiven,
    ending: answer.ending,
    passwordsForbiddenBy: passwordGiven ? await passwordsForbiddenBy(target, address) : undefined,
  });
  return fault.kind === 'host-key-changed' ? changedKey(target, address, files) : fault;
}

interface ProbePlace {
  readonly address: string;
  readonly socket: string;
  readonly signal: AbortSignal;
  readonly more?: readonly string[];
}

/** Opens the master connection with the probe as its first command. */
async function probeAt(options: SshOptions, { address, socket, signal, more = [] }: ProbePlace): Promise<Answer> {
  const { target, files, sockets, loginPassword, sudoPassword } = options;
  const password = loginPassword();
  const asked = password === undefined ? undefined : await askPass(sockets, password);
  // of an option that is given twice ssh takes the first
  const words = [...more, ...holding(socket), ...pinning(target.node, files.knownHosts), ...reaching(target)];
  const batch = ['-o', `BatchMode=${asked ? 'no' : 'yes'}`];
  try {
    return await ask(['ssh', ...words, ...batch, '--', address, probeLine], {
      input: probeInput(sudoPassword()),
      environment: sshEnvironment(asked?.environment),
      deadline: probeLimit,
      signal,
    });
  } finally {
    await asked?.close();
  }
}

/** The setting of the operator's ssh configuration that keeps ssh from offering a password, as `ssh -G` prints it. */
async function passwordsForbiddenBy(target: HostTarget, address: string): Promise<string | undefined> {
  const { stdout } = await ask(['ssh', '-G', ...reaching(target), '--', address], {
    input: '',
    environment: sshEnvironment(),
    deadline: 5_000,
  });
  const settings = new Map(stdout.split('\n').map((line) => [line.split(' ')[0] ?? '', line]));
  const preferred = settings.get('preferredauthentications');
  if (preferred !== undefined && !/password|keyboard-interactive/.test(preferred)) return preferred;
  const off = ['passwordauthentication', 'kbdinteractiveauthentication'].map((name) => settings.get(name));
  return off.every((line) => line?.endsWith(' no')) ? off[0] : undefined;
}
