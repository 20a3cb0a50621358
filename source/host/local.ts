import type { Host } from './host.ts';
import { HostFault } from './host-fault.ts';
import { ask, startChild } from './shell/child.ts';
import { type LoginProbe, probeInput, probeLimit, probeLine, readLoginProbe } from './shell/login-probe.ts';
import { ShellHost } from './shell/shell-host.ts';
import { slowProbe } from './shell/slow-probe.ts';
import type { Transport } from './shell/transport.ts';

/** This very machine; sudo where we are not root. `password` gives sudo's password, if there is one. */
export function localHost(node: string, password: () => string | undefined): Host {
  return new ShellHost(node, new LocalTransport(node, password), password);
}

class LocalTransport implements Transport {
  readonly #node: string;
  readonly #password: () => string | undefined;
  #probe: Promise<LoginProbe> | undefined;

  constructor(node: string, password: () => string | undefined) {
    this.#node = node;
    this.#password = password;
  }

  connect(): Promise<LoginProbe> {
    this.#probe ??= this.#ask();
    return this.#probe;
  }

  exec: Transport['exec'] = (work) => work((line, options) => startChild(['/bin/sh', '-c', line], options));

  execApart = this.exec;

  notStarted = () => undefined;

  answers = async () => true;

  async drop(): Promise<void> {
    this.#probe = undefined;
  }

  close = () => this.drop();

  lost(said: string): HostFault {
    return new HostFault('lost', this.#node, {
      what: 'A command on this machine ended unexpectedly.',
      why: said || 'It was killed from outside.',
      next: ['It is unknown what the command did: check before you repeat it.'],
    });
  }

  async #ask(): Promise<LoginProbe> {
    const tried = this.#password();
    const answer = await ask(['/bin/sh', '-c', probeLine], { input: probeInput(tried), deadline: probeLimit });
    const probe = readLoginProbe(answer.stdout, '');
    if (probe) return { ...probe, outdated: () => tried !== this.#password() };
    this.#probe = undefined;
    if (answer.ending === undefined) throw new HostFault('deadline', this.#node, slowProbe('This machine'));
    throw this.lost(answer.stderr.trim());
  }
}
