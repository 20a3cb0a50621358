import type { InitSession } from '../../../app/session.ts';
import { wantedAddresses } from '../../../wizard/pages/wanted-addresses.ts';
import { wantedNames } from '../../../wizard/pages/wanted-names.ts';
import type { AppEvent } from '../store/event.ts';
import { type AppState, viewOf } from '../store/state.ts';

/** ms after the last change of an address or a name until it is asked for. */
const settleMs = 400;

/** Keeps asking for the addresses and names that are typed, while the pages Network and Site show them, each once. */
export class AddressAsking {
  readonly #tell: (news: AppEvent) => void;
  #asked = new Set<string>();
  #stop = new AbortController();

  constructor(tell: (news: AppEvent) => void) {
    this.#tell = tell;
  }

  follow(session: InitSession, state: AppState): void {
    if (state.screen !== 'network' && state.screen !== 'site') return;
    const isOpen = (text: string) => !this.#asked.has(text);
    const addresses = wantedAddresses(viewOf(state)).filter(isOpen);
    const names = wantedNames(viewOf(state)).filter(isOpen);
    if (addresses.length + names.length === 0) return;
    if (![...state.access.values()].some((entry) => entry.state.state === 'ready')) return;
    this.#stop.abort();
    const stop = new AbortController();
    this.#stop = stop;
    const timer = setTimeout(() => this.#ask(session, state, { addresses, names }, stop.signal), settleMs);
    stop.signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  }

  #ask(
    session: InitSession,
    { draft }: AppState,
    open: { readonly addresses: readonly string[]; readonly names: readonly string[] },
    signal: AbortSignal,
  ): void {
    for (const text of [...open.addresses, ...open.names]) this.#asked.add(text);
    const failed = () => undefined;
    if (open.addresses.length > 0)
      session
        .askAddresses(draft, open.addresses, signal)
        .then((addresses) => this.#tell({ type: 'heard', addresses }), failed);
    if (open.names.length > 0)
      session.askNames(draft, open.names, signal).then((names) => this.#tell({ type: 'named', names }), failed);
  }

  stop(): void {
    this.#stop.abort();
  }
}
