import type { Script } from '../host/host.ts';
import { pythonArp } from './python-arp.ts';

/** What one node's question "who has this address?" brought. */
export type AddressAnswer =
  | { readonly state: 'free' }
  /** Another machine answered, or spoke in that address's name. */
  | { readonly state: 'taken'; readonly mac: string }
  /** The node that was asked has it itself. */
  | { readonly state: 'own'; readonly interface: string }
  /** It could not ask: no interface in that subnet, or no raw socket. */
  | { readonly state: 'unknown'; readonly why: string };

/**
 * The script `address-in-use`: asks by ARP whether someone has one of its arguments (IPv4 addresses), as RFC 5227
 * section 2.1.1 asks (sender 0.0.0.0, so that no cache learns anything): three questions within 1.5 s for all at once.
 * Needs root and python3, which every Ubuntu Server has; `arping` often is not there. Changes nothing.
 * Prints a line for each argument, in their order, and ends with 0:
 *   `ADDRESS free` · `ADDRESS taken MAC` · `ADDRESS own INTERFACE` · `ADDRESS unknown WORDS`
 */
export function addressProbe(addresses: readonly string[]): Script {
  return { name: 'address-in-use', text: script, arguments: addresses };
}

/** Lines that are none of the four are left out; an address without a line is unknown. */
export function parseAddressAnswers(stdout: string, addresses: readonly string[]): ReadonlyMap<string, AddressAnswer> {
  const lines = stdout.split('\n').map((line) => line.trim().split(/\s+/));
  return new Map(
    addresses.map((address) => {
      const [, ...words] = lines.find(([first]) => first === address) ?? [];
      return [address, answer(words)];
    }),
  );
}

/** One answer without its address: `taken 52:54:00:aa:00:01`. */
export const addressAnswer = (text: string): AddressAnswer => answer(text.trim().split(/\s+/));

function answer([state, word = '', ...more]: readonly string[]): AddressAnswer {
  if (state === 'free') return { state };
  if (state === 'taken' && /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(word)) return { state, mac: word.toLowerCase() };
  if (state === 'own' && word !== '') return { state, interface: word };
  return { state: 'unknown', why: [word, ...more].join(' ').trim() || 'no answer' };
}

const script = `exec python3 - "$@" <<'PYTHON'
import sys
${pythonArp}
wanted = sys.argv[1:]
answers = arp(wanted)
for address in wanted:
    print(address, answers[address])
PYTHON
`;
