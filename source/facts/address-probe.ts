import type { Script } from '../host/host.ts';

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
      const [, state, ...rest] = lines.find(([first]) => first === address) ?? [];
      return [address, answer(state, rest)];
    }),
  );
}

function answer(state: string | undefined, [word = '', ...more]: readonly string[]): AddressAnswer {
  if (state === 'free') return { state };
  if (state === 'taken' && /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(word)) return { state, mac: word.toLowerCase() };
  if (state === 'own' && word !== '') return { state, interface: word };
  return { state: 'unknown', why: [word, ...more].join(' ').trim() || 'no answer' };
}

const script = `exec python3 - "$@" <<'PYTHON'
import ipaddress, json, select, socket, subprocess, sys, time

wanted = sys.argv[1:]
links = json.loads(subprocess.run(["ip", "-j", "address", "show"], capture_output=True, text=True).stdout or "[]")
subnets = []
own = {}
for link in links:
    if link.get("link_type") != "ether":
        continue
    for info in link.get("addr_info", []):
        if info.get("family") != "inet":
            continue
        own[info["local"]] = link["ifname"]
        subnet = ipaddress.ip_network("%s/%s" % (info["local"], info["prefixlen"]), strict=False)
        subnets.append((subnet, link["ifname"], link["address"]))

answers = {}
asked = {}
for address in wanted:
    if address in own:
        answers[address] = "own " + own[address]
        continue
    fitting = [entry for entry in subnets if ipaddress.ip_address(address) in entry[0]]
    if fitting:
        asked[address] = max(fitting, key=lambda entry: entry[0].prefixlen)
    else:
        answers[address] = "unknown no interface in its subnet"

def octets(mac):
    return bytes(int(part, 16) for part in mac.split(":"))

def question(address, mac):
    head = b"\\xff" * 6 + octets(mac) + b"\\x08\\x06"
    body = b"\\x00\\x01\\x08\\x00\\x06\\x04\\x00\\x01" + octets(mac) + bytes(4) + bytes(6) + socket.inet_aton(address)
    return head + body

sockets = {}
try:
    for _, name, _ in asked.values():
        if name not in sockets:
            sockets[name] = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0806))
            sockets[name].bind((name, 0))
    for _ in range(3):
        for address, (_, name, mac) in asked.items():
            if address not in answers:
                sockets[name].send(question(address, mac))
        until = time.monotonic() + 0.5
        while time.monotonic() < until:
            ready, _, _ = select.select(list(sockets.values()), [], [], max(0, until - time.monotonic()))
            for each in ready:
                frame = each.recv(2048)
                if len(frame) < 42:
                    continue
                sender = ":".join("%02x" % byte for byte in frame[22:28])
                address = socket.inet_ntoa(frame[28:32])
                if address in asked and sender != asked[address][2].lower():
                    answers[address] = "taken " + sender
except OSError as problem:
    for address in asked:
        answers.setdefault(address, "unknown " + str(problem))

for address in wanted:
    print(address, answers.get(address, "free"))
PYTHON
`;
