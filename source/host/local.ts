import type { Carrier } from './carrier.ts';
import { ask, startChild } from './child.ts';
import { greetingInput, greetingLine, readGreeting } from './greeting.ts';
import type { Host, HostAccess } from './host.ts';
import { HostFault } from './host-fault.ts';
import { ShellHost } from './shell-host.ts';

/** This very machine; sudo where we are not root. `password` gives sudo's password, if there is one. */
export function localHost(node: string, password: () => string | undefined): Host {
  return new ShellHost(node, new LocalCarrier(node, password), password);
}

class LocalCarrier implements Carrier {
  readonly #node: string;
  readonly #password: () => string | undefined;
  #access: Promise<HostAccess> | undefined;

  constructor(node: string, password: () => string | undefined) {
    this.#node = node;
    this.#password = password;
  }

  connect(): Promise<HostAccess> {
    this.#access ??= this.#greet();
    return this.#access;
  }

  carry: Carrier['carry'] = (work) => work((line, options) => startChild(['/bin/sh', '-c', line], options));

  neverStarted = () => false;

  async drop(): Promise<void> {
    this.#access = undefined;
  }

  close = () => this.drop();

  lost(said: string): HostFault {
    return new HostFault('lost', this.#node, {
      what: 'A command on this machine ended without a word.',
      why: said || 'It was killed from outside.',
    });
  }

  async #greet(): Promise<HostAccess> {
    const answer = await ask(['/bin/sh', '-c', greetingLine], {
      input: greetingInput(this.#password()),
      deadline: 20_000,
    });
    const greeting = readGreeting(answer.stdout, '');
    if (greeting) return greeting.access;
    this.#access = undefined;
    throw this.lost(answer.stderr.trim());
  }
}
