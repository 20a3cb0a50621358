import type { Script } from '../../host/host.ts';
import type { LookContext } from '../step.ts';
import { look } from './carry-out.ts';

const text = `address=$1; shift
for port in "$@"; do
  if timeout 3 bash --norc -p -c 'exec 3<>"/dev/tcp/$0/$1"' "$address" "$port" 2>/dev/null; then echo "open $port"; else echo "closed $port"; fi
done
`;

/** Prints `open PORT` or `closed PORT` for each port of an address: whether a TCP connection came about within 3 s. */
export function tcpProbe(address: string, ports: readonly number[]): Script {
  return { name: 'tcp-probe', text, arguments: [address, ...ports.map(String)] };
}

/** The ports of `address` that `from` cannot reach. */
export async function closedPorts(
  context: LookContext,
  from: string,
  address: string,
  ports: readonly number[],
): Promise<number[]> {
  const { stdout } = await look(context, from, tcpProbe(address, ports));
  const open = new Set(stdout.split('\n').map((line) => line.trim()));
  return ports.filter((port) => !open.has(`open ${port}`));
}
