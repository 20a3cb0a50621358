import type { Settings } from '../../app/settings.ts';
import type { World } from '../../app/world.ts';
import { exitCode, Fault } from '../../errors/fault.ts';
import type { HostKeyOffer, HostTarget } from '../../host/host.ts';
import { HostFault } from '../../host/host-fault.ts';
import type { Passwords } from '../../host/secrets.ts';
import { counted } from '../../text/plural.ts';
import { columns } from '../../text/table.ts';
import { questionsFor } from './questions.ts';
import type { Terminal } from './terminal.ts';

export interface AccessRequest {
  readonly targets: readonly HostTarget[];
  readonly world: World;
  readonly passwords: Passwords;
  readonly settings: Settings;
  readonly terminal: Terminal;
}

/**
 * Makes sure that every node that answers also accepts the login: host keys are shown together and pinned, passwords are asked for.
 * A node that does not answer is no fault here. Where there is no terminal to prompt on, throws a `Fault` with the whole list.
 */
export async function ensureAccess(request: AccessRequest): Promise<void> {
  await pinHostKeys(request);
  for (let attempt = 1; ; attempt++) {
    const refused = await refusals(request);
    if (refused.length === 0) return;
    if (!canAsk(request) || attempt > 3) throw accessRefused(refused);
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
  const rows = offers.map(({ node, address, fingerprint }) => [node, address, fingerprint]);
  const shown = columns(rows)
    .map((row) => `  ${row}`)
    .join('\n');
  if (settings.acceptNewHostKeys) {
    terminal.errors.write(`New host keys, now pinned:\n${shown}\n`);
  } else if (canAsk(request)) {
    terminal.output.write(`These host keys are new. Compare them with what the nodes' own consoles show:\n${shown}\n`);
    const yes = await questionsFor(settings, terminal).confirm({
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
      what: `${counted(offers.length, 'host key is', 'host keys are')} not known yet, and there is no terminal to prompt on.`,
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
    what: `The host key of ${changed.map(({ node }) => node).join(', ')} has changed.`,
    why: changed
      .map(({ node, changedFrom, fingerprint }) => `${node}: was ${changedFrom}, is ${fingerprint}`)
      .join('\n'),
    next: [
      'Either the node was reinstalled, or another machine answers in its place.',
      'Look at the key on the node itself: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub',
      'If it is right, remove the line of that node from var/lib/kloudspot/known_hosts under the root and run the command again.',
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

async function askPasswords(request: AccessRequest, refused: readonly Refusal[]): Promise<void> {
  const { world, passwords, settings, terminal } = request;
  const { password } = questionsFor(settings, terminal);
  for (const { target, kind, why } of refused) {
    terminal.output.write(`${why}\n`);
    const what = kind === 'login' ? 'Login password' : 'sudo password';
    passwords.give(target.node, kind, await password({ message: `${what} for ${target.node}:` }));
    await world.hosts.forget(target.node);
  }
}

function accessRefused(refused: readonly Refusal[]): Fault {
  return new Fault({
    what: `${counted(refused.length, 'node refuses', 'nodes refuse')} access.`,
    where: refused.map(({ target }) => target.node).join(', '),
    why: refused.map(({ target, why }) => `${target.node}: ${why}`).join('\n'),
    next: [
      'Give passwords with --password-file FILE (mode 0600) or --password-fd N, or a key with access.key in the site file.',
    ],
    exitCode: exitCode.refused,
  });
}
