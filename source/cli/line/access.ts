import type { Settings } from '../../app/settings.ts';
import type { World } from '../../app/world.ts';
import { exitCode, Fault } from '../../errors/fault.ts';
import type { HostKeyOffer, HostTarget } from '../../host/host.ts';
import { HostFault } from '../../host/host-fault.ts';
import type { Passwords } from '../../host/secrets.ts';
import { questions } from './questions.ts';
import type { Terminal } from './terminal.ts';

export interface AccessRequest {
  readonly targets: readonly HostTarget[];
  readonly world: World;
  readonly passwords: Passwords;
  readonly settings: Settings;
  readonly terminal: Terminal;
}

/**
 * Sees to it that every node that answers also lets us in: host keys are shown at once and pinned, passwords are asked for once.
 * Nodes that do not answer are left to whoever needs them. Where nobody can be asked, throws a `Fault` with the whole list.
 */
export async function ensureAccess(request: AccessRequest): Promise<void> {
  await pinHostKeys(request);
  for (let attempt = 1; ; attempt++) {
    const refused = await refusals(request);
    if (refused.length === 0) return;
    if (!canAsk(request) || attempt > 3) throw nobodyLetsUsIn(refused);
    await askPasswords(request, refused);
  }
}

function canAsk({ settings, terminal }: AccessRequest): boolean {
  return terminal.interactive && !settings.yes && !settings.json;
}

async function pinHostKeys(request: AccessRequest): Promise<void> {
  const { targets, world, settings, terminal } = request;
  const remote = targets.filter(({ local }) => !local);
  const answers = await Promise.all(remote.map((target) => world.offeredHostKeys(target).catch(ignoreUnreachable)));
  const offers = answers.flat();
  const changed = offers.filter(({ changedFrom }) => changedFrom !== undefined);
  if (changed.length > 0) throw changedKeys(changed);
  if (offers.length === 0) return;
  const shown = offers
    .map(({ node, address, fingerprint }) => `  ${node.padEnd(16)} ${address.padEnd(16)} ${fingerprint}`)
    .join('\n');
  if (settings.acceptNewHostKeys) {
    terminal.errors.write(`New host keys, now pinned:\n${shown}\n`);
  } else if (canAsk(request)) {
    terminal.output.write(`These host keys are new. Compare them with what the nodes' own consoles show:\n${shown}\n`);
    const yes = await questions.confirm({
      message: `Pin ${offers.length === 1 ? 'this key' : `these ${offers.length} keys`} and go on?`,
      default: false,
    });
    if (!yes)
      throw new Fault({
        what: 'The host keys were not accepted.',
        next: ['Nothing was changed.'],
        exitCode: exitCode.refused,
      });
  } else {
    throw new Fault({
      what: `${offers.length} host ${offers.length === 1 ? 'key is' : 'keys are'} not known yet, and nobody can be asked.`,
      why: shown.trim(),
      next: ['Compare them, then run it once with --accept-new-host-keys.'],
      exitCode: exitCode.refused,
    });
  }
  await world.pin(offers);
}

function ignoreUnreachable(error: unknown): HostKeyOffer[] {
  if (error instanceof HostFault) return [];
  throw error;
}

function changedKeys(changed: readonly HostKeyOffer[]): Fault {
  return new Fault({
    what: `The host key of ${changed.map(({ node }) => node).join(', ')} is another one than before.`,
    why: changed
      .map(({ node, changedFrom, fingerprint }) => `${node}: was ${changedFrom}, is ${fingerprint}`)
      .join('\n'),
    next: [
      'Either the node was installed anew, or something answers in its place.',
      'Look at the key on the node itself: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub',
      'If it is right, remove the line of that node from var/lib/kloudspot/known_hosts under the root and begin again.',
    ],
    exitCode: exitCode.refused,
  });
}

interface Refusal {
  readonly target: HostTarget;
  readonly kind: 'login' | 'sudo';
  readonly why: string;
}

async function refusals({ targets, world }: AccessRequest): Promise<Refusal[]> {
  const answers = await Promise.all(
    targets.map(async (target): Promise<Refusal | undefined> => {
      try {
        const host = await world.hosts.get(target);
        await host.run(['true'], { sudo: true, deadline: 30_000 });
        return undefined;
      } catch (error) {
        if (error instanceof HostFault && error.kind === 'login-refused')
          return { target, kind: 'login', why: error.message };
        if (error instanceof HostFault && error.kind === 'sudo-refused')
          return { target, kind: 'sudo', why: error.message };
        if (error instanceof HostFault) return undefined;
        throw error;
      }
    }),
  );
  return answers.filter((answer) => answer !== undefined);
}

async function askPasswords({ world, passwords, terminal }: AccessRequest, refused: readonly Refusal[]): Promise<void> {
  for (const { target, kind, why } of refused) {
    terminal.output.write(`${why}\n`);
    const what = kind === 'login' ? 'Login password' : 'sudo password';
    passwords.give(target.node, kind, await questions.password({ message: `${what} for ${target.node}:` }));
    await world.hosts.forget(target.node);
  }
}

function nobodyLetsUsIn(refused: readonly Refusal[]): Fault {
  return new Fault({
    what: `${refused.length === 1 ? 'One node refuses' : `${refused.length} nodes refuse`} access.`,
    where: refused.map(({ target }) => target.node).join(', '),
    why: refused.map(({ target, why }) => `${target.node}: ${why}`).join('\n'),
    next: [
      'Give passwords with --password-file FILE (mode 0600) or --password-fd N, or a key with access.key in the site file.',
    ],
    exitCode: exitCode.refused,
  });
}
