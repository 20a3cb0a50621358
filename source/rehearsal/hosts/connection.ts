import { HostFault } from '../../host/host-fault.ts';
import { kloudspot } from '../../text/command.ts';
import type { Machine } from '../model/machine.ts';
import { machineSeen, type State } from '../model/state.ts';

/** ms until SSH's keep-alives find that the machine no longer answers. */
export const silenceMs = 7_000;
/** ms until an attempt to connect is given up. */
export const connectMs = 10_000;

/** An open connection to one machine. It ends with the machine's boot, and with the address that it goes to. */
export interface Connection {
  readonly node: string;
  readonly machine: string;
  readonly bootId: string;
  /** Undefined for the machine that one sits at. */
  readonly address: string | undefined;
  readonly user: string;
  /** Asked each time: it may be given while the connection is open. */
  readonly sudoPassword: () => string | undefined;
}

export function hasAddress(machine: Machine, address: string): boolean {
  return machine.network.interfaces.some((port) => port.up && port.addresses.some((own) => own.address === address));
}

/** Whether the connection still leads to the machine as it was. */
export function alive(connection: Connection, state: State): boolean {
  const machine = machineSeen(state, connection.machine);
  return (
    machine.power === 'on' &&
    machine.bootId === connection.bootId &&
    (connection.address === undefined || hasAddress(machine, connection.address))
  );
}

export function lost(connection: Connection): HostFault {
  return new HostFault('lost', connection.node, {
    what: `The connection to ${connection.node} broke while a command ran.`,
    why: 'The machine no longer answers: it is switched off, restarting, or its address has changed.',
    next: [`Check that ${connection.node} is up, then continue with \`${kloudspot('resume')}\`.`],
  });
}

export function abandoned(node: string, cause: unknown): HostFault {
  return new HostFault('aborted', node, { what: 'The command was given up.', cause });
}
