import type { Host } from './host.ts';
import { HostFault } from './host-fault.ts';
import type { Carrier } from './shell/carrier.ts';
import { ask, startChild } from './shell/child.ts';
import { type Greeting, greetingInput, greetingLine, readGreeting } from './shell/greeting.ts';
import { ShellHost } from './shell/shell-host.ts';

/** This very machine; sudo where we are not root. `password` gives sudo's password, if there is one. */
export function localHost(node: string, password: () => string | undefined): Host {
  return new ShellHost(node, new LocalCarrier(node, password), password);
}

class LocalCarrier implements Carrier {
  readonly #node: string;
  readonly #password: () => string | undefined;
  #greeting: Promise<Greeting> | undefined;

  constructor(node: string, password: () => string | undefined) {
    this.#node = node;
    this.#password = password;
  }

  connect(): Promise<Greeting> {
    this.#greeting ??= this.#greet();
    return this.#greeting;
  }

  carry: Carrier['carry'] = (work) => work((line, options) => startChild(['/bin/sh', '-c', line], options));

  neverStarted = () => false;

  async drop(): Promise<void> {
    this.#greeting = undefined;
  }

  close = () => this.drop();

  lost(said: string): HostFault {
    return new HostFault('lost', this.#node, {
      what: 'A command on this machine ended without a word.',
      why: said || 'It was killed from outside.',
    });
  }

  async #greet(): Promise<Greeting> {
    const tried = this.#password();
    const answer = await ask(['/bin/sh', '-c', greetingLine], {
      input: greetingInput(tried),
      deadline: 20_000,
    });
    const greeting = readGreeting(answer.stdout, '');
    if (greeting) return { ...greeting, outdated: () => tried !== this.#password() };
    this.#greeting = undefined;
    throw this.lost(answer.stderr.trim());
  }
}
