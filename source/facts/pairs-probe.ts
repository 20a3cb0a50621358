import * as z from 'zod';
import type { Script } from '../host/host.ts';
import { parsedJson } from '../text/parsed-json.ts';
import { pythonScript } from './python-script.ts';

export type Protocol = 'tcp' | 'udp';

/** What one node asks of the others, and what it listens on while they ask. */
export interface PairTask {
  /** The same on all nodes, and new for each time: others who speak to these ports are not answered. */
  readonly token: string;
  readonly name: string;
  readonly address: string;
  readonly mtu: number;
  /** `tcp 16443`: bound for the time of the probe where nothing has it yet. */
  readonly listen: readonly string[];
  readonly peers: readonly { readonly name: string; readonly address: string; readonly ports: readonly string[] }[];
}

/** `silent`: nothing came back, as behind a filter that drops. `refused`: the other machine, or a filter, said no. */
const portState = z.enum(['open', 'refused', 'silent']);

type PortState = z.output<typeof portState>;

const pairAnswer = z.object({
  to: z.string(),
  ports: z.record(z.string(), portState),
  /** ms of the fastest round trip. */
  latencyMs: z.number().optional(),
  /** The other clock minus this one, ms, and how far that can be wrong. */
  clockMs: z.number().optional(),
  clockUncertaintyMs: z.number().optional(),
  /** Bytes of the largest packet that came back whole. */
  mtu: z.number().optional(),
  /** Addresses that the other's name has on this node. */
  resolves: z.array(z.string()).default([]),
});
const nodeAnswer = z.object({ busy: z.array(z.string()), peers: z.array(pairAnswer) });

export type PairAnswer = z.output<typeof pairAnswer>;
/** `busy`: ports that something of the node has already. */
export type PairAnswers = z.output<typeof nodeAnswer>;

/**
 * Whether a port that was asked does not answer. `busy`: ports that something of the other node has: that may listen for its own
 * machine only, and by UDP it need not answer.
 */
export const isClosed = (port: string, state: PortState, busy: readonly string[]): boolean =>
  state !== 'open' && !(busy.includes(port) && (state === 'refused' || port.startsWith('udp')));

/** What was seen at either of two times: a port that answered once is open. */
export function seenOnce(first: PairAnswers, second: PairAnswers): PairAnswers {
  const before = new Map(first.peers.map((peer) => [peer.to, peer]));
  return {
    busy: [...new Set([...first.busy, ...second.busy])],
    peers: second.peers.map((peer) => {
      const ports = before.get(peer.to)?.ports ?? {};
      const open = Object.entries(ports).filter(([, state]) => state === 'open');
      return { ...before.get(peer.to), ...peer, ports: { ...peer.ports, ...Object.fromEntries(open) } };
    }),
  };
}

/** s that a node asks, and that it answers at most. */
const asking = 6;
const answering = 9;

/** ms until the probe must have ended, with the way to the node. */
export const pairDeadline = (answering + 20) * 1000;

/**
 * The script `all-pairs`: run at the same time on every node, it listens where nothing listens yet, asks every other node, and
 * ends as soon as all have asked, at the latest after 9 s. Nothing stays: an alarm of the kernel ends it whatever happens.
 */
export function pairsProbe(task: PairTask): Script {
  return pythonScript('all-pairs', answering + 5, { ...task, asking, answering }, body);
}

/** Undefined where the probe printed something else. */
export function parsePairAnswers(stdout: string): PairAnswers | undefined {
  return parsedJson(nodeAnswer, stdout);
}

const body = `
import select

token = task["token"].encode()
done, busy, bound = set(), [], []

def bind(what):
    protocol, port = what.split()
    kind = socket.SOCK_STREAM if protocol == "tcp" else socket.SOCK_DGRAM
    own = socket.socket(socket.AF_INET, kind)
    try:
        if protocol == "tcp":
            own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        own.bind((task["address"], int(port)))
        if protocol == "tcp":
            own.listen(64)
        bound.append(own)
    except OSError:
        busy.append(what)

def heard(words):
    parts = words.split()
    if parts[:2] == [token, b"done"] and len(parts) > 2:
        done.add(parts[2].decode())
    return parts[:1] == [token]

def answer(connection):
    with connection:
        connection.settimeout(1)
        try:
            if heard(connection.recv(256)):
                connection.sendall(token)
        except OSError:
            pass

def serve():
    while True:
        for own in select.select(bound, [], [], 0.2)[0] if bound else time.sleep(0.2) or []:
            try:
                if own.type == socket.SOCK_STREAM:
                    threading.Thread(target=answer, args=(own.accept()[0],), daemon=True).start()
                else:
                    words, sender = own.recvfrom(65536)
                    if heard(words):
                        own.sendto((token + b" %r " % time.time()).ljust(len(words), b"."), sender)
            except OSError:
                pass

def tcp(address, port):
    with socket.create_connection((address, port), timeout=1) as connection:
        connection.sendall(token + b" ask")

def udp(address, port, size=0):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
        own.setsockopt(socket.IPPROTO_IP, 10, 2)
        own.settimeout(0.7)
        own.connect((address, port))
        sent, clock = time.monotonic(), time.time()
        own.send((token + b" ask ").ljust(size, b"."))
        words = own.recv(65536)
        took = time.monotonic() - sent
        parts = words.split()
        if parts[:1] != [token]:
            raise TimeoutError()
        return took, float(parts[1].rstrip(b".") or 0) - clock - took / 2

def ask(peer, what, result):
    protocol, port = what.split()
    while True:
        try:
            (tcp if protocol == "tcp" else udp)(peer["address"], int(port))
            state = "open"
            break
        except ConnectionRefusedError:
            state = "refused"
        except OSError:
            state = "silent"
        if left(task["asking"]) < 0:
            break
        time.sleep(0.2)
    result["ports"][what] = state

def measure(peer, result):
    ports = [what for what, state in result["ports"].items() if state == "open"]
    for what in ports:
        if not what.startswith("udp"):
            continue
        port = int(what.split()[1])
        try:
            took, offset = min(udp(peer["address"], port) for _ in range(4))
        except OSError:
            continue
        result.update(latencyMs=round(took * 1000, 2), clockMs=round(offset * 1000, 1), clockUncertaintyMs=round(took * 500, 1))
        for size in sorted({task["mtu"], 1500, 1450, 1400, 1280}, reverse=True):
            if size > task["mtu"] or left(task["asking"] + 1) < 0:
                continue
            try:
                udp(peer["address"], port, size - 28)
                result["mtu"] = size
                break
            except OSError:
                pass
        break
    for what in ports:
        protocol, port = what.split()
        words = token + b" done " + task["name"].encode()
        try:
            if protocol == "tcp":
                with socket.create_connection((peer["address"], int(port)), timeout=1) as connection:
                    connection.sendall(words)
            else:
                with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as own:
                    own.sendto(words, (peer["address"], int(port)))
        except OSError:
            pass

def resolve(peer, result):
    try:
        found = socket.getaddrinfo(peer["name"], None, socket.AF_INET, socket.SOCK_STREAM)
        result["resolves"] = sorted({entry[4][0] for entry in found})
    except OSError:
        pass

def about(peer, results):
    result = {"to": peer["name"], "ports": {}}
    results.append(result)
    # Beside the ports: a name server that is away lets a lookup wait longer than the whole probe may take.
    threading.Thread(target=resolve, args=(peer, result), daemon=True).start()
    together([(ask, peer, what, result) for what in peer["ports"]], task["answering"])
    measure(peer, result)

for what in task["listen"]:
    bind(what)
threading.Thread(target=serve, daemon=True).start()
results = []
together([(about, peer, results) for peer in task["peers"]], task["answering"])
while left(task["answering"]) > 0 and not {peer["name"] for peer in task["peers"]} <= done:
    time.sleep(0.05)
print(json.dumps({"busy": busy, "peers": [dict(result) for result in results]}), flush=True)`;
