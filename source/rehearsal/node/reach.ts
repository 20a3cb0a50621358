import { isInside } from '../../site/address-rules.ts';
import type { Machine } from '../model/machine.ts';
import type { State } from '../model/state.ts';
import { admits } from './packet-filter.ts';

type Protocol = 'tcp' | 'udp';

/** The machine that answers on an address, seen from another machine; undefined where none does. */
export function reachable(state: State, from: Machine, address: string): Machine | undefined {
  if (address === '127.0.0.1' || address === 'localhost') return from;
  return state.machines.find(
    (machine) =>
      machine.power === 'on' &&
      machine.network.interfaces.some((port) => port.up && port.addresses.some((own) => own.address === address)),
  );
}

/** Whether a machine lets another one in on a port. */
export function letsIn(
  machine: Machine,
  from: Machine,
  address: string,
  port: number,
  protocol: Protocol = 'tcp',
): boolean {
  return machine.id === from.id || admits(machine, sourceAddress(from, address) ?? '', protocol, port);
}

/** The address that a machine speaks to another one from: its own in that network, else the one of the default route. */
export function sourceAddress(machine: Machine, target: string): string | undefined {
  const near = machine.network.interfaces.flatMap((port) => port.addresses).find((own) => isInside(target, own));
  return near?.address ?? mainAddress(machine);
}

/** The address by which other nodes know a machine: the one on the interface with the default route. */
export function mainAddress(machine: Machine): string | undefined {
  const device = machine.network.routes.find((route) => route.to === 'default')?.device;
  const port = machine.network.interfaces.find((one) => one.name === device) ?? machine.network.interfaces[0];
  return port?.addresses[0]?.address;
}
