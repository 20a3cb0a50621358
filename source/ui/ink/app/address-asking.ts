import type { HeardAddresses } from '../../../app/ask-addresses.ts';
import type { InitSession } from '../../../app/session.ts';
import { wantedAddresses } from '../../../wizard/pages/wanted-addresses.ts';
import { type AppState, viewOf } from '../store/state.ts';

/** ms after the last change of an address until it is asked for. */
const settleMs = 400;

/** Keeps asking for the addresses that are typed on the page Network, each once. */
export class AddressAsking {
  readonly #tell: (heard: HeardAddresses) => void;
  #asked = new Set<string>();
  #stop = new AbortController();

  constructor(tell: (heard: HeardAddresses) => void) {
    this.#tell = tell;
  }

  follow(session: InitSession, state: AppState): void {
    if (state.screen !== 'network') return;
    const open = wantedAddresses(viewOf(state)).filter((address) => !this.#asked.has(address));
    if (open.length === 0 || ![...state.access.values()].some((entry) => entry.state.state === 'ready')) return;
    this.#stop.abort();
    const stop = new AbortController();
    this.#stop = stop;
    const timer = setTimeout(() => {
      for (const address of open) this.#asked.add(address);
      session.askAddresses(state.draft, open, stop.signal).then(this.#tell, () => undefined);
    }, settleMs);
    stop.signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  }

  stop(): void {
    this.#stop.abort();
  }
}
