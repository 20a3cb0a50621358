import { isInside } from '../../site/address-rules.ts';
import type { Machine } from '../model/machine.ts';

/** The address that the machine that kloudspot runs on speaks from. */
export const workstationAddress = '10.0.4.5';

/** Whether the packet filter of a machine lets a new connection in. Without one everything is let in. */
export function admits({ filter }: Machine, source: string, protocol: 'tcp' | 'udp', port: number): boolean {
  if (filter === undefined) return true;
  const cluster = wordsIn(/elements = \{ (.*) \}/.exec(filter)?.[1]);
  const rules = filter.matchAll(/^ *(?:ip saddr (@cluster|\{ [^}]* \}) )?(tcp|udp) dport \{ ([^}]*) \} accept/gm);
  return rules.some(([, from, kind, ports]) => {
    const sources = from === undefined ? undefined : from === '@cluster' ? cluster : wordsIn(from.slice(2, -2));
    return (
      kind === protocol &&
      wordsIn(ports).includes(String(port)) &&
      (sources?.some((one) => covers(one, source)) ?? true)
    );
  });
}

const wordsIn = (text = ''): string[] => text.split(', ').filter((word) => word !== '');

function covers(one: string, address: string): boolean {
  const [network = '', prefix] = one.split('/');
  return prefix === undefined ? one === address : isInside(address, { address: network, prefix: Number(prefix) });
}
